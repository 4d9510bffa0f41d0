// The exit status tells a script what happened.
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startFakeOwncloud } from '../fakes/owncloud/server.ts'
import { contents, pathsIn, start, syncline, twoDirectories, write } from './program.ts'

test('0: both sides are equal', async () => {
  using two = twoDirectories()
  write(two.a, 'docs/a.txt', 'from a')
  write(two.b, 'b.txt', 'from b')
  const { status, out, err } = await syncline(['sync', two.a, two.b])
  expect({ status, err }).toEqual({ status: 0, err: '' })
  expect(out).toMatch(/^Both sides are equal\. 1 file uploaded \(6 B\), 1 file downloaded \(6 B\)/)
  expect(contents(two.a)).toEqual(contents(two.b))
  expect(contents(two.a)).toEqual({ '.': '/', docs: '/', 'docs/a.txt': 'from a', 'b.txt': 'from b' })
})

test('1: some paths are not in sync, each is listed with its reason', async () => {
  using two = twoDirectories()
  write(two.a, 'good', 'x')
  writeFileSync(Buffer.concat([Buffer.from(`${two.a}/bad-`), Buffer.from([0xff])]), 'x')
  const { status, out } = await syncline(['sync', two.a, two.b])
  expect(status).toBe(1)
  expect(out).toMatch(/bad-.*: the name is not valid Unicode/)
  expect(contents(two.b)).toMatchObject({ good: 'x' })
})

test.each([
  ['no command', []],
  ['an unknown command', ['snyc', 'a', 'b']],
  ['an unknown option', ['sync', 'a', 'b', '--force']],
  ['a missing argument', ['sync', 'a']],
  ['a wrong value', ['sync', 'a', 'b', '--approve', 'everything']],
  ['a wrong fingerprint', ['sync', 'a', 'b', '--trust-cert', 'any']],
  ['an unknown kind of address', ['sync', '.', 'gopher://example.org/']],
  ['half of a pair of options', ['trash', '.', '--sweep']],
  ['a path outside', ['why', '.', '../other']],
])('2: %s', async (_what, args) => {
  const { status, out, err } = await syncline(args)
  expect({ status, out }).toEqual({ status: 2, out: '' })
  expect(err).not.toBe('')
  expect(err).not.toMatch(/at .*\.js:/)
})

test('2: one directory inside the other, also by way of a link', async () => {
  using two = twoDirectories()
  mkdirSync(join(two.a, 'inner'))
  symlinkSync(join(two.a, 'inner'), join(two.root, 'link'))
  expect(await syncline(['sync', two.a, join(two.a, 'inner')])).toMatchObject({ status: 2 })
  expect(await syncline(['sync', two.a, join(two.root, 'link')])).toMatchObject({ status: 2 })
  expect(await syncline(['sync', join(two.a, 'inner'), two.a])).toMatchObject({ status: 2 })
  expect(await syncline(['sync', two.a, two.a])).toMatchObject({ status: 2 })
  // Nothing was done: nobody's records lie in the other's folder.
  expect(pathsIn(two.root).filter(path => path.includes('.syncline'))).toEqual([])
})

test('2: ignore rules that cannot be understood stop the run', async () => {
  using two = twoDirectories()
  write(two.a, '.syncignore', '[a-\n')
  write(two.a, 'x', 'x')
  const { status, err } = await syncline(['sync', two.a, two.b])
  expect(status).toBe(2)
  expect(err).toMatch(/\.syncignore, line 1/)
  expect(contents(two.b)).toEqual({ '.': '/' })
})

test('2: a user without a password', async () => {
  using two = twoDirectories()
  const { status, err } = await syncline(['sync', two.a, 'http://127.0.0.1:1/', '--user', 'alice'])
  expect(status).toBe(2)
  expect(err).toContain('--password-file')
})

test('3: nothing listens at the address', async () => {
  using two = twoDirectories()
  const { status, err } = await syncline(['sync', two.a, 'dav://127.0.0.1:1/files'])
  expect(status).toBe(3)
  expect(err).toMatch(/^syncline: Cannot reach 127\.0\.0\.1:1/)
})

