// What the system says, as errors for people.
import { type ErrorCode, type ErrorScope, type Retry, SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import { codeOf } from '../../platform/tree.ts'

interface Meaning {
  readonly code: ErrorCode
  /** The sentence, after the name of what it is about. */
  readonly says: string
  readonly scope?: ErrorScope
  readonly retry?: Retry
}

const DENIED: Meaning = { code: 'denied', says: 'may not be read or changed by this user. Check its permissions.' }
// The other directory's disk, not the folder's own. Everything else goes on: deletions make room.
const FULL: Meaning = {
  code: 'quota-exceeded',
  says: 'cannot be written: its disk is full or the quota is used up. Make room there.',
}
const GONE: Meaning = { code: 'missing', says: 'is no longer there, or the directory that should hold it is not.' }
const MOVED_AWAY: Meaning = { code: 'changed', says: 'changed its kind while it was looked at.' }
const BUSY: Meaning = { code: 'locked', says: 'is in use by another program.' }
const UNREACHABLE: Meaning = { code: 'offline', says: 'is on a disk that does not answer. Check that it is connected.' }
const BAD_NAME: Meaning = { code: 'name-not-allowed', says: 'has a name that the other disk does not take. Rename it.' }

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['EACCES', DENIED],
  ['EPERM', DENIED],
  ['EROFS', { code: 'denied', says: 'is on a disk that can only be read.' }],
  ['ENOSPC', FULL],
  ['EDQUOT', FULL],
  ['ENOENT', GONE],
  ['ENOTDIR', MOVED_AWAY],
  ['EISDIR', MOVED_AWAY],
  ['ELOOP', MOVED_AWAY],
  ['EEXIST', MOVED_AWAY],
  ['ENOTEMPTY', MOVED_AWAY],
  ['EBUSY', BUSY],
  ['ETXTBSY', BUSY],
  ['ENAMETOOLONG', { code: 'name-not-allowed', says: 'has a name too long for the other disk. Shorten it.' }],
  ['EILSEQ', BAD_NAME],
  ['EINVAL', BAD_NAME],
  ['EFBIG', { code: 'too-large', says: 'is larger than the other disk can hold in one file.' }],
  ['EXDEV', { code: 'unsupported', says: 'lies on another disk that is mounted inside the directory.' }],
  ['EMFILE', { code: 'too-many-files', says: 'could not be opened: too many files are open.', retry: 'soon' }],
  ['ENFILE', { code: 'too-many-files', says: 'could not be opened: too many files are open.', retry: 'soon' }],
  ['ENODEV', UNREACHABLE],
  ['ENXIO', UNREACHABLE],
  ['ESTALE', UNREACHABLE],
  ['ENOTCONN', UNREACHABLE],
  ['EHOSTDOWN', UNREACHABLE],
  ['ETIMEDOUT', UNREACHABLE],
  ['EIO', { code: 'io', says: 'could not be read or written: the disk reports an error.' }],
])

/**
 * `error` as an error for people about `path` in the directory `root`. What is no fault of the system stays as it is: an error
 * for people already, the reason of an abort, or a bug.
 */
export function faultOf(error: unknown, path: Path | undefined, root: string): unknown {
  // What concerns one entry was said by whom the bytes come from, and not of this disk.
  if (error instanceof SyncError)
    return error.code === 'disk-full' && error.scope !== 'entry' ? noRoom(path, error.message, error) : error
  const code = codeOf(error)
  const meaning = code === undefined ? undefined : MEANINGS.get(code)
  const name = path === undefined ? root : path
  if (meaning !== undefined) {
    if (meaning === FULL) return noRoom(path, `${name} ${meaning.says}`, error)
    const { says, code: kind, ...rest } = meaning
    return new SyncError(kind, `${name} ${says}`, { path, cause: error, ...rest })
  }
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error
  return new SyncError('io', `${name} could not be read or written (${code}).`, { path, cause: error })
}

export function isNoRoom(error: unknown): boolean {
  return MEANINGS.get(codeOf(error) ?? '') === FULL
}

/** Of one path, or of everything where it is not about a path. */
export function noRoom(path: Path | undefined, sentence: string, cause?: unknown): SyncError {
  return new SyncError(FULL.code, sentence, { path, cause, scope: path === undefined ? 'replica' : 'entry' })
}

/** The same, for where a result stands for one element. Bugs and aborts are thrown. */
export function triedFault(error: unknown, path: Path, root: string): SyncError {
  const fault = faultOf(error, path, root)
  if (fault instanceof SyncError) return fault
  throw fault
}

export function changed(path: Path): SyncError {
  return new SyncError('changed', `${path} changed while it was looked at.`, { path })
}
