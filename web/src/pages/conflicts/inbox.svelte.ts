// All conflicts of all folders, kept up to date by events.
import { CallFault, call } from '../../api/call.ts'
import { live } from '../../api/live.svelte.ts'
import { oneAtATime } from '../../api/one-at-a-time.ts'
import type { Conflict } from './settle.ts'

const PAGE = 200
/** Of one folder. */
const MOST = 5000
/** Events of one moment make one request. */
const GATHER_MS = 400

export interface FolderConflicts {
  readonly folder: string
  readonly label: string
  /** The first of them. */
  readonly conflicts: readonly Conflict[]
  /** All that there are: more than `conflicts` where not all were asked for. */
  readonly total: number
  /** Why they could not be asked for. */
  readonly fault?: string
}

export class Inbox {
  /** Undefined until the first answer. Folders without conflicts are left out. */
  all: readonly FolderConflicts[] | undefined = $state.raw()
  /** How many somebody wants to see of a folder, where that is more than a page. */
  readonly #wanted = new Map<string, number>()
  readonly #end = new AbortController()
  readonly #ask = oneAtATime(() => this.#askNow())
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

  /** Resolves when more of a folder are there. */
  more(folder: string): Promise<void> {
    const shown = this.all?.find(each => each.folder === folder)?.conflicts.length ?? 0
    this.#wanted.set(folder, Math.min(MOST, 2 * Math.max(PAGE, shown)))
    return this.#ask()
  }

  end(): void {
    this.#stop()
    this.#end.abort()
    clearTimeout(this.#gathering)
  }

  async #askNow(): Promise<void> {
    const { signal } = this.#end
    try {
      const { folders } = await call('GET /folders', { signal })
      const all = await Promise.all(
        folders.map(({ id, label }) => conflictsOf({ folder: id, label }, this.#wanted.get(id) ?? PAGE, signal)),
      )
      if (!signal.aborted) this.all = all.filter(({ conflicts, fault }) => conflicts.length > 0 || fault !== undefined)
    } catch (error) {
      // That the daemon does not answer is told above all pages.
      if (!signal.aborted && !(error instanceof CallFault)) throw error
    }
  }
}

async function conflictsOf(
  { folder, label }: Pick<FolderConflicts, 'folder' | 'label'>,
  wanted: number,
  signal: AbortSignal,
): Promise<FolderConflicts> {
  try {
    const conflicts: Conflict[] = []
    let after: string | undefined
    do {
      const query = { limit: Math.min(PAGE, wanted - conflicts.length), ...(after === undefined ? {} : { after }) }
      const page = await call('GET /folders/{folder}/conflicts', { params: { folder }, query, signal })
      conflicts.push(...page.conflicts)
      after = page.next
    } while (after !== undefined && conflicts.length < wanted)
    const known = live.status?.folders.find(({ id }) => id === folder)?.conflicts ?? 0
    const total = after === undefined ? conflicts.length : Math.max(known, conflicts.length + 1)
    return { folder, label, conflicts, total }
  } catch (error) {
    if (!(error instanceof CallFault)) throw error
    // Of a folder that is paused or not there, its own page tells.
    const isClosed = error.code === 'wrong-state'
    return { folder, label, conflicts: [], total: 0, ...(isClosed ? {} : { fault: error.message }) }
  }
}