test('3: the remote directory is gone, and nothing is deleted', async () => {
  using two = twoDirectories()
  write(two.a, 'x', 'x')
  await syncline(['sync', two.a, two.b])
  rmSync(two.b, { recursive: true })
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 3 })
  mkdirSync(two.b)
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 3 })
  expect(contents(two.a)).toMatchObject({ x: 'x' })
})

test('3: a remote directory is made in an existing place only', async () => {
  using two = twoDirectories()
  write(two.a, 'x', 'x')
  expect(await syncline(['sync', two.a, join(two.root, 'c')])).toMatchObject({ status: 0 })
  expect(await syncline(['sync', two.a, join(two.root, 'no/where')])).toMatchObject({ status: 3 })
})

test('3: a wrong password', async () => {
  using two = twoDirectories()
  const server = await startFakeOwncloud()
  try {
    const args = ['sync', two.a, String(server.url), '--user', 'alice']
    const { status, out, err } = await syncline(args, { env: { SYNCLINE_PASSWORD: 'not-it-at-all' } })
    expect(status).toBe(3)
    expect(out + err).not.toContain('not-it-at-all')
  } finally {
    await server.stop()
  }
})

test('4: a brake stops what looks like an accident, --approve lets it through', async () => {
  using two = twoDirectories()
  for (let i = 0; i < 12; i += 1) write(two.a, `file ${i}`, `content ${i}`)
  await syncline(['sync', two.a, two.b])
  for (let i = 0; i < 12; i += 1) rmSync(join(two.b, `file ${i}`))
  const stopped = await syncline(['sync', two.a, two.b])
  expect(stopped.status).toBe(4)
  expect(stopped.out).toMatch(/--approve deletes/)
  expect(await syncline(['sync', two.a, two.b, '--dry-run'])).toMatchObject({ status: 4 })
  expect(await syncline(['sync', two.a, two.b, '--approve', 'overwrites'])).toMatchObject({ status: 4 })
  expect(Object.keys(contents(two.a))).toHaveLength(13)
  expect(await syncline(['sync', two.a, two.b, '--approve', 'deletes'])).toMatchObject({ status: 0 })
  expect(contents(two.a)).toEqual({ '.': '/' })
})

test('5: the folder is missing, or no directory', async () => {
  using two = twoDirectories()
  write(two.root, 'file', 'x')
  const missing = await syncline(['sync', join(two.root, 'nowhere'), two.b])
  expect(missing.status).toBe(5)
  expect(missing.err).toMatch(/does not exist. Create it first/)
  expect(await syncline(['sync', join(two.root, 'file'), two.b])).toMatchObject({ status: 5 })
  expect(await syncline(['trash', two.a])).toMatchObject({ status: 5 })
})

test('5: the folder has lost its marker', async () => {
  using two = twoDirectories()
  write(two.a, 'x', 'x')
  await syncline(['sync', two.a, two.b])
  rmSync(join(two.a, '.syncline/folder-id'))
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 5 })
  expect(contents(two.b)).toMatchObject({ x: 'x' })
})

test('5: another run is at work in the folder', async () => {
  using two = twoDirectories()
  const first = start(['sync', two.a, two.b, '--watch', '--json'])
  try {
    await first.line(line => line.includes('"summary"'))
    const { status, err } = await syncline(['sync', two.a, two.b])
    expect(status).toBe(5)
    expect(err).toMatch(/Another run/)
    expect(await syncline(['sync', two.a, two.b, '--dry-run'])).toMatchObject({ status: 0 })
  } finally {
    first.kill('SIGTERM')
  }
  expect(await first.ended).toMatchObject({ status: 0 })
  expect(await syncline(['sync', two.a, two.b])).toMatchObject({ status: 0 })
})

test('--help tells every exit status, and --version the version', async () => {
  const { status, out } = await syncline(['--help'])
  expect(status).toBe(0)
  for (const code of [0, 1, 2, 3, 4, 5, 70, 130]) expect(out).toMatch(new RegExp(`^ +${code} `, 'm'))
  expect(out).toContain('SYNCLINE_PASSWORD')
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(await syncline(['--version'])).toMatchObject({ status: 0, out: `${version}\n` })
})
