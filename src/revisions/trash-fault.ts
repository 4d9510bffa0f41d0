// Faults of the disk in the trash, as errors for people.
import { type ErrorCode, SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import { codeOf } from '../platform/tree.ts'

const CODES: Readonly<Record<string, readonly [code: ErrorCode, reason: string]>> = {
  ENOENT: ['missing', 'it is not there'],
  EEXIST: ['changed', 'something else is there already'],
  ENOSPC: ['disk-full', 'the disk is full'],
  EMFILE: ['too-many-files', 'too many files are open'],
  ENFILE: ['too-many-files', 'too many files are open'],
  EDQUOT: ['disk-full', 'your quota on this disk is used up'],
  EACCES: ['denied', 'the system does not allow it'],
  EPERM: ['denied', 'the system does not allow it'],
  EROFS: ['denied', 'the disk is read-only'],
  ENAMETOOLONG: ['name-not-allowed', 'its path is too long for the trash'],
  ENOTDIR: ['changed', 'a file or link is where a directory should be'],
  ELOOP: ['changed', 'a link is where a directory should be'],
}

/** `error` as a SyncError that begins with `what` ("a/b cannot be kept in the trash"); itself when it is one. */
export function trashFault(error: unknown, what: string, path: Path): SyncError {
  if (error instanceof SyncError) return error
  const [code, reason] = CODES[codeOf(error) ?? ''] ?? ['io', error instanceof Error ? error.message : String(error)]
  return new SyncError(code, `${what}: ${reason}.`, { path, cause: error })
}
