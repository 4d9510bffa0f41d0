// What a scan found, besides the rows it recorded.
import { asSyncError, isTooManyFiles, type SyncError } from '../model/errors.ts'
import type { Path, PathFault, Place } from '../model/path.ts'
import { codeOf } from '../platform/tree.ts'

export interface Unreadable {
  readonly place: Place
  readonly reason: string
  /** Where it is not the place itself that has to be made readable. */
  readonly because?: 'too-many-files' | 'io'
}

/** Reasons are the end of a sentence: "permission was denied". */
export interface ScanReport {
  /** Seen and kept. */
  readonly files: number
  readonly directories: number
  readonly hashedFiles: number
  readonly hashedBytes: number
  /** Rows recorded as news. */
  readonly changed: number
  /** What could not be looked at. Its rows are as they were; everything at and below it must be held. */
  readonly unreadable: readonly Unreadable[]
  /** Files that changed while they were read: looked at again by the next scan. */
  readonly unsettled: readonly Path[]
  /** Changed by somebody else through the same index, again and again while the scan tried to look: their rows are right, but worth another look. */
  readonly passedOver?: readonly Path[]
  /** Files whose bytes differ from what they were although nothing on disk says that anybody wrote to them. */
  readonly damaged: readonly Path[]
  readonly unsupported: readonly { readonly path: Path; readonly reason: string }[]
  /** Names that cannot be ours, and the directory they are in. */
  readonly unusable: readonly { readonly place: Place; readonly name: string; readonly reason: string }[]
}

/** A report while it is being written. */
export class Findings implements ScanReport {
  files = 0
  directories = 0
  hashedFiles = 0
  hashedBytes = 0
  changed = 0
  readonly unreadable: Unreadable[] = []
  readonly unsettled: Path[] = []
  readonly passedOver: Path[] = []
  readonly damaged: Path[] = []
  readonly unsupported: { path: Path; reason: string }[] = []
  readonly unusable: { place: Place; name: string; reason: string }[] = []
}

/** `place`, which `error` kept from being looked at. */
export function unreadableAt(place: Place, error: unknown): Unreadable {
  const reason = reasonOf(error)
  if (isTooManyFiles(error)) return { place, reason, because: 'too-many-files' }
  return { place, reason, ...(codeOf(error) === 'EIO' ? { because: 'io' } : {}) }
}

/** Why something could not be looked at. */
export function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return 'permission was denied'
    case 'EIO':
      return 'the disk reported an error'
    case 'EMFILE':
    case 'ENFILE':
      return 'too many files are open'
    default:
      return (asSyncError(error) satisfies SyncError).message
  }
}

const FAULTS: Readonly<Record<PathFault, string>> = {
  empty: 'the name is empty',
  dot: 'the name means a directory itself',
  separator: 'the name holds a slash',
  nul: 'the name holds a zero byte',
  'not-unicode': 'the name is not valid Unicode',
  'too-long': 'the name or its path is too long',
  'too-deep': 'it lies too many directories deep',
  reserved: 'the name is reserved for this program',
}

export function reasonOfFault(fault: PathFault): string {
  return FAULTS[fault]
}
