// Putting a damaged index out of the way, without losing it: a person may still want to look at it.
import { existsSync, renameSync } from 'node:fs'

/**
 * Renames the database `file` and its `-wal` and `-shm` to `<file>.damaged-<time>` and returns the new name; undefined when
 * there is none. The index must not be open. The next `openIndex` makes a new one.
 */
export function setAsideIndex(file: string, now: Date): string | undefined {
  const aside = `${file}.damaged-${now.toISOString().replaceAll(':', '')}`
  const suffixes = ['', '-wal', '-shm'].filter(suffix => existsSync(file + suffix))
  for (const suffix of suffixes) renameSync(file + suffix, aside + suffix)
  return suffixes.length === 0 ? undefined : aside
}
