// Whether changes on a folder's disk are noticed at once; and while they are not, why.
import type { News } from '../../api/shapes/events.ts'
import type { FolderStatus } from '../../api/shapes/status.ts'
import type { OpenedLocal } from '../../assemble/open-local.ts'
import { skipsOf } from '../../assemble/skips.ts'
import type { SyncError } from '../../model/errors.ts'
import type { Place } from '../../model/path.ts'
import type { HintReach } from '../../scan/hints.ts'
import { watchTree } from '../../scan/watch.ts'
import { WATCHED_AGAIN } from '../../scan/watch-faults.ts'
import type { FolderConfig } from '../config/config.ts'

export interface FolderWatchParts {
  readonly config: Pick<FolderConfig, 'id' | 'watch' | 'watchDelayMs'>
  readonly local: OpenedLocal
  /** In place of the real one. */
  readonly watch: typeof watchTree | undefined
  readonly tell: (news: News) => void
  readonly onHint: (place: Place, reach: HintReach) => void
  /** The directory itself is gone. */
  readonly onGone: (error: SyncError) => void
  /** `fault` is another than before. */
  readonly onFault: () => void
}

export class FolderWatch {
  readonly #parts: FolderWatchParts
  #state: FolderStatus['watching'] = 'off'
  #fault: SyncError | undefined

  constructor(parts: FolderWatchParts) {
    this.#parts = parts
  }

  get state(): FolderStatus['watching'] {
    return this.#state
  }

  /** Why changes are only found by looking now and then, as long as that is so. */
  get fault(): SyncError | undefined {
    return this.#fault
  }

  /** Watches until disposed. */
  async begin(): Promise<Disposable | undefined> {
    const { config, local, watch = watchTree, onHint } = this.#parts
    if (config.watch === 'off') return undefined
    this.#state = 'events'
    return watch({
      root: local.files.root,
      skips: skipsOf(local.ignore),
      limits: { quietMs: config.watchDelayMs },
      onHint,
      onFault: error => this.#onFault(error),
      onMended: () => this.#become('events', undefined, WATCHED_AGAIN),
    })
  }

  #onFault(error: SyncError): void {
    if (error.code === 'folder-unusable') this.#parts.onGone(error)
    else this.#become('polling', error, error.message)
  }

  #become(state: FolderStatus['watching'], fault: SyncError | undefined, text: string): void {
    const { config, tell, onFault } = this.#parts
    this.#state = state
    this.#fault = fault
    tell({ type: 'notice', folder: config.id, text })
    onFault()
  }
}
