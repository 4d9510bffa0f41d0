// Writes one small file whole, under a name that nobody watches yet.
import { closeSync, constants, fchmodSync, futimesSync, openSync, unlinkSync, writeSync } from 'node:fs'
import type { SmallFile, Stat, WriteOptions } from '../tree.ts'
import { codeOf } from '../tree.ts'
import type { Walker } from './confined.ts'
import { secondsOf } from './set-times.ts'
import { statOfOpen } from './stat.ts'

const PRIVATE = 0o600
// Read once: asking is a write and a write back inside Node.
const DEFAULT_MODE = 0o666 & ~process.umask()
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/** Creates the file, replacing a leftover of that name, and returns its state when complete. */
export function writeFile(walker: Walker, file: SmallFile): Stat {
  const descriptor = createFile(walker.reach(file.path), modeOf(file))
  try {
    writeAll(descriptor, file.bytes, 0)
    return complete(descriptor, file)
  } finally {
    closeSync(descriptor)
  }
}

/** Opens a new file for writing, readable by its owner alone unless `mode` says more. A leftover is unlinked, not reused: it may have another name too. */
export function createFile(reached: string, mode = PRIVATE): number {
  try {
    return openSync(reached, CREATE, mode)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    unlinkSync(reached)
    return openSync(reached, CREATE, mode)
  }
}

/** Linux takes memory for as much as it is given at once in one piece, which it has to look for: little at a time takes it less. */
const AT_ONCE_BYTES = 32 * 1024

/** Writes all of `bytes` at `position`; returns how many that were. */
export function writeAll(descriptor: number, bytes: Uint8Array, position: number): number {
  for (let at = 0; at < bytes.length; ) {
    const count = Math.min(AT_ONCE_BYTES, bytes.length - at)
    at += writeSync(descriptor, bytes, at, count, position + at)
  }
  return bytes.length
}

/** Gives a fully written file its mode and time. */
export function complete(descriptor: number, options: WriteOptions): Stat {
  if (options.mtimeNs !== undefined) {
    const seconds = secondsOf(options.mtimeNs)
    futimesSync(descriptor, seconds, seconds)
  }
  const stat = statOfOpen(descriptor)
  const mode = modeOf(options)
  // What it was made with, less what the process, or its directory, takes from new files.
  if (stat.mode === mode) return stat
  fchmodSync(descriptor, mode)
  return statOfOpen(descriptor)
}

function modeOf({ mode }: WriteOptions): number {
  return mode === undefined ? DEFAULT_MODE : mode & 0o777
}
