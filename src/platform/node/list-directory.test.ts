import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

// The main thread of a program lists in another way than the threads that tests run in.
const LIST = `
import { openNodeTree } from ${JSON.stringify(new URL('./node-tree.ts', import.meta.url).href)}
const tree = await openNodeTree(process.argv[2])
const some = async place => (await tree.list(place)).map(({ name, stat }) => [name, stat?.kind, stat?.size])
const found = { many: await some('many'), few: await some('few') }
console.log(JSON.stringify({ ...found, cwd: process.cwd() }))
`

let place: string

beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'list-test-')))
})
afterEach(() => rmSync(place, { recursive: true }))

test('the main thread sees the same names and states as any other, and is where it was afterwards', () => {
  const root = join(place, 'root')
  for (const name of ['many', 'few', 'many/inner']) mkdirSync(join(root, name), { recursive: true })
  for (let i = 0; i < 30; i += 1) writeFileSync(join(root, 'many', `file:${i}`), 'x'.repeat(i))
  symlinkSync('..', join(root, 'many', 'link'))
  writeFileSync(join(root, 'few', '-n'), '')
  const elsewhere = join(place, 'elsewhere')
  mkdirSync(elsewhere)
  // As many bytes, under one of the names, where the program is: it must not be taken for the one that is asked for.
  writeFileSync(join(elsewhere, 'file:7'), 'not this one')
  const { many, few, cwd } = listed(root, elsewhere)
  const files = Array.from({ length: 30 }, (_, i) => [`file:${i}`, 'file', i])
  expect(many.filter(([, kind]) => kind === 'file').sort(byName)).toEqual(files.sort(byName))
  expect(many.filter(([, kind]) => kind !== 'file').map(([name, kind]) => [name, kind])).toEqual(
    expect.arrayContaining([
      ['inner', 'directory'],
      ['link', 'symlink'],
    ]),
  )
  expect(few).toEqual([['-n', 'file', 0]])
  expect(cwd).toBe(elsewhere)
})

type Seen = readonly [name: string, kind: string, size: number]

function listed(root: string, cwd: string): { many: Seen[]; few: Seen[]; cwd: string } {
  const script = join(place, 'list.mts')
  writeFileSync(script, LIST)
  const loader = new URL('../../../node_modules/tsx/dist/esm/index.mjs', import.meta.url).href
  return JSON.parse(execFileSync(process.execPath, ['--import', loader, script, root], { cwd, encoding: 'utf8' }))
}

function byName([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1
}
