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
  /** So long only for what is complete with a few events, as one file that is saved, in a place where it was quiet before; `quietMs` without it. */
  readonly quickMs?: number
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
  /** Names came and others went: what was written under one name has got its own. */
  isRenamed: boolean
  events: number
  readonly isFirst: boolean
}

/** Saving one file makes no more events. */
const FEW = 8

export class Hints {
  readonly #options: HintOptions
  readonly #waiting = new Map<Place, Waiting>()
  /** When places were told of, as long as that counts as not quiet. */
  readonly #told = new Map<Place, number>()
  #cancel: (() => void) | undefined
  #nextAt = Infinity
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
    const at = this.#burst ? '' : place
    const isFirst = now - (this.#told.get(at) ?? -Infinity) > this.#options.limits.quietMs
    const event = { since: now, last: now, reach, names, isRenamed: false, events: 1, isFirst }
    this.#wakeAt(this.#dueAt(this.#note(at, event)))
  }

  #note(place: Place, event: Waiting): Waiting {
    const waiting = this.#waiting.get(place)
    if (waiting === undefined) this.#waiting.set(place, event)
    else {
      waiting.last = event.last
      waiting.events += 1
      if (event.names !== waiting.names && event.names !== 'none' && waiting.names !== 'none') waiting.isRenamed = true
      if (event.reach === 'below') waiting.reach = event.reach
      if (event.names === 'gone' || waiting.names === 'none') waiting.names = event.names
    }
    return waiting ?? event
  }

  /** `place` is gone with all that was in it: what is to be seen is in the directory that held it. */
  forget(place: Path): void {
    for (const waiting of this.#waiting.keys()) if (isWithin(waiting, place)) this.#waiting.delete(waiting)
  }

  close(): void {
    this.#cancel?.()
    this.#cancel = undefined
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
    const now = this.#options.timers.now()
    for (const [place, at] of this.#told) if (now - at > this.#options.limits.quietMs) this.#told.delete(place)
    for (const [place, { reach }] of this.#takeDue(now)) {
      this.#told.set(place, now)
      if (this.#burst) this.#endBurst()
      else this.#options.onHint(place, reach)
    }
    if (this.#waiting.size > 0) this.#wakeAt(this.#nextDue())
  }

  #takeDue(now: number): readonly (readonly [Place, Waiting])[] {
    const isDue = ([, waiting]: readonly [Place, Waiting]) => this.#dueAt(waiting) <= now
    const isGone = [...this.#waiting].some(item => isDue(item) && item[1].names === 'gone')
    const due = [...this.#waiting].filter(item => isDue(item) || (isGone && item[1].names !== 'none'))
    for (const [place] of due) this.#waiting.delete(place)
    return due
  }

  #dueAt(waiting: Waiting): number {
    const { quietMs, quickMs = quietMs, maxWaitMs } = this.#options.limits
    return Math.min(waiting.last + (isComplete(waiting) ? quickMs : quietMs), waiting.since + maxWaitMs)
  }

  #endBurst(): void {
    this.#burst = false
    this.#events = 0
    this.#options.onBurst()
  }

  #wakeAt(next: number): void {
    if (this.#cancel !== undefined && next >= this.#nextAt) return
    const { timers } = this.#options
    this.#cancel?.()
    this.#nextAt = next
    this.#cancel = timers.after(Math.max(1, next - timers.now()), () => this.#tell())
  }

  #nextDue(): number {
    let next = Infinity
    for (const waiting of this.#waiting.values()) next = Math.min(next, this.#dueAt(waiting))
    return next
  }
}

/** A file that was changed where it is, or written beside and renamed; not one that is new, which may yet be written to or get its own name. */
function isComplete({ isFirst, events, names, isRenamed, reach }: Waiting): boolean {
  return isFirst && reach === 'here' && events <= FEW && (names === 'none' || isRenamed)
}
