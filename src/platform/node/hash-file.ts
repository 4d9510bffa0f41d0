// SHA-256 of the blocks of a file, read with plain synchronous calls into one reused buffer.
import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { blockSizeOf } from '../../model/content.ts'
import type { Hashed, Stat } from '../tree.ts'
import { fault, type Walker, withFile } from './confined.ts'
import { statOfOpen } from './stat.ts'

// Larger ones fall out of the processor's cache between reading and hashing.
const buffer = Buffer.allocUnsafeSlow(128 * 1024)

/** A file too large for one go: the caller splits it. */
export interface TooLarge {
  readonly tooLarge: Stat
}

/** Hashes the whole file at `path`, unless it has more than `limit` bytes. */
export function hashFile(walker: Walker, path: string, limit: number): Hashed | TooLarge {
  return withFile(walker.reach(path), descriptor => {
    const before = statOfOpen(descriptor)
    if (before.kind !== 'file') throw fault('EISDIR', path)
    if (before.size > limit) return { tooLarge: before }
    const { blocks, bytes } = hashOpen(descriptor, 0, before.size, blockSizeOf(before.size))
    return { size: bytes, blocks, before, after: statOfOpen(descriptor) }
  })
}

/** Hashes the bytes of a file from `from` up to `to`, both at block borders or the end. `size` is how many bytes were there. */
export function hashRange(walker: Walker, path: string, from: number, to: number, blockSize: number): Hashed {
  return withFile(walker.reach(path), descriptor => {
    const before = statOfOpen(descriptor)
    if (before.kind !== 'file') throw fault('EISDIR', path)
    const { blocks, bytes } = hashOpen(descriptor, from, to, blockSize)
    return { size: bytes, blocks, before, after: statOfOpen(descriptor) }
  })
}

function hashOpen(descriptor: number, from: number, to: number, blockSize: number) {
  const blocks = new Uint8Array(Math.max(1, Math.ceil((to - from) / blockSize)) * 32)
  let at = from
  for (let block = 0; block * 32 < blocks.length; block += 1) {
    const hash = createHash('sha256')
    const end = Math.min(to, from + (block + 1) * blockSize)
    while (at < end) {
      const count = readSync(descriptor, buffer, 0, Math.min(buffer.length, end - at), at)
      // Shorter than it was a moment ago: the state after reading will tell.
      if (count === 0) return { blocks, bytes: at - from }
      hash.update(count === buffer.length ? buffer : buffer.subarray(0, count))
      at += count
    }
    blocks.set(hash.digest(), block * 32)
  }
  return { blocks, bytes: at - from }
}

/** The hashes of bytes that are all at hand. */
export function hashBytes(bytes: Uint8Array): Uint8Array {
  const blockSize = blockSizeOf(bytes.length)
  const blocks = new Uint8Array(Math.max(1, Math.ceil(bytes.length / blockSize)) * 32)
  for (let block = 0; block * 32 < blocks.length; block += 1) {
    const some = bytes.subarray(block * blockSize, (block + 1) * blockSize)
    blocks.set(createHash('sha256').update(some).digest(), block * 32)
  }
  return blocks
}
