// One remote of an open folder: opened when it is first wanted and again after every failure, and run by the folder's hub.
import type { News } from '../../api/shapes/events.ts'
import type { Differing } from '../../api/shapes/paths.ts'
import type { RemoteStatus } from '../../api/shapes/status.ts'
import type { OpenedLocal } from '../../assemble/open-local.ts'
import { pollingOf } from '../../assemble/polling.ts'
import { SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import type { World } from '../../platform/world.ts'
import type { Replica } from '../../replica/replica.ts'
import { WATCHED_AGAIN } from '../../scan/watch-faults.ts'
import type { SyncEvent } from '../../sync/events.ts'
import type { Hub } from '../../sync/hub.ts'
import { type HubPair, noteRun, type Polling, type RunTold } from '../../sync/hub-pair.ts'
import type { Approval } from '../../sync/options.ts'
import type { Pair } from '../../sync/pair.ts'
import type { Summary, Unsynced } from '../../sync/summary.ts'
import type { Within } from '../../sync/within.ts'
import type { DiskRoom } from './disk-room.ts'
import { MovingFiles } from './moving-files.ts'
import type { Allowance, Pacing } from './pacing.ts'
import { detailsOf, type HeldBrake, type RemoteCondition, type RemoteDetails } from './remote-condition.ts'
import type { OpenedEnd, Otherwise, RemoteEnd } from './remote-end.ts'
import { RemoteHours } from './remote-hours.ts'
import { RemoteTelling } from './remote-telling.ts'
import { mergeUnsynced } from './unsynced-paths.ts'

export interface RemoteLoopParts {
  readonly folder: string
  readonly end: RemoteEnd
  readonly local: OpenedLocal
  readonly hub: Hub
  readonly world: World
  readonly pacing: Pacing
  readonly allowance: Allowance
  readonly room: DiskRoom
  readonly tell: (news: News) => void
  /** The condition is another one. */
  readonly onCondition: () => void
}

/** While hints come, looks at everything are only for those that were missed. */
const WATCHED_LOOK_MS = 5 * 60_000

export class RemoteLoop {
  readonly id: string
  condition: RemoteCondition
  unsynced: readonly Unsynced[] = []
  readonly moving: MovingFiles
  /** That ended, and that failed as a whole. */
  runs = 0
  failures = 0
  readonly #parts: RemoteLoopParts
  readonly #approved = new Set<Approval>()
  /** The next run begins as if it were the first. */
  #mergesAnew = false
  /** Approved for the next run, whatever the one under way comes to. */
  readonly #wanted = new Set<Approval>()
  #hubPair: HubPair | undefined
  #opened: OpenedEnd | undefined
  /** Until the hints of the other side failed. */
  #isWatched = true
  #watchFault: SyncError | undefined
  #told: RunTold | undefined
  #lastRun: RemoteStatus['lastRun']
  #brakeCount = 0
  #within: Within | undefined
  readonly #hours: RemoteHours
  readonly #telling: RemoteTelling

  constructor(parts: RemoteLoopParts) {
    this.#parts = parts
    this.id = parts.end.id
    const { clock } = parts.world
    this.moving = new MovingFiles({
      clock,
      paces: direction => this.#hours.pacesFor(direction, this.#opened?.metered),
      sizeOf: path => this.#telling.sizeOf(path),
      onMoved: () => this.#telling.moved(),
      room: parts.room,
    })
    this.#telling = new RemoteTelling({
      ...{ folder: parts.folder, remote: this.id, clock, moving: this.moving, tell: parts.tell },
      countsBytes: () => this.#opened?.metered !== undefined,
    })
    this.#hours = new RemoteHours({
      clock,
      pacing: parts.pacing,
      begin: () => this.#begin(),
      rest: until => this.#restUntil(until),
    })
    this.condition = { state: parts.end.isPaused ? 'paused' : 'starting' }
  }

  get address(): Pick<RemoteEnd, 'address' | 'user'> {
    return this.#parts.end
  }

  get settings(): unknown {
    return this.#parts.end.settings
  }

  /** `directory`, `webdav` …; undefined before it was reached. */
  get kind(): string | undefined {
    return this.#opened?.kind
  }

  /** How often it is looked at as a whole. */
  get pollingMs(): number {
    return this.#polling().everyMs
  }

  /** Of its records; known once it was reached. */
  replicaId: string | undefined

  isUnsynced(path: string): boolean {
    return this.unsynced.some(item => item.path === path)
  }

  /** Why changes in its directory are not noticed at once, as long as that is so. */
  get watchFault(): SyncError | undefined {
    return this.#watchFault
  }

  /** While it is open. */
  get replica(): Replica | undefined {
    return this.#opened?.replica
  }

  get pair(): Pair | undefined {
    return this.#opened?.pair
  }

  get brake(): HeldBrake | undefined {
    return this.condition.state === 'braked' ? this.condition.brake : undefined
  }

  start(): void {
    if (!this.#parts.end.isPaused) this.#hours.follow(this.#parts.allowance)
  }

  /** Other limits or hours hold from now on, also for what is on its way. */
  allow(allowance: Allowance): void {
    if (!this.#parts.end.isPaused) this.#hours.follow(allowance)
  }

  #begin(): void {
    const { longestWaitMs } = this.#parts.end
    if (this.condition.state === 'resting') this.#become({ state: 'starting' })
    this.#hubPair = this.#parts.hub.add({
      run: (signal, within, told) => this.#run(signal, within, told),
      polling: () => this.#polling(),
      onRunning: () => this.#become({ state: 'syncing' }),
      onRun: (summary, tookMs) => this.#onRun(summary, tookMs),
      onAway: (error, nextTryAt) => {
        this.failures += 1
        this.#become({ state: 'waiting', error, nextTryAt })
      },
      onLasting: (error, nextTryAt) => {
        this.failures += 1
        this.#become({ state: 'stopped', error, nextTryAt })
        return 'wait'
      },
      ...(longestWaitMs === undefined ? {} : { longestWaitMs }),
    })
  }

  async #restUntil(until: number | undefined): Promise<void> {
    const pair = this.#hubPair
    this.#hubPair = undefined
    if (pair !== undefined) await this.#parts.hub.remove(pair)
    await this.#close()
    this.#become({ state: 'resting', until })
  }

  /** Resolves when nothing of it is at work or open any more. */
  async stop(): Promise<void> {
    await this.#hours.end()
    if (this.#hubPair !== undefined) await this.#parts.hub.remove(this.#hubPair)
    await this.#close()
  }

  /** Looks at everything on the other side now. */
  press(): void {
    this.#telling.sayAnew()
    this.#hubPair?.press()
  }

  /** Lets the plan through that is held now. */
  approve(): void {
    const { brake } = this
    if (brake === undefined) return
    this.#approved.add(brake.because === 'too-many-overwrites' ? 'overwrites' : 'deletes')
    this.press()
  }

  /** Merges both sides as if for the first time: what one of them lacks comes back from the other, and nothing is deleted. */
  mergeAnew(): void {
    this.#mergesAnew = true
    this.press()
  }

  /** What is here is right from now on, or what the others have. Returns how many paths that is about; undefined where that is no question. */
  async settle(what: 'override' | 'revert', signal: AbortSignal): Promise<number | undefined> {
    const { end } = this.#parts
    if (end.settle === undefined) return undefined
    await this.#open(signal)
    // Whoever says so means all of it.
    if (what === 'revert') for (const approval of ['deletes', 'overwrites'] as const) this.#wanted.add(approval)
    const count = end.settle(what)
    this.press()
    return count
  }

  /** See `RemoteEnd`. */
  async differing(after: Path | '', limit: number, signal: AbortSignal): Promise<readonly Differing[]> {
    const { end } = this.#parts
    if (end.differing === undefined) return []
    await this.#open(signal)
    return end.differing(after, limit)
  }

  /** See `RemoteEnd`. */
  otherwiseAt(path: Path): Otherwise | undefined {
    return this.#parts.end.otherwiseAt?.(path)
  }

  /** The open pair, for looking; opens it when it is not. */
  async forLooking(signal: AbortSignal): Promise<{ readonly pair: Pair; readonly label: string }> {
    const { pair, replica } = await this.#open(signal)
    return { pair, label: replica.label }
  }

  status(): RemoteStatus {
    const { brake } = this
    const { end } = this.#parts
    const { id, label } = end
    const { progress } = this.#telling
    return {
      id,
      label,
      ...this.#details(),
      unsynced: this.unsynced.length,
      ...(progress === undefined ? {} : { progress }),
      ...(this.#lastRun === undefined ? {} : { lastRun: this.#lastRun }),
      ...(brake === undefined ? {} : { brake: this.shownBrake(brake) }),
      ...end.facts?.(),
    }
  }

  #details(): RemoteDetails {
    const details = detailsOf(this.condition)
    return this.#parts.end.dressed?.(details) ?? details
  }

  shownBrake({ id, because, on, count, of, since }: HeldBrake): NonNullable<RemoteStatus['brake']> {
    return {
      id,
      folder: this.#parts.folder,
      remote: this.id,
      because,
      on: on === 'local' ? 'here' : 'there',
      count,
      of,
      sentence: detailsOf(this.condition).sentence,
      since,
    }
  }

  // --- running -------------------------------------------------------------------------------------------------------------

  async #run(signal: AbortSignal, within: Within, told: RunTold): Promise<Summary> {
    this.#told = told
    this.#within = within
    for (const approval of this.#wanted) this.#approved.add(approval)
    this.#wanted.clear()
    try {
      this.#opened?.check()
      const { pair } = await this.#open(signal)
      if (this.#mergesAnew) pair.records.forgetAll()
      this.#mergesAnew = false
      return await pair.run(signal, within)
    } catch (error) {
      if (signal.aborted) throw error
      // Whatever it is, the next try begins with a new connection.
      await this.#close()
      throw ofThisRemote(error)
    } finally {
      this.#telling.idle()
    }
  }

  async #open(signal: AbortSignal): Promise<OpenedEnd> {
    if (this.#opened !== undefined) return this.#opened
    const { hub, end } = this.#parts
    this.#isWatched = true
    this.#watchFault = undefined
    const opened = await end.open(
      {
        report: event => this.#report(event),
        approved: this.#approved,
        scan: hub.scan,
        onHint: (place, reach) => this.#hubPair?.hint(place, reach),
        onFault: error => this.#onFault(error),
        onUnwatched: error => this.#onUnwatched(error),
        onWatched: () => this.#onWatched(),
        meter: this.moving,
      },
      signal,
    )
    this.#opened = opened
    this.replicaId = opened.replica.id
    return opened
  }

  #onFault(error: SyncError): void {
    this.#isWatched = false
    this.#telling.notice(undefined, error.message)
    // Its directory may be gone: looking tells.
    this.press()
  }

  #onUnwatched(error: SyncError): void {
    this.#watchFault = error
    this.#onFault(error)
  }

  #onWatched(): void {
    this.#watchFault = undefined
    this.#isWatched = true
    this.#telling.notice(undefined, WATCHED_AGAIN)
  }

  async #close(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    this.#watchFault = undefined
    await opened?.close().catch((error: unknown) => this.#parts.world.log('warn', 'a remote was not closed', { error }))
  }

  #polling(): Polling {
    const opened = this.#opened
    const { pollMs } = this.#parts.end
    const wanted = pollMs === 'auto' ? undefined : pollMs
    if (opened === undefined) return { everyMs: wanted ?? WATCHED_LOOK_MS, share: 1 }
    const hasHints = opened.isWatched && this.#isWatched
    return pollingOf(opened.replica, hasHints ? (wanted ?? WATCHED_LOOK_MS) : wanted)
  }

  // --- telling -------------------------------------------------------------------------------------------------------------

  #onRun(summary: Summary, tookMs: number): void {
    this.#approved.clear()
    this.runs += 1
    const { clock } = this.#parts.world
    this.unsynced = mergeUnsynced(this.unsynced, summary.unsynced, this.#within, path => this.#isEqual(path))
    this.#lastRun = { endedAt: Math.floor(clock.now()), tookMs: Math.round(tookMs), counts: summary.counts }
    this.#become(this.#conditionAfter(summary))
    const { brake } = this
    if (brake === undefined) this.#lastBrake = undefined
    const shown = brake === undefined ? undefined : this.shownBrake(brake)
    this.#telling.run({ summary, tookMs, unsynced: this.unsynced, brake: shown })
  }

  #conditionAfter({ brake }: Summary): RemoteCondition {
    if (brake !== undefined) return { state: 'braked', brake: this.#held(brake) }
    const count = this.unsynced.length
    return count === 0 ? { state: 'in-sync' } : { state: 'unsynced', count }
  }

  /** The same brake keeps its id: a yes to it is a yes to what was seen. */
  #held(brake: NonNullable<Summary['brake']>): HeldBrake {
    const before = this.#lastBrake
    if (before !== undefined && isSameBrake(before, brake)) return before
    this.#brakeCount += 1
    const since = Math.floor(this.#parts.world.clock.now())
    const held = { ...brake, id: `${this.#parts.folder}.${this.id}.${since}.${this.#brakeCount}`, since }
    this.#lastBrake = held
    return held
  }
  #lastBrake: HeldBrake | undefined

  #report(event: SyncEvent): void {
    if (this.#told !== undefined) noteRun(event, this.#told)
    this.#telling.event(event)
  }

  #become(condition: RemoteCondition): void {
    this.condition = condition
    this.#parts.onCondition()
    this.retell()
  }

  /** Tells how it goes, where that is another way than was told last. */
  retell(): void {
    this.#telling.state(this.#details())
  }

  #isEqual(path: Path): boolean {
    const pair = this.#opened?.pair
    if (pair === undefined || pair.records.failure(path) !== undefined) return false
    const agreed = pair.records.agreement(path)
    const row = this.#parts.local.files.index.row(path)
    if (agreed === undefined) return row === undefined || row.state.kind === 'deleted'
    return row !== undefined && agreed.local === String(row.sequence)
  }
}

/**
 * What concerns this remote alone must not stop the others: an address that makes no sense is one. A disk or share that is not there now
 * may be tomorrow.
 */
function ofThisRemote(error: unknown): unknown {
  if (!(error instanceof SyncError)) return error
  const { code, message } = error
  if (code === 'wrong-place') return new SyncError(code, message, { cause: error, scope: 'replica', retry: 'later' })
  if (code === 'usage') return new SyncError(code, message, { cause: error, scope: 'replica', retry: 'never' })
  return error
}

function isSameBrake(a: HeldBrake, b: NonNullable<Summary['brake']>): boolean {
  return a.because === b.because && a.on === b.on && a.count === b.count && a.of === b.of
}
