// Telling a damaged index from one that only cannot be opened now.
import { SyncError } from '../model/errors.ts'

// Result codes of SQLite (sqlite3.h).
const CORRUPT = 11
const NOTADB = 26

/** Whether `error`, thrown by an index, says that its file is broken: setting it aside loses nothing that could still be read. */
export function isIndexDamage(error: unknown): error is SyncError {
  if (!(error instanceof SyncError) || error.code !== 'folder-unusable') return false
  const extended = (error.cause as { readonly errcode?: unknown } | undefined)?.errcode
  return typeof extended === 'number' && [CORRUPT, NOTADB].includes(extended & 0xff)
}
