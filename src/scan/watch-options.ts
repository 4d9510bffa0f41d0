// What a watcher is given, and whom it tells.
import type { SyncError } from '../model/errors.ts'
import type { Path, Place } from '../model/path.ts'
import type { HintLimits, HintReach, Timers } from './hints.ts'

export interface WatchLimits extends HintLimits {
  /** Where watching is not possible, a hint for everything is given this often. */
  readonly pollMs: number
}

/** Opens a watch on one directory (`all`: and all below it); throws the system's error. The result closes it. */
export type OpenWatch = (directory: string, reach: 'one' | 'all', told: Told) => () => void

export interface Told {
  /** `rename` when a name came or went. No name: anything in the directory. */
  event(kind: 'rename' | 'change', name: string | null): void
  error(error: Error): void
}

export interface WatchOptions {
  /** Absolute path of the folder. */
  readonly root: string
  /** What nobody wants to hear of: directories that need not be entered, and files that do not sync. */
  skips(path: Path): boolean
  /** `place` is a directory; `here`: look at the names directly in it; `below`: at everything in it. */
  onHint(place: Place, reach: HintReach): void
  /**
   * Watching is not, or not everywhere, possible (any more). Hints for everything are given from time to time instead. Called again
   * only when it takes something else to mend it than was told before.
   */
  onFault(error: SyncError): void
  /** After a fault: everything is watched again. A hint for everything was given before. Only where the system keeps a watch on each directory. */
  onMended?(): void
  readonly limits?: Partial<WatchLimits>
  readonly timers?: Timers
  readonly open?: OpenWatch
}

export type Watching = Omit<Required<WatchOptions>, 'limits'> & { readonly limits: WatchLimits }
