// The life of one folder: opened, kept equal with its remotes, closed when it is paused or gone, and opened again when it is back.
import type { News } from '../../api/shapes/events.ts'
import type { FolderStatus } from '../../api/shapes/status.ts'
import type { Login } from '../../assemble/login.ts'
import { SyncError } from '../../model/errors.ts'
import type { World } from '../../platform/world.ts'
import { Rest } from '../../sync/rest.ts'
import type { FolderConfig, RemoteConfig } from '../config/config.ts'
import { conditionAfter, detailsOfFolder, type FolderCondition } from './folder-condition.ts'
import { type FolderMesh, FolderSession, type SessionParts } from './folder-session.ts'
import type { KnownFolders } from './known-folders.ts'
import type { Pacing } from './pacing.ts'

export interface FolderLoopParts {
  readonly config: FolderConfig
  readonly world: World
  /** Which folder this was, so that an empty mount point is not taken for it. */
  readonly known: KnownFolders
  readonly login: (folder: FolderConfig, remote: RemoteConfig) => Login | undefined
  readonly mesh?: FolderMesh | undefined
  readonly pacing: Pacing
  readonly diskSpace?: SessionParts['diskSpace']
  readonly watch?: SessionParts['watch']
  readonly tell: (news: News) => void
  /** The folder is open now: what is built on it may begin. Disposed before it is closed. */
  readonly onOpened?: (session: FolderSession) => AsyncDisposable | undefined
}

/** A folder that is gone is looked for again this often; it costs one look at its directory. */
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 10_000
/** After a bug, with rules that cannot be read, or while the disk is full, it is tried again this often. */
const STOPPED_WAIT_MS = 60_000

export class FolderLoop {
  readonly id: string
  #config: FolderConfig
  readonly #parts: FolderLoopParts
  readonly #rest: Rest
  readonly #end = new AbortController()
  #session: FolderSession | undefined
  #reopen = new AbortController()
  #condition: FolderCondition = { state: 'starting' }
  #lastSaid = ''
  #done: Promise<void> = Promise.resolve()

  constructor(parts: FolderLoopParts) {
    this.#parts = parts
    this.#config = parts.config
    this.id = parts.config.id
    this.#rest = new Rest(parts.world.clock)
  }

  get config(): FolderConfig {
    return this.#config
  }

  /** Undefined while the folder is not open. */
  get session(): FolderSession | undefined {
    return this.#session
  }

  get condition(): FolderCondition {
    return this.#condition
  }

  start(): void {
    this.#done = this.#live(this.#end.signal)
  }

  /** Resolves when everything is at rest and closed. Steps under way are finished or given up at a safe point. */
  async stop(): Promise<void> {
    this.#end.abort(new DOMException('the daemon stops', 'AbortError'))
    await this.#done
  }

  /** Takes over other settings. Remotes come and go while the others work on; the rest takes opening the folder anew. */
  async update(config: FolderConfig): Promise<void> {
    const before = this.#config
    this.#config = config
    if (JSON.stringify(withoutRemotes(before)) !== JSON.stringify(withoutRemotes(config))) this.reopen()
    else await this.#session?.updateRemotes(config)
  }

  /** Closes and opens it again, for new rules or settings. */
  reopen(): void {
    this.#reopen.abort(new DOMException('the folder is opened anew', 'AbortError'))
    this.#rest.wake()
  }

