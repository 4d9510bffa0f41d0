// One thing at a time, in an order that the seed decides: whoever waits at a hop is woken one by one.
import type { Dice } from './dice.ts'

/** What a process that crashed throws from then on. Nothing of ours catches it for good: the process is dead. */
export class Crash extends Error {
  override readonly name = 'Crash'
}

interface Waiting {
  readonly what: string
  readonly wake: () => void
  readonly kill: (crash: Crash) => void
}

export interface SchedulerOptions {
  readonly dice: Dice
  /** Called before each wake-up, with what is about to happen. May throw `Crash` to end the process. */
  readonly before: (what: string) => void
}

export class Scheduler {
  readonly trace: string[] = []
  #waiting: Waiting[] = []
  #crashed: Crash | undefined
  #turning = false
  readonly #options: SchedulerOptions

  constructor(options: SchedulerOptions) {
    this.#options = options
  }

  /** Waits for its turn. */
  hop(what: string): Promise<void> {
    if (this.#crashed !== undefined) return Promise.reject(this.#crashed)
    return new Promise((wake, kill) => {
      this.#waiting.push({ what, wake, kill })
      this.#turn()
    })
  }

  get isCrashed(): boolean {
    return this.#crashed !== undefined
  }

  #turn(): void {
    if (this.#turning) return
    this.#turning = true
    // By the next turn of the event loop everything that could go on without a wake-up has done so.
    setImmediate(() => {
      this.#turning = false
      this.#wakeOne()
      if (this.#waiting.length > 0) this.#turn()
    })
  }

  #wakeOne(): void {
    if (this.#waiting.length === 0) return
    const [chosen] = this.#waiting.splice(this.#options.dice.below(this.#waiting.length), 1)
    if (chosen === undefined) return
    this.trace.push(chosen.what)
    try {
      this.#options.before(chosen.what)
      chosen.wake()
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      this.#crashed = error
      for (const waiting of [chosen, ...this.#waiting.splice(0)]) waiting.kill(error)
    }
  }
}
