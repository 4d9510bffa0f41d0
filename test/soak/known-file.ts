// Which content a file holds, and which file it is.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { FIRST_LINE_BYTES, idOf } from './contents.ts'
import { look } from './places.ts'

export interface KnownFile {
  readonly ino: number
  /** Undefined when it is none of the soak's contents. */
  readonly id: string | undefined
}

/** Undefined when there is nothing. */
export function knownAt(path: string): KnownFile | undefined {
  const file = openIfThere(path)
  if (file === undefined) return undefined
  try {
    return knownIn(file)
  } finally {
    closeSync(file)
  }
}

/** Of an open file. */
export function knownIn(file: number): KnownFile {
  const start = Buffer.alloc(FIRST_LINE_BYTES)
  const { ino } = fstatSync(file)
  return { ino, id: idOf(start.subarray(0, readSync(file, start, 0, start.length, 0))) }
}

/** The contents of all files below a directory. */
export function* contentsIn(root: string): Generator<{ readonly path: string; readonly id: string }> {
  for (const path of look(root).files) {
    const id = knownAt(join(root, path))?.id
    if (id !== undefined) yield { path, id }
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
