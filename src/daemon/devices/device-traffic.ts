// What went to and from one device, and how fast, over all its connections.
import type { Clock } from '../../platform/world.ts'
import { Rate } from '../folders/rates.ts'

interface Counted {
  readonly traffic: { readonly in: number; readonly out: number }
}

export interface TrafficFigures {
  readonly inBytes: number
  readonly outBytes: number
  readonly inBytesPerSecond: number
  readonly outBytesPerSecond: number
}

/** Rates are over some seconds: looking once in a while is enough. */
const SAMPLE_MS = 1000

export class DeviceTraffic {
  readonly #clock: Clock
  readonly #in: Rate
  readonly #out: Rate
  #channel: Counted | undefined
  #seen = { in: 0, out: 0 }
  #sampling: AbortController | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#in = new Rate(() => clock.now())
    this.#out = new Rate(() => clock.now())
  }

  began(channel: Counted): void {
    this.#sample()
    this.#channel = channel
    this.#seen = { in: 0, out: 0 }
    this.stop()
    this.#sampling = new AbortController()
    void this.#keepSampling(this.#sampling.signal)
  }

  /** Of a connection that was replaced before, nothing is left to count. */
  ended(channel: Counted): void {
    if (this.#channel !== channel) return
    this.#sample()
    this.#channel = undefined
    this.stop()
  }

  stop(): void {
    this.#sampling?.abort()
  }

  get figures(): TrafficFigures {
    this.#sample()
    return {
      inBytes: this.#in.total,
      outBytes: this.#out.total,
      inBytesPerSecond: this.#in.bytesPerSecond,
      outBytesPerSecond: this.#out.bytesPerSecond,
    }
  }

  async #keepSampling(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#sample()
      await this.#clock.sleep(SAMPLE_MS, signal).catch(() => {})
    }
  }

  #sample(): void {
    if (this.#channel === undefined) return
    const { in: received, out: sent } = this.#channel.traffic
    this.#in.add(received - this.#seen.in)
    this.#out.add(sent - this.#seen.out)
    this.#seen = { in: received, out: sent }
  }
}
