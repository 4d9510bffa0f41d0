import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OWN_DIRECTORY, type Path } from '../model/path.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import type { Tree } from '../platform/tree.ts'
import { Catalogue } from './catalogue.ts'
import { catalogued } from './catalogued.ts'
import { openHistoryFile } from './history-file.ts'
import type { Revisions } from './revisions.ts'
import { openTrash } from './trash.ts'

let root: string
let tree: Tree
let trash: Revisions
let now = 1_790_000_000_000

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'syncline-catalogue-'))
  mkdirSync(join(root, OWN_DIRECTORY))
  tree = await openNodeTree(root)
  const { random, clock } = nodeWorld({ log: () => {} })
  trash = openTrash({ tree, random, clock: { ...clock, now: () => now } })
})
afterEach(async () => {
  await tree.close()
  rmSync(root, { recursive: true, force: true })
})

const newCatalogue = () => new Catalogue(openHistoryFile(':memory:'), tree)
const put = (path: string, text: string) => {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}
const sizes = (catalogue: Catalogue, path: string) =>
  catalogue.of(path as Path, Number.MAX_SAFE_INTEGER, 100).map(({ size }) => size)

test('what was kept before is read, what is kept after is noted, the newest first', async () => {
  put('d/a', '1')
  await trash.keep('d/a' as Path, 'replaced')
  const catalogue = newCatalogue()
  const noted = catalogued(trash, catalogue, () => {})
  await catalogue.refresh()
  now += 5000
  put('d/a', '22')
  await noted.keep('d/a' as Path, 'deleted')
  expect(sizes(catalogue, 'd/a')).toEqual([2, 1])
  expect(catalogue.counts(['d/a', 'd/b'] as Path[])).toEqual(
    new Map([
      ['d/a', 2],
      ['d/b', 0],
    ]),
  )
  expect(catalogue.firstSince('d' as Path, now - 1, '', 10).map(({ size }) => size)).toEqual([2])
  expect(catalogue.firstSince('d' as Path, 0, '', 10).map(({ size }) => size)).toEqual([1])
  expect(catalogue.totals()).toMatchObject({ versions: 2, bytes: 3 })
})

test('what left with its directory is found, and gone when it is put back', async () => {
  put('d/e/f', 'four')
  const catalogue = newCatalogue()
  const noted = catalogued(trash, catalogue, () => {})
  await catalogue.refresh()
  const kept = await noted.keepTree('d' as Path)
  await catalogue.refresh()
  expect(sizes(catalogue, 'd/e/f')).toEqual([4])
  await noted.takeTree(kept, 'd')
  await catalogue.refresh()
  expect(sizes(catalogue, 'd/e/f')).toEqual([])
})

test('what was removed, swept, or taken away by hand is not there', async () => {
  const catalogue = newCatalogue()
  const noted = catalogued(trash, catalogue, () => {})
  for (const [at, name] of ['a', 'b', 'c'].entries()) {
    put(name, 'x'.repeat(at + 1))
    await noted.keep(name as Path, 'deleted')
    now += 60_000
  }
  await catalogue.refresh()
  const [b] = catalogue.of('b' as Path, Number.MAX_SAFE_INTEGER, 1)
  if (b === undefined) throw new Error('b is not kept')
  await noted.remove(b)
  await noted.sweep({ olderThanMs: 150_000 })
  await catalogue.refresh()
  expect([sizes(catalogue, 'a'), sizes(catalogue, 'b'), sizes(catalogue, 'c')]).toEqual([[], [], [3]])
  const [c] = catalogue.of('c' as Path, Number.MAX_SAFE_INTEGER, 1)
  if (c === undefined) throw new Error('c is not kept')
  rmSync(join(root, OWN_DIRECTORY, 'trash'), { recursive: true })
  await expect(noted.copy(c, 'c')).rejects.toMatchObject({ code: 'missing' })
  expect(sizes(catalogue, 'c')).toEqual([])
})
