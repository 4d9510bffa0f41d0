// Looking at the names in a place only, as hints ask for.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FolderIndex } from '../index/folder-index.ts'
import { openIndex } from '../index/sqlite-index.ts'
import type { Path, Place } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import type { Tree } from '../platform/tree.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import { scan } from './scan.ts'

const keepAll: IgnoreRules = { verdict: () => 'kept', mayHoldKept: () => false, fingerprint: '' }

let root: string
let tree: Tree
let index: FolderIndex

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'names-in-test-'))
  tree = await openNodeTree(root)
  index = openIndex(':memory:', { device: 1n as DeviceId, now: () => 1e12 })
  for (const path of ['top', 'd/a', 'd/deep/b', 'e/c']) write(path, 'first')
  await look()
})
afterEach(async () => {
  expect(index.check()).toEqual([])
  index.close()
  await tree.close()
  rmSync(root, { recursive: true, force: true })
})

test('sees what changed among the names, and nothing below directories that were there before', async () => {
  write('top', 'second time')
  write('d/a', 'second time')
  write('new', 'x')
  expect(await look([''])).toMatchObject({ changed: 2, directories: 2 })
  expect(sizes()).toEqual({ top: 11, 'd/a': 5, 'd/deep/b': 5, 'e/c': 5, new: 1 })
  expect(await look(['d'])).toMatchObject({ changed: 1 })
  expect(sizes()).toMatchObject({ 'd/a': 11 })
})

test('enters directories that are new, or came in the place of others', async () => {
  write('n/m/f', 'x')
  // Made before the old one goes: systems give the number of what is gone to what comes next.
  write('next/other', 'x')
  rmSync(join(root, 'd'), { recursive: true })
  renameSync(join(root, 'next'), join(root, 'd'))
  await look([''])
  expect(sizes()).toEqual({ top: 5, 'd/other': 1, 'e/c': 5, 'n/m/f': 1 })
})

test('sees a move from one place to another as a move', async () => {
  const node = index.row('d/deep' as Path)?.node
  renameSync(join(root, 'd/deep'), join(root, 'e/moved'))
  await look(['d', 'e'])
  expect(index.row('e/moved' as Path)?.node).toBe(node)
  expect(sizes()).toEqual({ top: 5, 'd/a': 5, 'e/moved/b': 5, 'e/c': 5 })
})

test('a place that is looked at as a whole is entered as a whole, also where its names are asked for too', async () => {
  write('d/deep/b', 'second time')
  await look(['d', 'd/deep'], ['d'])
  expect(sizes()).toMatchObject({ 'd/deep/b': 11 })
})

test('a place that is gone takes what was in it along', async () => {
  rmSync(join(root, 'd'), { recursive: true })
  await look(['d/deep', 'd'])
  expect(sizes()).toEqual({ top: 5, 'e/c': 5 })
})

async function look(namesIn?: readonly string[], places: readonly string[] = []) {
  const where =
    namesIn === undefined ? {} : { places: places as readonly Place[], namesIn: namesIn as readonly Place[] }
  const world = nodeWorld({ log: () => {} })
  return scan({ tree, index, ignore: keepAll, world, trust: 'metadata', ...where }, new AbortController().signal)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function sizes(): Readonly<Record<string, number>> {
  const files = [...index.rowsBelow('')].flatMap(({ path, state }) =>
    state.kind === 'file' ? [[path, state.size]] : [],
  )
  return Object.fromEntries(files)
}
