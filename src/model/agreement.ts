// The base of a three-way merge: what both sides last had in common, and how it looked on each of them.
import type { Checksum, ContentId } from './content.ts'
import type { EntryId, Kind, Stamp } from './entry.ts'
import type { Path } from './path.ts'

export interface Agreement {
  readonly path: Path
  readonly kind: Kind
  /** The stamps that the planner saw, or that the commit returned: never re-read afterwards (spec, executor invariant E2). */
  readonly local: Stamp
  readonly remote: Stamp
  readonly localId?: EntryId
  readonly remoteId?: EntryId
  /** Of a file. */
  readonly content?: ContentId
  /** Of a file, as the remote knows it. */
  readonly sums?: readonly Checksum[]
  readonly size?: number
  /** The modification time each side showed. They differ where a side cannot store the other's. */
  readonly localMtimeNs?: bigint
  readonly remoteMtimeNs?: bigint
  /** Permission bits, where both sides hold them. */
  readonly mode?: number
  /** Of a symlink. */
  readonly target?: string
}
