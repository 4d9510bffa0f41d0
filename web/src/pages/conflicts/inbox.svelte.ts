// All conflicts of all folders, kept up to date by events.
import { CallFault, call } from '../../api/call.ts'
import { live } from '../../api/live.svelte.ts'
import type { Conflict } from './settle.ts'

const PAGE = 200
/** Events of one moment make one request. */
const GATHER_MS = 400

export interface FolderConflicts {
  readonly folder: string
  readonly label: string
  readonly conflicts: readonly Conflict[]
  readonly hasMore: boolean
  /** Why they could not be asked for. */
  readonly fault?: string
}

export class Inbox {
  /** Undefined until the first answer. Folders without conflicts are left out. */
  all: readonly FolderConflicts[] | undefined = $state.raw()
  readonly #end = new AbortController()
  #gathering: ReturnType<typeof setTimeout> | undefined
  readonly #stop: () => void

  constructor() {
    void this.#ask()
    this.#stop = live.on(
      ({ type }) => ['conflict', 'changed', 'run', 'folder', 'folder-state'].includes(type),
      () => this.refresh(),
    )
  }

  refresh(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined
      void this.#ask()
    }, GATHER_MS)
  }

  end(): void {
    this.#stop()
    this.#end.abort()
    clearTimeout(this.#gathering)
  }

  async #ask(): Promise<void> {
    const { signal } = this.#end
    try {
      const { folders } = await call('GET /folders', { signal })
      const all = await Promise.all(folders.map(({ id, label }) => conflictsOf(id, label, signal)))
      if (!signal.aborted) this.all = all.filter(({ conflicts, fault }) => conflicts.length > 0 || fault !== undefined)
    } catch (error) {
      // That the daemon does not answer is told above all pages.
      if (!signal.aborted && !(error instanceof CallFault)) throw error
    }
  }
}

async function conflictsOf(folder: string, label: string, signal: AbortSignal): Promise<FolderConflicts> {
  try {
    const query = { limit: PAGE }
    const { conflicts, next } = await call('GET /folders/{folder}/conflicts', { params: { folder }, query, signal })
    return { folder, label, conflicts, hasMore: next !== undefined }
  } catch (error) {
    if (!(error instanceof CallFault)) throw error
    // Of a folder that is paused or not there, its own page tells.
    const isClosed = error.code === 'wrong-state'
    return { folder, label, conflicts: [], hasMore: false, ...(isClosed ? {} : { fault: error.message }) }
  }
}
