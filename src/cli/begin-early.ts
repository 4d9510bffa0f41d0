// What can begin while the rest of the program is still being loaded.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { OWN_DIRECTORY } from '../model/path.ts'
import { beginCensus } from '../platform/node/take-census.ts'
import { threads } from '../platform/node/threads.ts'
import type { PlainSync } from './plain-sync.ts'

/**
 * Where there is much to look at, the looking; where all is new, a thread, because there will be work for one. Only for a single run: who
 * stays learns of changes from the moment on when it listens, and has to look after that.
 */
export function beginEarly({ folder, remote }: PlainSync): void {
  const known = sizeOfIndex(folder)
  if (known === undefined) threads.warm()
  if (known === undefined || known < LARGE_BYTES) return
  beginCensus(folder)
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(remote)) beginCensus(remote)
}

/** The index takes some 500 bytes for each name: of a few thousand another program is no help. */
const LARGE_BYTES = 2 * 1024 * 1024

/** Undefined where there is none. What else may be wrong with the folder, the run itself will find out. */
function sizeOfIndex(folder: string): number | undefined {
  try {
    return statSync(join(folder, OWN_DIRECTORY, 'index.db')).size
  } catch {
    return undefined
  }
}
