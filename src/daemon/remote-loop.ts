// One remote of an open folder: opened when it is first wanted and again after every failure, run by the folder's hub, and told about.
import { statSync } from 'node:fs'
import type { News } from '../api/shapes/events.ts'
import type { Progress, RemoteStatus } from '../api/shapes/status.ts'
import type { Login } from '../assemble/login.ts'
import type { OpenedLocal } from '../assemble/open-local.ts'
import { joinPair } from '../assemble/open-pair.ts'
import { openRemote } from '../assemble/open-remote.ts'
import type { OpenedRemote } from '../assemble/opened-remote.ts'
import { pollingOf } from '../assemble/polling.ts'
import { rememberRemote } from '../assemble/remembered-remote.ts'
import { parseRemote } from '../assemble/remote-address.ts'
import { skipsOf } from '../assemble/skips.ts'
import { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import { isEffect } from '../plan/step.ts'
import type { World } from '../platform/world.ts'
import { watchTree } from '../scan/watch.ts'
import type { SyncEvent } from '../sync/events.ts'
import type { Hub } from '../sync/hub.ts'
import { type HubPair, noteRun, type Polling, type RunTold } from '../sync/hub-pair.ts'
import type { Approval } from '../sync/options.ts'
import type { Pair } from '../sync/pair.ts'
import type { Summary, Unsynced } from '../sync/summary.ts'
import type { Within } from '../sync/within.ts'
import { wordsOfOutcome } from '../words/steps.ts'
import type { FolderConfig, RemoteConfig } from './config.ts'
import { Rate } from './rates.ts'
import { detailsOf, type HeldBrake, type RemoteCondition } from './remote-condition.ts'
import { mergeUnsynced } from './unsynced-paths.ts'

export interface RemoteLoopParts {
  readonly folder: FolderConfig
  readonly config: RemoteConfig
  readonly local: OpenedLocal
  readonly hub: Hub
  readonly world: World
  /** Asked each time the remote is opened: it may have been changed. */
  readonly login: () => Login | undefined
  readonly tell: (news: News) => void
  /** The condition is another one. */
  readonly onCondition: () => void
}

interface Opened {
  readonly remote: OpenedRemote
  readonly pair: Pair
  /** Where a directory was when it was opened: another one in its place is not it. */
  readonly place: string | undefined
  isWatched: boolean
  close(): Promise<void>
}

/** A directory that comes back is noticed by looking. */
const LONGEST_WAIT_FOR_DISK_MS = 15_000
/** While hints come, looks at everything are only for those that were missed. */
const WATCHED_LOOK_MS = 5 * 60_000
const PROGRESS_EVERY_MS = 300
/** What changes in a remote's directory is mostly the work of another such program, which puts files there whole. */
const MOST_QUIET_MS = 30

export class RemoteLoop {
  readonly id: string
  condition: RemoteCondition
  unsynced: readonly Unsynced[] = []
  readonly up: Rate
  readonly down: Rate
  /** That ended, and that failed as a whole. */
  runs = 0
  failures = 0
  readonly #parts: RemoteLoopParts
  readonly #approved = new Set<Approval>()
  #hubPair: HubPair | undefined
  #opened: Opened | undefined
  #told: RunTold | undefined
  #progress: Omit<Progress, 'uploadBytesPerSecond' | 'downloadBytesPerSecond'> | undefined
  #progressAt = 0
  #lastRun: RemoteStatus['lastRun']
  #brakeCount = 0
  #within: Within | undefined
  #lastTold = ''

  constructor(parts: RemoteLoopParts) {
    this.#parts = parts
    this.id = parts.config.id
    this.up = new Rate(() => parts.world.clock.now())
    this.down = new Rate(() => parts.world.clock.now())
    this.condition = { state: parts.config.isPaused ? 'paused' : 'starting' }
  }

  get config(): RemoteConfig {
    return this.#parts.config
  }

  /** `directory`, `webdav` …; undefined before it was reached. */
  get kind(): string | undefined {
    const remote = this.#opened?.remote
    if (remote === undefined) return undefined
    return remote.directory === undefined ? remote.replica.id.split(':', 1)[0] : 'directory'
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

  get pair(): Pair | undefined {
    return this.#opened?.pair
  }

  get brake(): HeldBrake | undefined {
    return this.condition.state === 'braked' ? this.condition.brake : undefined
  }

  start(): void {
    if (this.config.isPaused) return
    const isDirectory = this.#isDirectory()
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
      ...(isDirectory ? { longestWaitMs: LONGEST_WAIT_FOR_DISK_MS } : {}),
    })
  }

  /** Resolves when nothing of it is at work or open any more. */
  async stop(): Promise<void> {
    if (this.#hubPair !== undefined) await this.#parts.hub.remove(this.#hubPair)
    await this.#close()
  }

  /** Looks at everything on the other side now. */
  press(): void {
    // Whoever asked wants to hear of it, also when there is nothing new to say.
    this.#lastTold = ''
    this.#lastSaid = ''
    this.#hubPair?.press()
  }

  /** Lets the plan through that is held now. */
  approve(): void {
    const { brake } = this
    if (brake === undefined) return
    this.#approved.add(brake.because === 'too-many-overwrites' ? 'overwrites' : 'deletes')
    this.press()
  }

  /** The open pair, for looking; opens it when it is not. */
  async forLooking(signal: AbortSignal): Promise<{ readonly pair: Pair; readonly label: string }> {
    const { pair, remote } = await this.#open(signal)
    return { pair, label: remote.replica.label }
  }

  status(): RemoteStatus {
    const { brake } = this
    const { id, label } = this.config
    return {
      id,
      label,
      ...detailsOf(this.condition),
      unsynced: this.unsynced.length,
      ...(this.#progress === undefined ? {} : { progress: this.#withRates(this.#progress) }),
      ...(this.#lastRun === undefined ? {} : { lastRun: this.#lastRun }),
      ...(brake === undefined ? {} : { brake: this.shownBrake(brake) }),
    }
  }

  shownBrake({ id, because, on, count, of, since }: HeldBrake): NonNullable<RemoteStatus['brake']> {
    return {
      id,
      folder: this.#parts.folder.id,
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
    try {
      this.#checkPlace()
      const { pair } = await this.#open(signal)
      return await pair.run(signal, within)
    } catch (error) {
      if (signal.aborted) throw error
      // Whatever it is, the next try begins with a new connection.
      await this.#close()
      throw ofThisRemote(error)
    } finally {
      this.#progress = undefined
    }
  }

  /** A directory that was moved away is still open: what is done there now is done in the wrong place. */
  #checkPlace(): void {
    const opened = this.#opened
    if (opened?.place === undefined || opened.remote.directory === undefined) return
    if (placeOf(opened.remote.directory) === opened.place) return
    throw new SyncError(
      'wrong-place',
      `'${opened.remote.directory}' is not there any more, or another directory is in its place. Nothing was deleted.`,
      { scope: 'replica', retry: 'later' },
    )
  }

  async #open(signal: AbortSignal): Promise<Opened> {
    if (this.#opened !== undefined) return this.#opened
    const { local, world, hub, config, folder } = this.#parts
    const { index, tree } = local.files
    const address = parseRemote(config.url)
    const remote = await openRemote(
      address,
      {
        root: tree.root,
        index,
        world,
        access: 'write',
        trash: folder.trash.keep === 'off' ? 'none' : 'keep',
        login: this.#parts.login(),
        trustCert: config.trustCert,
      },
      signal,
    )
    try {
      rememberRemote(index, remote)
      this.replicaId = remote.replica.id
      const pair = joinPair(local, remote, {
        world,
        report: event => this.#report(event),
        approved: this.#approved,
        limits: folder.brake,
        scan: hub.scan,
      })
      const place = remote.directory === undefined ? undefined : placeOf(remote.directory)
      const watching = await this.#watch(remote)
      const opened = {
        remote,
        pair,
        place,
        isWatched: watching !== undefined,
        close: async () => {
          watching?.[Symbol.dispose]()
          await remote.close()
        },
      }
      this.#opened = opened
      return opened
    } catch (error) {
      await remote.close()
      throw error
    }
  }

  /** Hints from the other side, where it gives any. */
  async #watch({ replica, directory }: OpenedRemote): Promise<Disposable | undefined> {
    const { folder, local } = this.#parts
    const onFault = (error: SyncError) => {
      if (this.#opened !== undefined) this.#opened.isWatched = false
      this.#notice(undefined, error.message)
      // Its directory may be gone: looking tells.
      this.press()
    }
    if (directory === undefined) return replica.watch?.(place => this.#hubPair?.hint(place, 'below'), onFault)
    if (folder.watch === 'off') return undefined
    return watchTree({
      root: directory,
      skips: skipsOf(local.ignore),
      limits: { quietMs: Math.min(MOST_QUIET_MS, folder.watchDelayMs) },
      onHint: (place, reach) => this.#hubPair?.hint(place, reach),
      onFault,
    })
  }

  async #close(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    await opened?.close().catch((error: unknown) => this.#parts.world.log('warn', 'a remote was not closed', { error }))
  }

  #isDirectory(): boolean {
    try {
      return parseRemote(this.config.url).kind === 'directory'
    } catch {
      // Told when it is opened.
      return false
    }
  }

  #polling(): Polling {
    const opened = this.#opened
    const wanted = this.config.pollMs === 'auto' ? undefined : this.config.pollMs
    if (opened === undefined) return { everyMs: wanted ?? WATCHED_LOOK_MS, share: 1 }
    return pollingOf(opened.remote.replica, opened.isWatched ? (wanted ?? WATCHED_LOOK_MS) : wanted)
  }

  // --- telling -------------------------------------------------------------------------------------------------------------

  #onRun(summary: Summary, tookMs: number): void {
    this.#approved.clear()
    this.runs += 1
    const { clock } = this.#parts.world
    this.unsynced = mergeUnsynced(this.unsynced, summary.unsynced, this.#within, path => this.#isEqual(path))
    this.#lastRun = { endedAt: Math.floor(clock.now()), tookMs: Math.round(tookMs), counts: summary.counts }
    this.#become(this.#conditionAfter(summary))
    this.#tellRun(summary, tookMs)
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
    const held = { ...brake, id: `${this.#parts.folder.id}.${this.id}.${since}.${this.#brakeCount}`, since }
    this.#lastBrake = held
    return held
  }
  #lastBrake: HeldBrake | undefined

  /** Only what did something, or left something else undone than the run before. */
  #tellRun(summary: Summary, tookMs: number): void {
    const { brake } = this
    if (brake === undefined) this.#lastBrake = undefined
    const open = JSON.stringify([brake?.id, this.unsynced.map(({ path, because }) => [path, because])])
    const didNothing = Object.values(summary.counts).every(count => count === 0)
    if (didNothing && open === this.#lastTold) return
    this.#lastTold = open
    this.#tell({
      type: 'run',
      ...this.#names(),
      isEqual: brake === undefined && this.unsynced.length === 0,
      counts: summary.counts,
      unsynced: this.unsynced.length,
      tookMs: Math.round(tookMs),
      ...(brake === undefined ? {} : { brake: this.shownBrake(brake) }),
    })
  }

  #report(event: SyncEvent): void {
    if (this.#told !== undefined) noteRun(event, this.#told)
    switch (event.type) {
      case 'phase':
        this.#progress = { phase: event.phase, steps: NONE, bytes: NONE }
        break
      case 'outcome':
        this.#onOutcome(event)
        break
      case 'progress':
        this.#progress = { phase: 'applying', steps: event.steps, bytes: event.bytes }
        this.#tellProgress()
        break
      case 'notice':
        this.#notice(event.path, event.text)
        break
      case 'plan':
      case 'summary':
        break
    }
  }

  #onOutcome({ outcome }: Extract<SyncEvent, { type: 'outcome' }>): void {
    const { step } = outcome
    if (outcome.as === 'done' && step.do === 'transfer')
      (step.to === 'local' ? this.down : this.up).add(step.source.size)
    if (!isEffect(step)) return
    const error = outcome.as === 'failed' ? { code: outcome.error.code, message: outcome.error.message } : {}
    this.#tell({
      type: 'outcome',
      ...this.#names(),
      as: outcome.as,
      do: step.do,
      path: step.path,
      words: wordsOfOutcome(outcome),
      ...error,
    })
    const aside = step.do === 'transfer' ? step.aside : step.do === 'set-aside' ? step.as : undefined
    if (outcome.as === 'done' && aside !== undefined)
      this.#tell({ type: 'conflict', folder: this.#parts.folder.id, path: aside, origin: step.path })
  }

  #tellProgress(): void {
    const now = this.#parts.world.clock.now()
    const progress = this.#progress
    if (progress === undefined || now - this.#progressAt < PROGRESS_EVERY_MS) return
    this.#progressAt = now
    this.#tell({ type: 'progress', ...this.#names(), progress: this.#withRates(progress) })
  }

  #withRates(progress: Omit<Progress, 'uploadBytesPerSecond' | 'downloadBytesPerSecond'>): Progress {
    return {
      ...progress,
      uploadBytesPerSecond: this.up.bytesPerSecond,
      downloadBytesPerSecond: this.down.bytesPerSecond,
    }
  }

  #become(condition: RemoteCondition): void {
    const before = detailsOf(this.condition)
    this.condition = condition
    const now = detailsOf(condition)
    this.#parts.onCondition()
    if (before.state === now.state && before.sentence === now.sentence) return
    // Runs that find nothing to do come and go unsaid; their end is told when it is another than the one before.
    if (now.state === 'syncing') return
    const said = `${now.state} ${now.sentence}`
    if (said === this.#lastSaid) return
    this.#lastSaid = said
    this.#tell({ type: 'remote-state', ...this.#names(), ...now })
  }
  #lastSaid = ''

  #isEqual(path: Path): boolean {
    const pair = this.#opened?.pair
    if (pair === undefined || pair.records.failure(path) !== undefined) return false
    const agreed = pair.records.agreement(path)
    const row = this.#parts.local.files.index.row(path)
    if (agreed === undefined) return row === undefined || row.state.kind === 'deleted'
    return row !== undefined && agreed.local === String(row.sequence)
  }

  #notice(path: Path | undefined, text: string): void {
    this.#tell({ type: 'notice', ...this.#names(), text, ...(path === undefined ? {} : { path }) })
  }

  #names() {
    return { folder: this.#parts.folder.id, remote: this.id }
  }

  #tell(news: News): void {
    this.#parts.tell(news)
  }
}

const NONE = { done: 0, of: 0 }

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

function placeOf(directory: string): string | undefined {
  const stat = statSync(directory, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? undefined : `${stat.dev} ${stat.ino}`
}

function isSameBrake(a: HeldBrake, b: NonNullable<Summary['brake']>): boolean {
  return a.because === b.because && a.on === b.on && a.count === b.count && a.of === b.of
}
