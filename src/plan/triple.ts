// What the planner knows of one path: how it looks on both sides now, and what both last agreed on.
import type { Agreement } from '../model/agreement.ts'
import type { Entry, Syncable } from '../model/entry.ts'
import type { Path } from '../model/path.ts'

export type Side = 'local' | 'remote'

export interface Triple {
  readonly path: Path
  /** Absent means: certainly not there. "Could not look" is a blocked entry. */
  readonly local?: Entry | undefined
  readonly remote?: Entry | undefined
  readonly agreed?: Agreement | undefined
  /** The last attempt on exactly this state failed and its time has not come yet. */
  readonly backingOff?: 'backing-off'
  /** Both sides have something new, and one of them may only be behind: that is not settled yet. */
  readonly waits?: 'waits'
}

export function otherSide(side: Side): Side {
  return side === 'local' ? 'remote' : 'local'
}

/** `triple` with what one side shows replaced. */
export function withEntry(triple: Triple, side: Side, entry: Entry | undefined): Triple {
  return side === 'local' ? { ...triple, local: entry } : { ...triple, remote: entry }
}

export function entryOn(triple: Triple, side: Side): Entry | undefined {
  return side === 'local' ? triple.local : triple.remote
}

/** What `side` shows, unless it is blocked. */
export function syncableOn(triple: Triple, side: Side): Syncable | undefined {
  const entry = entryOn(triple, side)
  return entry?.kind === 'blocked' ? undefined : entry
}