  /** The open folder. Throws `folder-unusable`, with the reason, while it is not open. */
  opened(): FolderSession {
    if (this.#session !== undefined) return this.#session
    const { sentence } = detailsOfFolder(this.#condition)
    throw new SyncError('folder-unusable', `The folder ${this.id} cannot be used now: ${sentence}`)
  }

  status(): FolderStatus {
    const { id, label } = this.#config
    const session = this.#session
    const remotes = session?.statusOfRemotes() ?? this.#config.remotes.map(remote => this.#statusOfClosed(remote))
    return {
      id,
      label,
      ...detailsOfFolder(this.#condition),
      ...(session?.facts() ?? { entries: 0, watching: 'off', conflicts: 0 }),
      remotes,
    }
  }

  // --- life ----------------------------------------------------------------------------------------------------------------

  async #live(signal: AbortSignal): Promise<void> {
    let waitMs = 0
    while (!signal.aborted) {
      if (this.#config.isPaused) {
        this.#become({ state: 'paused' })
        await this.#rest.until(Number.POSITIVE_INFINITY, signal)
        continue
      }
      try {
        await this.#stay(signal)
        waitMs = 0
      } catch (error) {
        if (signal.aborted) break
        const condition = conditionAfter(error)
        if (condition.error.cause !== undefined) this.#log(condition.error)
        const wasOpen = !['unavailable', 'stopped'].includes(this.#condition.state)
        this.#become(condition)
        waitMs = wasOpen ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, Math.max(FIRST_WAIT_MS, waitMs * 2))
        const isSlow = condition.state === 'stopped' || condition.error.code === 'disk-full'
        const pauseMs = isSlow ? STOPPED_WAIT_MS : waitMs
        await this.#rest.until(this.#parts.world.clock.now() + pauseMs, signal)
      }
    }
  }

  /** From opening to closing. Returns when it is to be opened anew, throws when it cannot be used. */
  async #stay(signal: AbortSignal): Promise<void> {
    this.#reopen = new AbortController()
    const stop = AbortSignal.any([signal, this.#reopen.signal])
    const { world, known, login, mesh, pacing, diskSpace, watch, tell, onOpened } = this.#parts
    const config = this.#config
    const session = await FolderSession.open({
      config,
      world,
      known,
      login,
      mesh,
      ...{ pacing, diskSpace, watch },
      tell,
      onCondition: () => this.#judge(),
      reopen: () => this.reopen(),
    })
    try {
      this.#session = session
      // What was set while it was being opened.
      if (this.#config !== config) await session.updateRemotes(this.#config)
      await using _built = onOpened?.(session)
      this.#judge()
      await session.stay(stop)
    } finally {
      this.#session = undefined
      await session.close()
    }
    if (!signal.aborted && !this.#config.isPaused) this.#become({ state: 'starting' })
  }

  /** What the parts come to. */
  #judge(): void {
    const session = this.#session
    if (session === undefined) return
    const isSyncing = session.remotes.some(({ condition }) => condition.state === 'syncing')
    if (session.isScanning) this.#become({ state: 'scanning' })
    else if (!session.isScanned) this.#become({ state: 'starting' })
    else if (isSyncing) this.#become({ state: 'syncing' })
    else this.#become({ state: 'idle', unreadable: session.unreadable.length, watchFault: session.watchFault })
  }

  #become(condition: FolderCondition): void {
    this.#condition = condition
    const details = detailsOfFolder(condition)
    // Runs and scans that find nothing to do come and go unsaid.
    if (details.state === 'syncing' || details.state === 'scanning') return
    const said = `${details.state} ${details.sentence}`
    if (said === this.#lastSaid) return
    this.#lastSaid = said
    this.#parts.tell({ type: 'folder-state', folder: this.id, ...details })
  }

  #statusOfClosed(remote: RemoteConfig) {
    const isPaused = remote.isPaused || this.#config.isPaused
    return {
      id: remote.id,
      label: remote.label,
      state: isPaused ? ('paused' as const) : ('starting' as const),
      sentence: isPaused ? 'Paused.' : 'The folder is not open.',
      unsynced: 0,
    }
  }

  #log(error: SyncError): void {
    this.#parts.world.log('error', error.message, {
      folder: this.id,
      cause: String((error.cause as Error)?.stack ?? error.cause),
    })
  }
}

function withoutRemotes({
  remotes: _,
  label: __,
  devices: ___,
  meshId: ____,
  schedule: _____,
  ...rest
}: FolderConfig): object {
  return rest
}
