// Gathers hints until a place has been quiet for a while, so that a storm of events becomes a few calls.
import type { Place } from '../model/path.ts'

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

interface Waiting {
  readonly since: number
  last: number
  reach: HintReach
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

  add(place: Place, reach: HintReach = 'here'): void {
    const now = this.#options.timers.now()
    this.#count(now)
    this.#note(this.#burst ? '' : place, reach, now)
    this.#cancel ??= this.#options.timers.after(this.#options.limits.quietMs, () => this.#tell())
  }

  #note(place: Place, reach: HintReach, now: number): void {
    const waiting = this.#waiting.get(place)
    if (waiting === undefined) this.#waiting.set(place, { since: now, last: now, reach })
    else {
      waiting.last = now
      if (reach === 'below') waiting.reach = reach
    }
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
    const due = [...this.#waiting].filter(([, waiting]) => this.#dueAt(waiting) <= now)
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
