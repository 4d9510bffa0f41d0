import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { contentIdOfBytes } from '../../index/content-id.ts'
import type { ContentId } from '../../model/content.ts'
import { openNodeTree } from '../../platform/node/node-tree.ts'
import type { Tree } from '../../platform/tree.ts'
import { temporaryDirectory } from '../testing/hosted.ts'
import { Directories } from './directories.ts'
import { Packs } from './packs.ts'

const SIGNAL = new AbortController().signal
let place: ReturnType<typeof temporaryDirectory>
let tree: Tree
let packs: Packs
let now = 1_000_000

const openPacks = () =>
  Packs.open(tree, new Directories(tree), { now: () => now, sleep: () => Promise.reject(new Error('no')) })
beforeEach(async () => {
  // A full pack is larger than some machines' memory for files.
  place = temporaryDirectory(tmpdir())
  tree = await openNodeTree(place.directory)
  packs = await openPacks()
})
afterEach(async () => {
  await packs.close()
  await tree.close()
  place.remove()
})

const bytesOf = (n: number, size = 60_000) => Buffer.alloc(size, `number ${n} `)
const idOf = (n: number, size?: number) => contentIdOfBytes(bytesOf(n, size))
const append = (...numbers: number[]) => packs.append(numbers.map(n => ({ id: idOf(n), bytes: bytesOf(n) })))
const read = async (n: number) => (await packs.read(idOf(n))) && Buffer.from((await packs.read(idOf(n))) ?? '')
const files = () => readdirSync(join(place.directory, 'packs'))
const sweep = (isLive: (id: ContentId) => boolean) =>
  packs.sweep(
    async (id, _, remove) => {
      if (isLive(id)) return false
      await remove()
      return true
    },
    () => tree.flush(),
    SIGNAL,
  )
async function reopen(): Promise<void> {
  await packs.close()
  packs = await openPacks()
}

test('what was appended is read, also after it was opened again', async () => {
  await append(1, 2)
  await append(3)
  await reopen()
  await append(4)
  for (const n of [1, 2, 3, 4]) expect(await read(n)).toEqual(bytesOf(n))
  expect(await packs.read(idOf(5))).toBeUndefined()
  expect(files()).toHaveLength(1)
})

test('an index that is gone is made again from the packs', async () => {
  await append(1, 2, 3)
  await packs.close()
  for (const name of readdirSync(place.directory)) if (name.startsWith('packs.db')) rmSync(join(place.directory, name))
  packs = await openPacks()
  for (const n of [1, 2, 3]) expect(await read(n)).toEqual(bytesOf(n))
})

test('what was torn off at the end is not there, and nothing is written behind it', async () => {
  await append(1, 2)
  await packs.close()
  const file = join(place.directory, 'packs', files()[0] ?? '')
  for (const name of readdirSync(place.directory)) if (name.startsWith('packs.db')) rmSync(join(place.directory, name))
  truncateSync(file, statSync(file).size - 10)
  packs = await openPacks()
  expect(await read(1)).toEqual(bytesOf(1))
  expect(await packs.read(idOf(2))).toBeUndefined()
  await append(2)
  expect(await read(2)).toEqual(bytesOf(2))
  expect(files()).toHaveLength(2)
})

test('a pack that is gone takes what was in it along, and nothing else', async () => {
  await append(...Array.from({ length: 1300 }, (_, n) => n))
  await append(2000)
  expect(files()).toHaveLength(2)
  await packs.close()
  rmSync(join(place.directory, 'packs', files()[0] ?? ''))
  packs = await openPacks()
  expect(await packs.read(idOf(7))).toBeUndefined()
  expect(packs.touchedAt(idOf(7))).toBeUndefined()
  expect(await read(2000)).toEqual(bytesOf(2000))
})

test('what nobody wants goes, and a pack that is mostly empty is given up, whoever reads from it meanwhile', async () => {
  const numbers = Array.from({ length: 1300 }, (_, n) => n)
  await append(...numbers)
  await append(2000)
  const wanted = new Set([...numbers.filter(n => n % 3 === 0), 2000].map(n => idOf(n)))
  const reading = Promise.all(numbers.slice(0, 300).map(n => packs.read(idOf(n))))
  expect(await sweep(id => wanted.has(id))).toBe(numbers.filter(n => n % 3 !== 0).length)
  await reading
  expect(files()).toEqual(['pack-000001'])
  for (const n of [0, 3, 1299, 2000]) expect(await read(n)).toEqual(bytesOf(n))
  expect(await packs.read(idOf(1))).toBeUndefined()
  await reopen()
  for (const n of [0, 3, 1299, 2000]) expect(await read(n)).toEqual(bytesOf(n))
})

test('a pack with a hole in it is kept', async () => {
  await append(...Array.from({ length: 1300 }, (_, n) => n))
  await append(2000)
  const first = join(place.directory, 'packs', files()[0] ?? '')
  writeFileSync(first, Buffer.alloc(48), { flag: 'r+' })
  const wanted = new Set([5, 2000].map(n => idOf(n)))
  await sweep(id => wanted.has(id))
  expect(await read(5)).toEqual(bytesOf(5))
})

test('when something was put or asked for last is known', async () => {
  await append(1)
  expect(packs.touchedAt(idOf(1))).toBe(1_000_000)
  now += 5000
  packs.touch(idOf(1))
  expect(packs.touchedAt(idOf(1))).toBe(now)
})
