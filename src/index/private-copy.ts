// A private copy of an index, so that a dry run changes nothing on the disk it looks at.
import { constants, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SyncError } from '../model/errors.ts'

export interface PrivateCopy {
  /** The copy; it does not exist when there was nothing to copy. */
  readonly file: string
  remove(): void
}

const TRIES = 5

/** Copies the database `file` with what its write-ahead log holds to a temporary directory. Throws `folder-locked` when it does not hold still. */
export function copyIndex(file: string): PrivateCopy {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-dry-run-'))
  const copy: PrivateCopy = {
    file: join(directory, 'index.db'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
  try {
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (copyStill(file, copy.file)) return copy
    }
    throw new SyncError(
      'folder-locked',
      `The index ${file} is being written by another program. Try again when it has finished.`,
    )
  } catch (error) {
    copy.remove()
    throw error
  }
}

// The log is copied first and both must be unchanged afterwards: then the pair is what some instant showed.
function copyStill(from: string, to: string): boolean {
  const before = stateOf(from)
  for (const suffix of ['-wal', '']) {
    rmSync(to + suffix, { force: true })
    if (statSync(from + suffix, { throwIfNoEntry: false }) === undefined) continue
    copyFileSync(from + suffix, to + suffix, constants.COPYFILE_FICLONE)
  }
  return stateOf(from) === before
}

function stateOf(file: string): string {
  return ['', '-wal']
    .map(suffix => {
      const stat = statSync(file + suffix, { bigint: true, throwIfNoEntry: false })
      return stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`
    })
    .join(', ')
}
