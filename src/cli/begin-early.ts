// What can begin while the rest of the program is still being loaded.
import { lstatSync, opendirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { OWN_DIRECTORY } from '../model/path.ts'
import { beginCensus } from '../platform/node/take-census.ts'
import { threads } from '../platform/node/threads.ts'
import type { PlainSync } from './plain-sync.ts'

/**
 * Where there is much to look at, the looking; where all is new, a thread. Only for a single run: who stays learns of changes from the
 * moment on when it listens, and has to look after that.
 */
export function beginEarly({ folder, remote }: PlainSync): void {
  beginThread(folder)
  if ((sizeOfIndex(folder) ?? 0) < LARGE_BYTES) return
  beginCensus(folder)
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(remote)) beginCensus(remote)
}

/** A thread, where all is new: there will be work for it. */
export function beginThread(folder: string): void {
  if (sizeOfIndex(folder) === undefined && !holdsLittle(folder)) threads.warm()
}

/** The index takes some 500 bytes for each name: of a few thousand another program is no help. */
const LARGE_BYTES = 2 * 1024 * 1024

/** So few small files are read without a thread, which would take longer to start than the whole run takes. */
const FEW = 8
const SMALL_BYTES = 256 * 1024

/** Whether there is nothing but a few small files. A folder in which there is nothing at all is probably about to be filled. */
function holdsLittle(folder: string): boolean {
  try {
    const names = firstNames(folder, FEW + 1)
    return names.length > 0 && names.length <= FEW && names.every(name => isSmallFile(join(folder, name)))
  } catch {
    return false
  }
}

/** Never all names of a large directory. */
function firstNames(folder: string, most: number): readonly string[] {
  const directory = opendirSync(folder)
  try {
    const names: string[] = []
    for (let next = directory.readSync(); next !== null && names.length < most; next = directory.readSync())
      names.push(next.name)
    return names
  } finally {
    directory.closeSync()
  }
}

function isSmallFile(path: string): boolean {
  const stats = lstatSync(path)
  return stats.isFile() && stats.size <= SMALL_BYTES
}

/** Undefined where there is none. What else may be wrong with the folder, the run itself will find out. */
function sizeOfIndex(folder: string): number | undefined {
  try {
    return statSync(join(folder, OWN_DIRECTORY, 'index.db')).size
  } catch {
    return undefined
  }
}
