// Keeps a pair equal for as long as it is asked to: runs where hints say, looks everywhere now and then, waits while a side is away.
import { SyncError } from '../model/errors.ts'
import type { Place } from '../model/path.ts'
import type { Clock } from '../platform/world.ts'
import type { HintReach } from '../scan/hints.ts'
import type { Summary } from './summary.ts'
import { EVERYWHERE, joinPlaces, type Places, type Within } from './within.ts'

export interface WatchParts {
  readonly run: (signal: AbortSignal, within: Within) => Promise<Summary>
  readonly clock: Clock
  /** How long a look at the whole other side may be put off while it gives no hints. */
  readonly pollMs: number
  /** A look at everything waits at least so many times as long as the last one took. */
  readonly pollShare: number
  /** After each run; `took` in milliseconds. */
  readonly onRun: (summary: Summary, tookMs: number) => void
  /** The other side, or the disk, cannot be used now. Told once, and once more when it can again. */
  readonly onAway: (error: SyncError) => void
  readonly onBack: () => void
}

export interface Watch {
  /** Something may have changed. */
  hint(side: 'here' | 'there', place: Place, reach: HintReach): void
  /** Runs until the signal aborts, then returns; throws what no waiting will mend. */
  stay(signal: AbortSignal): Promise<void>
}

const FIRST_WAIT_MS = 5000
const LONGEST_WAIT_MS = 5 * 60_000
/** Hints can be missed: the disk is looked at as a whole at least this often, at the next look at the other side. */
const SCAN_EVERY_MS = 60 * 60_000
const NOWHERE: ReadonlyMap<Place, HintReach> = new Map()

/** One run at a time. What is hinted at meanwhile is gathered for the next one. */
export function watchPair(parts: WatchParts): Watch {
  return new PairWatch(parts)
}

class PairWatch implements Watch {
  readonly #parts: WatchParts
  #here: Places = 'everything'
  #there: Places = 'everything'
  #wake: () => void = () => {}
  #lookDueAt = 0
  #lookEveryMs = 0
  #scanDueAt = 0
  #waitMs = 0

  constructor(parts: WatchParts) {
    this.#parts = parts
  }

  hint(side: 'here' | 'there', place: Place, reach: HintReach): void {
    const one = new Map([[place, reach]])
    if (side === 'here') this.#here = joinPlaces(this.#here, one)
    else this.#there = joinPlaces(this.#there, one)
    this.#wake()
  }

  async stay(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#isIdle()) await this.#rest(signal)
      else await this.#runOnce(this.#take(), signal)
    }
  }

  #isIdle(): boolean {
    return isNowhere(this.#here) && isNowhere(this.#there)
  }

  #take(): Within {
    const within = { here: this.#here, there: this.#there }
    this.#here = NOWHERE
    this.#there = NOWHERE
    return within
  }

  /** Until something is hinted at, or the other side is due to be looked at. */
  async #rest(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    try {
      // A clock that was put back must not put off the look.
      const restMs = Math.min(this.#lookEveryMs, Math.max(0, this.#lookDueAt - clock.now()))
      await clock.sleep(restMs, AbortSignal.any([signal, woken.signal]))
      this.#there = 'everything'
      if (clock.now() >= this.#scanDueAt) this.#here = 'everything'
    } catch (error) {
      if (!signal.aborted && !woken.signal.aborted) throw error
    } finally {
      this.#wake = () => {}
    }
  }

  async #runOnce(within: Within, signal: AbortSignal): Promise<void> {
    const { clock, run, onRun } = this.#parts
    const from = clock.now()
    try {
      const summary = await run(signal, within)
      const tookMs = clock.now() - from
      if (within.there === 'everything') this.#planLook(tookMs)
      if (within.here === 'everything') this.#scanDueAt = clock.now() + SCAN_EVERY_MS
      this.#cameBack()
      onRun(summary, tookMs)
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof SyncError) || error.retry === 'never') throw error
      await this.#waitFor(error, signal)
    }
  }

  #planLook(tookMs: number): void {
    const { clock, pollMs, pollShare } = this.#parts
    this.#lookEveryMs = Math.max(pollMs, tookMs * pollShare)
    this.#lookDueAt = clock.now() + this.#lookEveryMs
  }

  #cameBack(): void {
    if (this.#waitMs > 0) this.#parts.onBack()
    this.#waitMs = 0
  }

  /** Whatever the failed run was to look at, and more, is looked at afterwards: while a side was away, hints were too. */
  async #waitFor(error: SyncError, signal: AbortSignal): Promise<void> {
    if (this.#waitMs === 0) this.#parts.onAway(error)
    this.#waitMs = this.#waitMs === 0 ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, this.#waitMs * 2)
    this.#here = EVERYWHERE.here
    this.#there = EVERYWHERE.there
    await this.#parts.clock.sleep(Math.max(this.#waitMs, error.retryAfterMs ?? 0), signal).catch((reason: unknown) => {
      if (!signal.aborted) throw reason
    })
  }
}

function isNowhere(places: Places): boolean {
  return places !== 'everything' && places.size === 0
}
