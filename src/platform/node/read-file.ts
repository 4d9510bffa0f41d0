// Reads files: a small one in one go, a large one as a stream that reads ahead by one piece.
import { closeSync, read, readSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Stat } from '../tree.ts'
import { fault, openFile, withFile } from './confined.ts'
import { statOfOpen } from './stat.ts'

const PIECE_BYTES = 1024 * 1024
/** Where the same memory is used again: it stays in the caches of the processor. */
const LENT_BYTES = 256 * 1024
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
  const nextBuffer = pieces === 'lent' ? inTurns() : () => Buffer.allocUnsafeSlow(PIECE_BYTES)
  const descriptor = openFile(reach())
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
    for (ahead = readPiece(descriptor, nextBuffer(), at); ; ) {
      const bytes = await ahead
      if (bytes.length === 0) break
      at += bytes.length
      ahead = readPiece(descriptor, nextBuffer(), at)
      yield bytes
    }
    check(statOfOpen(descriptor))
  } finally {
    // A descriptor must not be closed, and its number given to another file, while a read is under way.
    await ahead?.catch(() => undefined)
    closeSync(descriptor)
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

/** One is read into while the other is lent. */
function inTurns(): () => Buffer {
  const buffers: Buffer[] = []
  let turn = 0
  return () => {
    turn = 1 - turn
    buffers[turn] ??= Buffer.allocUnsafeSlow(LENT_BYTES)
    return buffers[turn] as Buffer
  }
}

async function readPiece(descriptor: number, into: Buffer, at: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await readLater(descriptor, into, 0, into.length, at)
  return buffer.subarray(0, bytesRead)
}
