// What a pair is made of: the folder, the remote, and where it is remembered how they agreed.
import type { FolderIndex, PairRecords } from '../index/folder-index.ts'
import type { Place } from '../model/path.ts'
import type { World } from '../platform/world.ts'
import type { Replica } from '../replica/replica.ts'
import type { Revisions } from '../revisions/revisions.ts'
import type { IgnoreRules } from '../scan/ignore-rules.ts'
import type { ScanReport } from '../scan/report.ts'
import type { Report } from './events.ts'
import type { Hindsight } from './hindsight.ts'
import type { Home } from './home.ts'
import type { PairOptions } from './options.ts'

export interface PairParts {
  readonly home: Home
  readonly remote: Replica
  readonly index: FolderIndex
  readonly ignore: IgnoreRules
  readonly world: World
  readonly report: Report
  /** Where damaged files go when the other side has good ones; without it they are only reported. */
  readonly revisions?: Revisions
  /** Disk → index, of the whole folder or of some places. */
  readonly scan: (
    places: readonly Place[] | 'everything',
    signal: AbortSignal,
    namesIn?: readonly Place[],
  ) => Promise<ScanReport>
  readonly options?: PairOptions
  /** Where agreeing has to do more than to be remembered; without them those of the index. */
  readonly records?: PairRecords
  /** Where the same changes may come by several ways. */
  readonly hindsight?: Hindsight
}
