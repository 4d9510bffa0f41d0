// Reads files: a small one in one go, a large one as a stream that reads ahead by one piece.
import { closeSync, read, readSync, readv, readvSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Stat } from '../tree.ts'
import { fault, openFile, withFile } from './confined.ts'
import { statOfOpen } from './stat.ts'

const PIECE_BYTES = 1024 * 1024
/** Where the same memory is used again. Asking for a piece and handing it on costs more than the copying of a small one. */
const LENT_BYTES = 1024 * 1024
/** So many streams at once get such pieces; with more of them memory would go with those who take them slowly. */
const MOST_WITH_LARGE_PIECES = 8
const SMALL_LENT_BYTES = 256 * 1024
/** So much is read with one synchronous call: quicker than asking the thread pool. */
const SMALL_BYTES = 256 * 1024

const scratch = Buffer.allocUnsafeSlow(64 * 1024)
const readLater = promisify(read)
const readvLater = promisify(readv)

/** The whole file at `reached`, and its state after the last byte was read. */
export function readWhole(reached: string, limit: number): { bytes: Uint8Array; stat: Stat } {
  return withFile(reached, descriptor => {
    const count = readSync(descriptor, scratch, 0, scratch.length, 0)
    const stat = statOfOpen(descriptor)
    if (stat.kind !== 'file') throw fault('EISDIR', reached)
    if (stat.size > limit) throw fault('EFBIG', reached)
    if (stat.size === count) return { bytes: Uint8Array.prototype.slice.call(scratch, 0, count), stat }
    return readRest(descriptor, stat.size)
  })
}

function readRest(descriptor: number, size: number): { bytes: Uint8Array; stat: Stat } {
  const bytes = new Uint8Array(size)
  let at = 0
  while (at < size) {
    const count = readSync(descriptor, bytes, at, size - at, at)
    if (count === 0) break
    at += count
  }
  return { bytes: bytes.subarray(0, at), stat: statOfOpen(descriptor) }
}

/** The bytes from `from` on. `reach` is called when the first piece is asked for. `lent`: a piece is not used after the next is asked for. */
export async function* readFrom(
  reach: () => string,
  from: number,
  check: (stat: Stat) => void,
  pieces?: 'lent',
): AsyncGenerator<Uint8Array> {
  const descriptor = openFile(reach())
  const memory =
    pieces === 'lent' ? memoryInTurns() : { next: () => Buffer.allocUnsafeSlow(PIECE_BYTES), end: () => {} }
  let ahead: Promise<Uint8Array> | undefined
  try {
    const stat = statOfOpen(descriptor)
    if (stat.kind !== 'file') throw fault('EISDIR', '')
    check(stat)
    let at = from
    if (stat.size - from <= SMALL_BYTES) {
      const bytes = Buffer.allocUnsafeSlow(Math.max(1, stat.size - from))
      const count = readSync(descriptor, bytes, 0, bytes.length, at)
      if (count > 0) yield bytes.subarray(0, count)
      at += count
    }
    for (ahead = readPiece(descriptor, memory.next(), at); ; ) {
      const bytes = await ahead
      if (bytes.length === 0) break
      at += bytes.length
      ahead = readPiece(descriptor, memory.next(), at)
      yield bytes
    }
    check(statOfOpen(descriptor))
  } finally {
    // A descriptor must not be closed, and its number given to another file, while a read is under way.
    await ahead?.catch(() => undefined)
    closeSync(descriptor)
    memory.end()
  }
}

/** Fills `into` with what is there from `from` on; returns how many bytes that were, fewer only at the end of the file. */
export async function readParts(
  reach: () => string,
  from: number,
  into: readonly Uint8Array[],
  check: (stat: Stat) => void = () => {},
): Promise<number> {
  const descriptor = openFile(reach())
  try {
    const stat = statOfOpen(descriptor)
    if (stat.kind !== 'file') throw fault('EISDIR', '')
    check(stat)
    let count = 0
    for (let rest = into; rest.length > 0; rest = after(into, count)) {
      const some = await readSome(descriptor, rest, from + count)
      if (some === 0) break
      count += some
    }
    check(statOfOpen(descriptor))
    return count
  } finally {
    closeSync(descriptor)
  }
}

async function readSome(descriptor: number, into: readonly Uint8Array[], at: number): Promise<number> {
  const size = into.reduce((sum, { length }) => sum + length, 0)
  if (size === 0) return 0
  return size <= SMALL_BYTES ? readvSync(descriptor, into, at) : (await readvLater(descriptor, into, at)).bytesRead
}

/** What is left to be filled after so many bytes. */
function after(into: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let at = 0
  return into.flatMap(part => {
    const filled = Math.min(part.length, Math.max(0, count - at))
    at += part.length
    return filled === part.length ? [] : [part.subarray(filled)]
  })
}

let withLargePieces = 0

/** One piece is read into while the other is lent. */
function memoryInTurns() {
  const isLarge = withLargePieces < MOST_WITH_LARGE_PIECES
  if (isLarge) withLargePieces += 1
  const bytes = isLarge ? LENT_BYTES : SMALL_LENT_BYTES
  const buffers: Buffer[] = []
  let turn = 0
  return {
    next() {
      turn = 1 - turn
      buffers[turn] ??= Buffer.allocUnsafeSlow(bytes)
      return buffers[turn] as Buffer
    },
    end() {
      if (isLarge) withLargePieces -= 1
    },
  }
}

async function readPiece(descriptor: number, into: Buffer, at: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await readLater(descriptor, into, 0, into.length, at)
  return buffer.subarray(0, bytesRead)
}
