import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Block } from './announcements.ts'
import { ShiftedBlocks } from './shifted.ts'

const BLOCK = 4096

function blocksOf(bytes: Uint8Array): Block[] {
  const blocks: Block[] = []
  for (let offset = 0, index = 0; offset < bytes.length; offset += BLOCK, index += 1) {
    const part = bytes.subarray(offset, offset + BLOCK)
    blocks.push({ index, offset, size: part.length, hash: createHash('sha256').update(part).digest() })
  }
  return blocks
}

/** How many blocks of `after` have to be fetched by one who has `before`. */
async function fetched(before: Buffer, after: Buffer): Promise<number> {
  const shifted = new ShiftedBlocks(async (from, size) => before.subarray(from, from + size), before.length)
  let count = 0
  for (const block of blocksOf(after)) {
    const here = shifted.isHopeful ? await shifted.find(block) : undefined
    const bytes = after.subarray(block.offset, block.offset + block.size)
    if (here !== undefined) expect(Buffer.compare(here, bytes)).toBe(0)
    else {
      count += 1
      if (shifted.isHopeful) await shifted.learn(block, bytes)
    }
  }
  return count
}

const old = randomBytes(100 * BLOCK + 123)

test('what was put in front costs one block', async () => {
  expect(await fetched(old, Buffer.concat([Buffer.from('!'), old]))).toBe(1)
  expect(await fetched(old, Buffer.concat([randomBytes(3 * BLOCK + 5), old]))).toBe(4)
})

test('so does what was taken away, or changed in the middle', async () => {
  expect(await fetched(old, old.subarray(777))).toBeLessThanOrEqual(1)
  const without = Buffer.concat([old.subarray(0, 50_000), old.subarray(60_001)])
  expect(await fetched(old, without)).toBe(1)
  const changed = Buffer.from(old)
  changed[200_000] = 255 - (changed[200_000] as number)
  expect(await fetched(old, changed)).toBe(1)
})

test('many changes cost little more than a block each', async () => {
  const pieces = Array.from({ length: 10 }, (_, i) => [
    randomBytes(i * 7 + 1),
    old.subarray(i * 10 * BLOCK, (i + 1) * 10 * BLOCK),
  ])
  expect(await fetched(old, Buffer.concat(pieces.flat()))).toBeLessThanOrEqual(11)
})

test('another file is soon given up', async () => {
  const reads: number[] = []
  const shifted = new ShiftedBlocks(async (from, size) => {
    reads.push(from)
    return old.subarray(from, from + size)
  }, old.length)
  const other = randomBytes(old.length)
  for (const block of blocksOf(other))
    if (shifted.isHopeful && (await shifted.find(block)) === undefined)
      await shifted.learn(block, other.subarray(block.offset, block.offset + block.size))
  expect(reads.length).toBeLessThan(20)
})

test('an old version that cannot be read is no hindrance', async () => {
  const shifted = new ShiftedBlocks(() => Promise.reject(new Error('gone')), old.length)
  const [block] = blocksOf(old) as [Block]
  expect(await shifted.find(block)).toBeUndefined()
  expect(shifted.isHopeful).toBe(false)
})
