// How faults of an index are told.
import type { SyncError } from '../model/errors.ts'
import { type DatabaseWords, unusableDatabase } from '../platform/node/sqlite.ts'

export const INDEX_WORDS: DatabaseWords = {
  name: 'The index',
  mend: 'Run `syncline doctor` to set it aside and build it anew.',
}

export function unusableIndex(file: string, what: string, cause?: unknown): SyncError {
  return unusableDatabase(file, what, INDEX_WORDS, cause)
}
