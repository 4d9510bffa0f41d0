// How many bytes may pass each second; may be set anew while somebody waits.
import { Bucket } from '../../bep/bucket.ts'
import type { Clock } from '../../platform/world.ts'
import type { BytesPerSecond } from '../config/schedule.ts'

/** Whoever waits goes by what is set, at the latest after this long. */
const SLICE_MS = 250

export class Pace {
  readonly #clock: Clock
  #rate: BytesPerSecond = 'unlimited'
  #bucket: Bucket | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  set(rate: BytesPerSecond): void {
    if (rate === this.#rate) return
    this.#rate = rate
    this.#bucket = rate === 'unlimited' ? undefined : new Bucket(this.#clock, rate)
  }

  /** Resolves when so many bytes may go. */
  async pass(bytes: number, signal: AbortSignal): Promise<void> {
    for (let left = bytes; left > 0 && this.#rate !== 'unlimited'; ) {
      const slice = Math.min(left, Math.max(1, Math.floor((this.#rate * SLICE_MS) / 1000)))
      left -= slice
      await this.#bucket?.take(slice, signal)
    }
  }
}

/** One for each direction. */
export interface Paces {
  readonly upload: Pace
  readonly download: Pace
}

export function openPaces(clock: Clock): Paces {
  return { upload: new Pace(clock), download: new Pace(clock) }
}
