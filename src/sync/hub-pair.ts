// One pair of a folder that is kept equal: runs when there is news here or there, looks at the other side now and then, and waits alone
// while that is away.
import { asSyncError, type SyncError } from '../model/errors.ts'
import type { Place } from '../model/path.ts'
import { type Path, parentOf } from '../model/path.ts'
import type { Clock, Random } from '../platform/world.ts'
import type { HintReach } from '../scan/hints.ts'
import type { SyncEvent } from './events.ts'
import { Rest } from './rest.ts'
import type { Summary } from './summary.ts'
import { isLookedAt, isNowhere, joinPlaces, NOWHERE, type Places, type Within } from './within.ts'

/** How often a remote is looked at as a whole while it gives no hints. */
export interface Polling {
  readonly everyMs: number
  /** Looking takes at most one part in so many of the time. */
  readonly share: number
}

export interface HubPairParts {
  /** One run; everything that it reports is to be passed to `noteRun`. */
  readonly run: (signal: AbortSignal, within: Within, told: RunTold) => Promise<Summary>
  /** Asked after each run: what the remote can do is not known before it was reached. */
  readonly polling: () => Polling
  /** How long it waits at most for a side that is away; five minutes without. */
  readonly longestWaitMs?: number
  readonly onRunning?: () => void
  readonly onRun: (summary: Summary, tookMs: number) => void
  /** The other side cannot be used now. Told each time it was tried in vain, with the time of the next try. */
  readonly onAway: (error: SyncError, nextTryAt: number) => void
  /** What no waiting will mend: `end` throws it out of the hub, `wait` tries again only after `retry` or a long while. */
  readonly onLasting: (error: SyncError, nextTryAt: number) => 'end' | 'wait'
}

/** What the hub has to know while a run goes on. */
export interface RunTold {
  /** The index was read for a plan, from when it had this sequence. */
  planned(sequence: number): void
  /** Rows were changed that others may want: `all` that this plan changes. */
  brought(how: 'some' | 'all'): void
}

/** Takes from what a run reports what the hub has to know. */
export function noteRun(event: SyncEvent, told: RunTold): void {
  if (event.type === 'plan') told.planned(event.sequence)
  if (event.type === 'outcome') told.brought('some')
  if (event.type === 'progress' && event.steps.done === event.steps.of) told.brought('all')
}

export interface PairWorld {
  readonly clock: Clock
  readonly random: Random
  readonly sequence: () => number
}

const FIRST_WAIT_MS = 5000
const LONGEST_WAIT_MS = 5 * 60_000
/** After what waiting does not mend, somebody may have mended it elsewhere. */
const LASTING_WAIT_MS = 60 * 60_000
/** While another pair is still at work, what it brought so far is passed on this often. */
const NEWS_EVERY_MS = 2000
/** A path that failed is tried again at its time, but not one by one. */
const LEAST_RETRY_MS = 1000
/** What kept changing while it was synced is tried again soon, and less and less often. */
const LONGEST_MOVING_MS = 60_000

export class HubPair {
  readonly #parts: HubPairParts
  readonly #world: PairWorld
  readonly #rest: Rest
  readonly #onNews: () => void
  readonly #ended = new AbortController()
  #there: Places = 'everything'
  /** The sequence up to which the last plan has seen the index. */
  #plannedAt = -1
  #isPressed = false
  #isRunning = false
  #waitMs = 0
  #waitsUntil = 0
  #lookEveryMs = 0
  #lookDueAt = 0
  /** Where something is tried again, and when: of all runs, as most look at a few places only. */
  #retries: ReadonlyMap<Place, number> = new Map()
  #retryAt = Number.POSITIVE_INFINITY
  #movingMs = 0
  #newsAt = 0
  #done: Promise<void> = Promise.resolve()

  constructor(parts: HubPairParts, world: PairWorld, onNews: () => void) {
    this.#parts = parts
    this.#world = world
    this.#rest = new Rest(world.clock)
    this.#onNews = onNews
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  /** Something may have changed on the other side. */
  hint(place: Place, reach: HintReach): void {
    this.#there = joinPlaces(this.#there, new Map([[place, reach]]))
    this.#wakeUnlessAway()
  }

  /** The index has changed. */
  news(): void {
    if (this.#world.sequence() > this.#plannedAt) this.#wakeUnlessAway()
  }

  /** What was held here need not be any more: runs, and looks nowhere on the other side for it. */
  again(): void {
    this.#isPressed = true
    this.#wakeUnlessAway()
  }

  /** Looks at everything on the other side now, also where it was waiting. */
  press(): void {
    this.#there = 'everything'
    this.#isPressed = true
    this.#waitsUntil = 0
    this.#rest.wake()
  }

  /** Runs until the signal aborts, or it is ended. */
  stay(signal: AbortSignal): Promise<void> {
    this.#done = this.#stay(AbortSignal.any([signal, this.#ended.signal]))
    return this.#done
  }

  /** Resolves when nothing runs any more. */
  async end(): Promise<void> {
    this.#ended.abort(new DOMException('the pair has ended', 'AbortError'))
    await this.#done.catch(() => {})
  }

  async #stay(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#isDue()) await this.#runOnce(signal)
      else await this.#restUntilDue(signal)
    }
  }

