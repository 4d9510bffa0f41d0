// The files that this thread is writing piece by piece, and what it has hashed of them.
import { createHash, type Hash } from 'node:crypto'
import { assert } from '../../model/errors.ts'
import { writeAll } from './write-file.ts'

interface Taking {
  /** What the file's pieces arrive in. */
  readonly memory: Map<number, Uint8Array>
  readonly blocks: Uint8Array[]
  hash: Hash
  inBlock: number
}

/** By the number that each has for itself: that of a descriptor is another file's as soon as it is closed. */
const files = new Map<number, Taking>()

export interface Piece {
  readonly file: number
  /** Which is the same number in all threads. */
  readonly descriptor: number
  readonly at: number
  /** The memory that the piece is in; shown under its number once for each file, because that costs as much as writing a piece. */
  readonly memory: number
  readonly shown?: Uint8Array<SharedArrayBuffer>
  /** Where in it, and how many bytes. */
  readonly from: number
  readonly count: number
  /** 0 where nothing is to be hashed. */
  readonly blockSize: number
}

/** Writes and hashes the next piece of a file. */
export function take({ file, descriptor, at, memory, shown, from: start, count, blockSize }: Piece): void {
  const taking = files.get(file) ?? newTaking()
  files.set(file, taking)
  if (shown !== undefined) taking.memory.set(memory, shown)
  const bytes = taking.memory.get(memory)
  assert(bytes !== undefined, 'its memory was shown before')
  const some = bytes.subarray(start, start + count)
  writeAll(descriptor, some, at)
  if (blockSize === 0) return
  for (let from = 0; from < some.length; ) {
    const end = Math.min(some.length, from + blockSize - taking.inBlock)
    taking.hash.update(some.subarray(from, end))
    taking.inBlock += end - from
    from = end
    if (taking.inBlock === blockSize) endBlock(taking)
  }
}

/** The hashes of all blocks of a file that has come to its end. An empty file has one empty block. */
export function taken(file: number): Uint8Array<ArrayBuffer> {
  const taking = files.get(file) ?? newTaking()
  files.delete(file)
  if (taking.inBlock > 0 || taking.blocks.length === 0) endBlock(taking)
  const blocks = new Uint8Array(taking.blocks.length * 32)
  for (const [i, block] of taking.blocks.entries()) blocks.set(block, i * 32)
  return blocks
}

function newTaking(): Taking {
  return { memory: new Map(), blocks: [], hash: createHash('sha256'), inBlock: 0 }
}

function endBlock(taking: Taking): void {
  taking.blocks.push(taking.hash.digest())
  taking.hash = createHash('sha256')
  taking.inBlock = 0
}
