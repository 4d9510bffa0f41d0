// Reads files: a small one in one go, a large one as a stream that reads ahead by one piece.
import { closeSync, read, readSync } from 'node:fs'
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

/** `size` bytes from `from` on; fewer at the end of the file. */
export async function readPart(reach: () => string, from: number, size: number): Promise<Uint8Array> {
  const descriptor = openFile(reach())
  try {
    if (statOfOpen(descriptor).kind !== 'file') throw fault('EISDIR', '')
    const bytes = Buffer.allocUnsafeSlow(size)
    let at = 0
    while (at < size) {
      const rest = size - at
      const count =
        rest <= SMALL_BYTES
          ? readSync(descriptor, bytes, at, rest, from + at)
          : (await readLater(descriptor, bytes, at, rest, from + at)).bytesRead
      if (count === 0) break
      at += count
    }
    return bytes.subarray(0, at)
  } finally {
    closeSync(descriptor)
  }
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
