import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSecrets } from './secrets.ts'

const CLOUD = { folder: 'photos', remote: 'cloud' }
let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'syncline-secrets-'))
  file = join(directory, 'secrets.json')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('a password is there after a restart, in a file for its user only', async () => {
  const secrets = await openSecrets(file)
  expect(secrets.password(CLOUD)).toBeUndefined()
  await secrets.setPassword(CLOUD, 'planted "ü')
  expect((await openSecrets(file)).password(CLOUD)).toBe('planted "ü')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(directory)).toEqual(['secrets.json'])
})

test('a folder goes with its passwords, and with no other’s', async () => {
  const secrets = await openSecrets(file)
  const others = [
    { folder: 'photos2', remote: 'cloud' },
    { folder: 'music', remote: 'photos' },
  ]
  for (const owner of [CLOUD, { folder: 'photos', remote: 'nas' }, ...others]) await secrets.setPassword(owner, 'x')
  await secrets.removeFolder('photos')
  expect(others.map(owner => secrets.password(owner))).toEqual(['x', 'x'])
  expect(secrets.all()).toHaveLength(2)
  await secrets.remove({ folder: 'music', remote: 'photos' })
  expect((await openSecrets(file)).all()).toHaveLength(1)
})

test('many at once are all kept', async () => {
  const secrets = await openSecrets(file)
  await Promise.all(Array.from({ length: 30 }, (_, n) => secrets.setPassword({ folder: 'f', remote: `r${n}` }, 'x')))
  expect((await openSecrets(file)).all()).toHaveLength(30)
})

test('names that mean something to JavaScript are names like others', async () => {
  const secrets = await openSecrets(file)
  await secrets.setPassword({ folder: '__proto__', remote: 'x' }, 'y')
  expect((await openSecrets(file)).password({ folder: '__proto__', remote: 'x' })).toBe('y')
  expect(secrets.password({ folder: 'constructor', remote: 'x' })).toBeUndefined()
})

test.each(['planted-4711', '{"version":1,"passwords":{"a/b":4711}}', '{"version":2,"passwords":{}}', ''])(
  'a file that says %j is left as it is, and not repeated in the error',
  async text => {
    writeFileSync(file, text)
    const error = await openSecrets(file).catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch(/cannot be understood/)
    expect(String(error)).not.toContain('4711')
    expect(readFileSync(file, 'utf8')).toBe(text)
  },
)

test('one that others could read is closed', async () => {
  await (await openSecrets(file)).setPassword(CLOUD, 'x')
  chmodSync(file, 0o644)
  await openSecrets(file)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})
