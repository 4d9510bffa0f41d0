// One run at a time for each folder: a lock that the system gives up when the process ends, however it ends.
import { SyncError } from '../model/errors.ts'
import { Database } from '../platform/node/sqlite.ts'
import { INDEX_WORDS } from './words.ts'

/**
 * Takes the lock that is the file `file` (made when it is not there), until disposed. Throws `folder-locked` when another process,
 * or this one, holds it. A lock of SQLite's is one of the system's on the open file: nothing stays behind after a crash.
 */
export function lockFolder(file: string): Disposable {
  const database = new Database(file, INDEX_WORDS)
  try {
    // Nothing is ever in it, so nothing of it need be kept. OFF is refused by some builds, and a file beside it would stay after a crash.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF')
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw isBusy(error) ? locked(error) : error
  }
  return {
    [Symbol.dispose]: () => {
      database.exec('ROLLBACK')
      database.close()
    },
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof SyncError && error.code === 'folder-locked'
}

function locked(cause: unknown): SyncError {
  return new SyncError(
    'folder-locked',
    'Another run of syncline is at work in this folder. Try again when it has ended.',
    {
      cause,
    },
  )
}
