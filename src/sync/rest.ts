// A rest that somebody else can end.
import type { Clock } from '../platform/world.ts'

export class Rest {
  readonly #clock: Clock
  #woken = new AbortController()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Ends the rest under way; without one, the next one at once. */
  wake(): void {
    this.#woken.abort()
  }

  /** Until `at` (milliseconds since 1970), until somebody wakes, or until the signal aborts. */
  async until(at: number, signal: AbortSignal): Promise<'over' | 'woken' | 'aborted'> {
    const woken = this.#woken.signal
    const end = AbortSignal.any([signal, woken])
    try {
      await this.#clock.sleep(Math.min(LONGEST_MS, Math.max(0, at - this.#clock.now())), end)
      return 'over'
    } catch (error) {
      if (signal.aborted) return 'aborted'
      if (!woken.aborted) throw error
      return 'woken'
    } finally {
      if (woken.aborted) this.#woken = new AbortController()
    }
  }
}

/** Timers of the system hold no more than 31 bits of milliseconds. */
const LONGEST_MS = 24 * 60 * 60 * 1000
