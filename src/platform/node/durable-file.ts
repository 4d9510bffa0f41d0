// A file of the program's own that is on the disk as soon as it is written, and what makes others durable one by one.
import { close, closeSync, constants, fdatasync, fsync, open, openSync, readSync, writevSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

export interface DurableFile {
  /** Bytes at `at`: fewer than `length` where the file ends. */
  read(at: number, length: number): Uint8Array
  /** Writes the pieces one after the other from `at` on; resolves when they are on the disk. */
  write(at: number, pieces: readonly Uint8Array[]): Promise<void>
  close(): Promise<void>
}

const openLater = promisify(open)
const closeLater = promisify(close)
const fdatasyncLater = promisify(fdatasync)
const fsyncLater = promisify(fsync)

const MOST_PIECES = 512

/** Opens `path`, or makes it, readable by its owner alone. Throws the system's errors. */
export async function openDurableFile(path: string): Promise<DurableFile> {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
  await syncDirectory(dirname(path))
  return {
    read(at, length) {
      const bytes = Buffer.allocUnsafe(length)
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, at))
    },
    async write(at, pieces) {
      writeAll(descriptor, at, pieces)
      await fdatasyncLater(descriptor)
    },
    close: () => closeLater(descriptor),
  }
}

function writeAll(descriptor: number, at: number, pieces: readonly Uint8Array[]): void {
  let left = pieces.filter(piece => piece.length > 0)
  for (let position = at; left.length > 0; ) {
    const count = writevSync(descriptor, left.slice(0, MOST_PIECES), position)
    position += count
    left = after(left, count)
  }
}

/** What is left of the pieces when `count` bytes are written. */
function after(pieces: Uint8Array[], count: number): Uint8Array[] {
  let at = 0
  let rest = count
  while (at < pieces.length && rest >= (pieces[at] as Uint8Array).length) {
    rest -= (pieces[at] as Uint8Array).length
    at += 1
  }
  const left = pieces.slice(at)
  if (rest > 0) left[0] = (left[0] as Uint8Array).subarray(rest)
  return left
}

/** What makes a file durable again and again, while something else writes to it. */
export interface Syncer {
  /** Resolves when all that was written before the call is on the disk. Calls that come while one is under way share the next. */
  sync(): Promise<void>
  /** After the last `sync`. */
  close(): void
}

/** Opens `path`, which is there already, for as long as it is the same file. */
export function openSyncer(path: string): Syncer {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const start = () => {
    next = undefined
    running = fdatasyncLater(descriptor).finally(() => {
      running = undefined
    })
    return running
  }
  return {
    sync() {
      if (running === undefined) return start()
      // The one under way may have missed what this one is for.
      next ??= running.then(start, start)
      return next
    },
    close: () => closeSync(descriptor),
  }
}

/** Makes the bytes of a complete file durable. */
export async function syncFile(path: string): Promise<void> {
  await withOpen(path, constants.O_RDONLY | constants.O_NOFOLLOW, fdatasyncLater)
}

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory; its file system keeps names by itself.
  if (process.platform === 'win32') return
  await withOpen(path, constants.O_RDONLY | constants.O_DIRECTORY, fsyncLater)
}

async function withOpen(path: string, flags: number, act: (descriptor: number) => Promise<void>): Promise<void> {
  const descriptor = await openLater(path, flags)
  try {
    await act(descriptor)
  } finally {
    await closeLater(descriptor)
  }
}
