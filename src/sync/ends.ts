// The two ends of a pair and what its steps work with.
import type { FolderIndex, PairRecords } from '../index/folder-index.ts'
import type { Stamp } from '../model/entry.ts'
import type { Side } from '../plan/triple.ts'
import type { World } from '../platform/world.ts'
import type { Replica } from '../replica/replica.ts'
import type { Report } from './events.ts'

export interface Ends {
  readonly local: Replica
  readonly remote: Replica
  readonly index: FolderIndex
  readonly records: PairRecords
  readonly world: World
  readonly report: Report
  /** Stamps that moves of this plan gave: a later move of the same wave may carry the same entry on. */
  readonly moved: Map<string, Stamp>
}

export function endOf(ends: Ends, side: Side): Replica {
  return side === 'local' ? ends.local : ends.remote
}
