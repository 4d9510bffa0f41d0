// Makes sure that a directory which is open is still the one at its path: what is done in one that was moved away is done in the wrong place.
import { statSync } from 'node:fs'
import { SyncError } from '../model/errors.ts'

/** Throws `wrong-place`, to be tried again, from when `directory` is not what it is now until it is that again. */
export function stayingAt(directory: string): () => void {
  const place = placeOf(directory)
  return () => {
    if (place === undefined || placeOf(directory) === place) return
    throw new SyncError(
      'wrong-place',
      `'${directory}' is not there any more, or another directory is in its place. Nothing was deleted.`,
      { scope: 'replica', retry: 'later' },
    )
  }
}

function placeOf(directory: string): string | undefined {
  const stat = statSync(directory, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? undefined : `${stat.dev} ${stat.ino}`
}