  #wakeUnlessAway(): void {
    if (!this.#isAway()) this.#rest.wake()
  }

  #isAway(): boolean {
    return this.#waitsUntil > this.#world.clock.now()
  }

  #isDue(): boolean {
    if (this.#isAway()) return false
    return this.#isPressed || !isNowhere(this.#there) || this.#world.sequence() > this.#plannedAt
  }

  async #restUntilDue(signal: AbortSignal): Promise<void> {
    const { clock } = this.#world
    // A clock that was put back must not put off the look.
    const lookDueAt = Math.min(this.#lookDueAt, clock.now() + this.#lookEveryMs)
    const dueAt = this.#isAway() ? this.#waitsUntil : Math.min(lookDueAt, this.#retryAt)
    if ((await this.#rest.until(dueAt, signal)) !== 'over' || this.#isAway()) return
    // It was away: nothing of what was said of it meanwhile is known.
    if (this.#waitMs > 0 || clock.now() >= lookDueAt) this.#there = 'everything'
    else this.#there = joinPlaces(this.#there, new Map(this.#retriesDue().map(place => [place, 'here'])))
  }

  #retriesDue(): Place[] {
    const now = this.#world.clock.now()
    return [...this.#retries].filter(([, dueAt]) => dueAt <= now).map(([place]) => place)
  }

  #take(): Within {
    const there = this.#there
    this.#there = NOWHERE
    this.#isPressed = false
    return { here: NOWHERE, there }
  }

  async #runOnce(signal: AbortSignal): Promise<void> {
    const { clock } = this.#world
    const within = this.#take()
    const from = clock.now()
    this.#isRunning = true
    this.#newsAt = from
    this.#parts.onRunning?.()
    try {
      const summary = await this.#parts.run(signal, within, this.#told())
      this.#plan(summary, within, clock.now() - from)
      this.#waitMs = 0
      this.#parts.onRun(summary, clock.now() - from)
    } catch (error) {
      if (signal.aborted) return
      this.#failed(error)
    } finally {
      this.#isRunning = false
      this.#onNews()
    }
  }

  #told(): RunTold {
    const { clock } = this.#world
    return {
      planned: at => {
        this.#plannedAt = at
      },
      brought: how => {
        if (how === 'some' && clock.now() - this.#newsAt < NEWS_EVERY_MS) return
        this.#newsAt = clock.now()
        this.#onNews()
      },
    }
  }

  /** When to look again, and when to try again what failed. */
  #plan(summary: Summary, { there }: Within, tookMs: number): void {
    const { clock } = this.#world
    if (there === 'everything') {
      const { everyMs, share } = this.#parts.polling()
      this.#lookEveryMs = this.#jittered(Math.max(everyMs, tookMs * share))
      this.#lookDueAt = clock.now() + this.#lookEveryMs
    }
    const moving = summary.unsynced.some(({ because }) => because === 'changed')
    this.#movingMs = moving ? Math.min(LONGEST_MOVING_MS, Math.max(LEAST_RETRY_MS, this.#movingMs * 2)) : 0
    this.#retries = this.#retriesAfter(summary, there)
    this.#retryAt = [...this.#retries.values()].reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  }

  #retriesAfter({ unsynced }: Summary, there: Places): ReadonlyMap<Place, number> {
    const now = this.#world.clock.now()
    const retries = new Map([...this.#retries].filter(([place]) => !isLookedAt(place, there)))
    for (const { path, because, nextTryAt } of unsynced) {
      if (nextTryAt === undefined && because !== 'changed') continue
      const place = path === '' ? '' : parentOf(path as Path)
      const dueAt = nextTryAt ?? now + this.#movingMs
      retries.set(place, Math.min(retries.get(place) ?? dueAt, dueAt))
    }
    // Those of about the same time are one run.
    return new Map([...retries].map(([place, dueAt]) => [place, Math.max(dueAt, now + LEAST_RETRY_MS)]))
  }

  /** What concerns the folder itself is thrown; what concerns the other side is waited for. */
  #failed(thrown: unknown): void {
    const error = asSyncError(thrown)
    if (error !== thrown || error.scope === 'folder') throw thrown
    const isLasting = error.retry === 'never'
    this.#waitMs = isLasting ? LASTING_WAIT_MS : nextWait(this.#waitMs, this.#parts.longestWaitMs ?? LONGEST_WAIT_MS)
    this.#waitsUntil = this.#world.clock.now() + Math.max(this.#jittered(this.#waitMs), error.retryAfterMs ?? 0)
    // Whatever the failed run was to look at, and more, is looked at afterwards: while a side was away, hints were too.
    this.#there = 'everything'
    if (!isLasting) this.#parts.onAway(error, this.#waitsUntil)
    else if (this.#parts.onLasting(error, this.#waitsUntil) === 'end') throw error
  }

  /** So that many clients of one server do not ask at the same instant: up to a tenth later. */
  #jittered(ms: number): number {
    return ms + (ms * this.#world.random.below(1000)) / 10_000
  }
}

function nextWait(before: number, longestMs: number): number {
  return before === 0 || before >= LASTING_WAIT_MS ? FIRST_WAIT_MS : Math.min(longestMs, before * 2)
}
