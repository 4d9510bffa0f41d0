// What a scan found, besides the rows it recorded.
import { asSyncError, type SyncError } from '../model/errors.ts'
import type { Path, PathFault, Place } from '../model/path.ts'
import { codeOf } from '../platform/tree.ts'

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
  readonly unreadable: readonly { readonly place: Place; readonly reason: string }[]
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
  readonly unreadable: { place: Place; reason: string }[] = []
  readonly unsettled: Path[] = []
  readonly passedOver: Path[] = []
  readonly damaged: Path[] = []
  readonly unsupported: { path: Path; reason: string }[] = []
  readonly unusable: { place: Place; name: string; reason: string }[] = []
}

/** Why something could not be looked at. */
export function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return 'permission was denied'
    case 'EIO':
      return 'the disk reported an error'
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
