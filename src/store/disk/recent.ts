// Which blobs somebody is about to name in a row: a sweep leaves them.
import type { ContentId } from '../../model/content.ts'
import type { Stat } from '../../platform/tree.ts'
import type { Clock } from '../../platform/world.ts'

/** What was put or asked for in this time is not asked for again: it must be much less than the grace of any sweep. */
export const YOUNG_MS = 10 * 60_000

/** So many that are known to be there are remembered. */
const MOST_KNOWN = 10_000

export class Recent {
  readonly #clock: Clock
  /** How many are asking for each right now. */
  readonly #inUse = new Map<ContentId, number>()
  /** When each was found to be young, in milliseconds since 1970. */
  readonly #known = new Map<ContentId, number>()
  readonly #removals = new Map<ContentId, Promise<unknown>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds since 1970. */
  get now(): number {
    return this.#clock.now()
  }

  /** Runs `act` while no sweep removes this blob; after a removal that is under way. */
  async using<T>(id: ContentId, act: () => Promise<T>): Promise<T> {
    this.#inUse.set(id, (this.#inUse.get(id) ?? 0) + 1)
    try {
      await this.#removals.get(id)?.catch(() => undefined)
      return await act()
    } finally {
      const left = (this.#inUse.get(id) ?? 1) - 1
      if (left > 0) this.#inUse.set(id, left)
      else this.#inUse.delete(id)
    }
  }

  isInUse(id: ContentId): boolean {
    return this.#inUse.has(id)
  }

  /** Whether a file was put, or asked for, less than `graceMs` ago. A clock that jumped makes it look young or old: what is from the future is young, too. */
  isYoung(stat: Stat | undefined, graceMs: number): boolean {
    return stat === undefined || this.isLately(Number(stat.mtimeNs / 1_000_000n), graceMs)
  }

  isLately(atMs: number, graceMs: number): boolean {
    return Math.abs(this.now - atMs) < graceMs
  }

  /** It is there, and young. */
  know(id: ContentId): void {
    this.#known.delete(id)
    this.#known.set(id, this.now)
    if (this.#known.size > MOST_KNOWN) this.#known.delete(this.#known.keys().next().value as ContentId)
  }

  isKnown(id: ContentId): boolean {
    const at = this.#known.get(id)
    return at !== undefined && Math.abs(this.now - at) < YOUNG_MS
  }

  async removing(id: ContentId, removal: () => Promise<void>): Promise<void> {
    this.#known.delete(id)
    const running = removal()
    this.#removals.set(id, running)
    await running.finally(() => this.#removals.delete(id))
  }
}
