// Gathers hints until a place has been quiet for a while, so that a storm of events becomes a few calls.
import { isWithin, type Path, type Place } from '../model/path.ts'

/** What the watcher takes from the clock; a test puts its own in place. */
export interface Timers {
  /** Milliseconds from any start; never goes back. */
  now(): number
  /** Calls `act` after `ms`; the result cancels that. */
  after(ms: number, act: () => void): () => void
}

export interface HintLimits {
  /** A place is told of once nothing has happened there for this long … */
  readonly quietMs: number
  /** … or once it has waited this long. */
  readonly maxWaitMs: number
  /** More events than this within `maxWaitMs` may mean that the system dropped some. */
  readonly maxEvents: number
}

export const HINT_LIMITS: HintLimits = { quietMs: 100, maxWaitMs: 2000, maxEvents: 8000 }

/** `here`: something among the names directly in a place; `below`: anything in it, however deep. */
export type HintReach = 'here' | 'below'

export interface HintOptions {
  readonly timers: Timers
  readonly limits: HintLimits
  readonly onHint: (place: Place, reach: HintReach) => void
  /** Called once a burst is over, in place of all its hints. */
  readonly onBurst: () => void
}

/** What an event says of the names in a place: they are as they were, some are new, some are gone. */
export type NamesChange = 'none' | 'came' | 'gone'

interface Waiting {
  readonly since: number
  last: number
  reach: HintReach
  names: NamesChange
}

export class Hints {
  readonly #options: HintOptions
  readonly #waiting = new Map<Place, Waiting>()
  #cancel: (() => void) | undefined
  #events = 0
  #windowStart = -Infinity
  #burst = false

  constructor(options: HintOptions) {
    this.#options = options
  }

  /**
   * What is gone from one place may have come to another: where names are gone, the places to which names came are told of at the
   * same time, quiet or not, so that whoever looks can see a move.
   */
  add(place: Place, reach: HintReach = 'here', names: NamesChange = 'none'): void {
    const now = this.#options.timers.now()
    this.#count(now)
    this.#note(this.#burst ? '' : place, { since: now, last: now, reach, names })
    this.#cancel ??= this.#options.timers.after(this.#options.limits.quietMs, () => this.#tell())
  }

  #note(place: Place, event: Waiting): void {
    const waiting = this.#waiting.get(place)
    if (waiting === undefined) this.#waiting.set(place, event)
    else {
      waiting.last = event.last
      if (event.reach === 'below') waiting.reach = event.reach
      if (event.names === 'gone' || waiting.names === 'none') waiting.names = event.names
    }
  }

  /** `place` is gone with all that was in it: what is to be seen is in the directory that held it. */
  forget(place: Path): void {
    for (const waiting of this.#waiting.keys()) if (isWithin(waiting, place)) this.#waiting.delete(waiting)
  }

  close(): void {
    this.#cancel?.()
    this.#waiting.clear()
  }

  #count(now: number): void {
    const { maxWaitMs, maxEvents } = this.#options.limits
    if (now - this.#windowStart > maxWaitMs) {
      this.#windowStart = now
      this.#events = 0
    }
    this.#events += 1
    if (this.#burst || this.#events <= maxEvents) return
    this.#burst = true
    this.#waiting.clear()
  }

  #tell(): void {
    this.#cancel = undefined
    for (const [place, { reach }] of this.#takeDue(this.#options.timers.now())) {
      if (this.#burst) this.#endBurst()
      else this.#options.onHint(place, reach)
    }
    this.#schedule()
  }

  #takeDue(now: number): readonly (readonly [Place, Waiting])[] {
    const isDue = ([, waiting]: readonly [Place, Waiting]) => this.#dueAt(waiting) <= now
    const isGone = [...this.#waiting].some(item => isDue(item) && item[1].names === 'gone')
    const due = [...this.#waiting].filter(item => isDue(item) || (isGone && item[1].names !== 'none'))
    for (const [place] of due) this.#waiting.delete(place)
    return due
  }

  #dueAt({ since, last }: Waiting): number {
    const { quietMs, maxWaitMs } = this.#options.limits
    return Math.min(last + quietMs, since + maxWaitMs)
  }

  #endBurst(): void {
    this.#burst = false
    this.#events = 0
    this.#options.onBurst()
  }

  #schedule(): void {
    if (this.#waiting.size === 0 || this.#cancel !== undefined) return
    const { timers } = this.#options
    const next = Math.min(...Array.from(this.#waiting.values(), waiting => this.#dueAt(waiting)))
    this.#cancel = timers.after(Math.max(1, next - timers.now()), () => this.#tell())
  }
}
