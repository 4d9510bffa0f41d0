// How many bytes may go each second: whoever wants to send or take some waits until it is their turn.
import type { Clock } from '../platform/world.ts'

/** What was not used is saved up for this long, no longer. */
const BURST_MS = 250

export class Bucket implements Passage {
  readonly #clock: Clock
  readonly #bytesPerSecond: number
  /** When all that was let through so far would have gone at an even pace. */
  #evenAt = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock
    this.#bytesPerSecond = bytesPerSecond
  }

  /** Resolves when `bytes` may go; in the order of the calls. Rejects with the signal's reason. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    const now = this.#clock.now()
    // A clock that was put back must not stop everything.
    const from = Math.max(now - BURST_MS, Math.min(this.#evenAt, now + 60_000))
    this.#evenAt = from + (bytes / this.#bytesPerSecond) * 1000
    const waitMs = this.#evenAt - now
    if (waitMs > 0) await this.#clock.sleep(waitMs, signal)
  }
}

/** Where bytes wait for their turn. */
export interface Passage {
  /** Resolves when `bytes` may go; rejects with the signal's reason. */
  take(bytes: number, signal: AbortSignal): Promise<void>
}

/** All that bytes have to pass on their way out, and in. */
export interface Passages {
  readonly up: readonly Passage[]
  readonly down: readonly Passage[]
}
