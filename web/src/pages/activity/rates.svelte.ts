// What is on its way, asked for once a second while somebody looks, and the rates of the last minutes.
import { type Answer, call } from '../../api/call.ts'

export type Transfers = Answer<'GET /transfers'>

export interface Sample {
  readonly up: number
  readonly down: number
}

const EVERY_MS = 1000
const KEPT = 120

export class Rates {
  now: Transfers | undefined = $state.raw()
  /** Oldest first. */
  samples: readonly Sample[] = $state.raw([])

  /** Asks until the returned function is called. */
  follow(): () => void {
    const timer = setInterval(() => void this.#ask(), EVERY_MS)
    void this.#ask()
    return () => clearInterval(timer)
  }

  async #ask(): Promise<void> {
    try {
      const found = await call('GET /transfers')
      this.now = found
      const sample = { up: found.uploadBytesPerSecond, down: found.downloadBytesPerSecond }
      this.samples = [...this.samples, sample].slice(-KEPT)
    } catch {
      // The banner tells that the daemon does not answer.
    }
  }
}
