// SHA-256 of the blocks of a file, read with plain synchronous calls into one reused buffer.
import { createHash, hash } from 'node:crypto'
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
    const end = Math.min(to, from + (block + 1) * blockSize)
    const read = end - at <= buffer.length ? hashAtOnce(descriptor, at, end) : hashInPieces(descriptor, at, end)
    at += read.bytes
    // Shorter than it was a moment ago: the state after reading will tell.
    if (at < end) break
    blocks.set(read.digest, block * 32)
  }
  return { blocks, bytes: at - from }
}

/** A block that fits into the buffer: one call to hash it, which costs a third of what three do. */
function hashAtOnce(descriptor: number, from: number, to: number) {
  let bytes = 0
  while (bytes < to - from) {
    const count = readSync(descriptor, buffer, bytes, to - from - bytes, from + bytes)
    if (count === 0) break
    bytes += count
  }
  return { digest: sha256(bytes === buffer.length ? buffer : buffer.subarray(0, bytes)), bytes }
}

function hashInPieces(descriptor: number, from: number, to: number) {
  const hash = createHash('sha256')
  let at = from
  while (at < to) {
    const count = readSync(descriptor, buffer, 0, Math.min(buffer.length, to - at), at)
    if (count === 0) break
    hash.update(count === buffer.length ? buffer : buffer.subarray(0, count))
    at += count
  }
  return { digest: hash.digest(), bytes: at - from }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

/** The hashes of bytes that are all at hand. */
export function hashBytes(bytes: Uint8Array): Uint8Array {
  const blockSize = blockSizeOf(bytes.length)
  const blocks = new Uint8Array(Math.max(1, Math.ceil(bytes.length / blockSize)) * 32)
  for (let block = 0; block * 32 < blocks.length; block += 1) {
    const some = bytes.subarray(block * blockSize, (block + 1) * blockSize)
    blocks.set(sha256(some), block * 32)
  }
  return blocks
}
