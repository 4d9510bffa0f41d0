import { createHash } from 'node:crypto'
import { closeSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { blockSizeOf } from '../../model/content.ts'
import type { Hashed, Tree } from '../tree.ts'
import { joinPieces } from './hash-many.ts'
import { openNodeTree } from './node-tree.ts'

let root: string
let tree: Tree
const signal = new AbortController().signal

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hash-'))
  tree = await openNodeTree(root)
})

afterEach(async () => {
  await tree.close()
  await rm(root, { recursive: true })
})

/** A file of mostly nothing, with marks where pieces and blocks meet. */
function plantHuge(name: string, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  const path = join(root, name)
  writeFileSync(path, '')
  truncateSync(path, size)
  const descriptor = openSync(path, 'r+')
  for (let at = 0; at < size; at += 4_000_037) {
    bytes[at] = 1 + (at % 255)
    writeSync(descriptor, bytes, at, 1, at)
  }
  closeSync(descriptor)
  return bytes
}

function blocksOf(bytes: Buffer): Buffer {
  const blockSize = blockSizeOf(bytes.length)
  const hashes: Buffer[] = []
  for (let at = 0; at < bytes.length; at += blockSize) {
    hashes.push(
      createHash('sha256')
        .update(bytes.subarray(at, at + blockSize))
        .digest(),
    )
  }
  return Buffer.concat(hashes)
}

test('a huge file is hashed in pieces that join without a seam', async () => {
  const bytes = plantHuge('huge', 75_000_011)
  writeFileSync(join(root, 'small'), 'small')
  const [huge, small] = await tree.hash(['huge', 'small'], signal)
  if (huge === undefined || huge instanceof Error) throw huge
  expect(huge.size).toBe(bytes.length)
  expect(Buffer.from(huge.blocks).equals(blocksOf(bytes))).toBe(true)
  expect(huge.before).toEqual(huge.after)
  expect(huge.before).toEqual(await tree.stat('huge'))
  expect(small).toMatchObject({ size: 5 })
})

test('files that together exceed one batch all get their own hashes', async () => {
  const files = new Map(Array.from({ length: 12 }, (_, i) => [`f${i}`, plantHuge(`f${i}`, 3_000_000 + i)]))
  const results = await tree.hash([...files.keys()], signal)
  for (const [i, bytes] of [...files.values()].entries()) {
    const hashed = results[i]
    if (hashed === undefined || hashed instanceof Error) throw hashed
    expect(Buffer.from(hashed.blocks).equals(blocksOf(bytes))).toBe(true)
  }
})

test('an abort ends the hashing of what is under way', async () => {
  plantHuge('huge', 200_000_000)
  const abort = new AbortController()
  const hashing = tree.hash(['huge'], abort.signal)
  const reason = new Error('enough')
  abort.abort(reason)
  await expect(hashing).rejects.toBe(reason)
})

test('closing ends the hashing of what is under way with a fault', async () => {
  plantHuge('huge', 200_000_000)
  const hashing = tree.hash(['huge'], signal).then(
    ([result]) => result,
    error => error,
  )
  await tree.close()
  expect(await hashing).toBeInstanceOf(Error)
})

test('a huge file that changed between two of its pieces counts as torn', async () => {
  writeFileSync(join(root, 'file'), 'x')
  const still = await tree.stat('file')
  if (still === undefined) throw new Error('no file')
  const changed = { ...still, mtimeNs: still.mtimeNs + 1n }
  const piece = (before = still, after = before): Hashed => ({ size: 1, blocks: new Uint8Array(32), before, after })
  expect(joinPieces([piece(), piece()])).toMatchObject({ size: 2, before: still, after: still })
  for (const later of [piece(changed), piece(still, changed)]) {
    expect(joinPieces([piece(), later])).toMatchObject({ before: still, after: changed })
  }
  const gone = new Error('gone')
  expect(joinPieces([piece(), gone])).toBe(gone)
})
