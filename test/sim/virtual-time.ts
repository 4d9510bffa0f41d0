// Time that passes only when nobody has anything to do: whoever waits for his turn is woken one by one, and sleepers when it is their time.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../src/platform/world.ts'
import type { Dice } from './dice.ts'

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/** So many turns of the event loop without anybody who asks for his turn: nothing goes on any more before time passes. */
const STILL_TURNS = 4
/** Of virtual time, for one act. */
const HOP_MS = 5

export class VirtualTime implements Clock {
  readonly #dice: Dice
  #nowMs = 1_800_000_000_000
  #waiting: { readonly what: string; readonly wake: () => void }[] = []
  #sleepers: Sleeper[] = []
  /** What happened, for comparing two runs of the same seed. */
  readonly trace: string[] = []

  constructor(dice: Dice) {
    this.#dice = dice
  }

  now(): number {
    return this.#nowMs
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const sleeper = { at: this.#nowMs + Math.ceil(ms), wake: resolve }
      this.#sleepers.push(sleeper)
      const stop = () => {
        this.#sleepers = this.#sleepers.filter(other => other !== sleeper)
        reject(signal.reason)
      }
      signal.addEventListener('abort', stop, { once: true })
    })
  }

  /** Waits for its turn among all who do. */
  hop(what: string): Promise<void> {
    return new Promise(wake => {
      this.#waiting.push({ what, wake })
    })
  }

  /** After a while. */
  later(ms: number, act: () => void): void {
    this.#sleepers.push({ at: this.#nowMs + Math.ceil(ms), wake: act })
  }

  /** Lets one act happen, or time pass to when somebody wakes. False when nobody ever will. */
  async step(): Promise<boolean> {
    for (let still = 0; still < STILL_TURNS && this.#waiting.length === 0; still += 1) await nextTurn()
    // By the next turn everything that could go on without being woken has done so.
    await nextTurn()
    if (this.#waiting.length === 0) return this.#pass()
    const [chosen] = this.#waiting.splice(this.#dice.below(this.#waiting.length), 1)
    this.#nowMs += 1 + this.#dice.below(HOP_MS)
    this.#wakeDue()
    if (chosen === undefined) return true
    this.trace.push(chosen.what)
    chosen.wake()
    return true
  }

  #pass(): boolean {
    if (this.#sleepers.length === 0) return false
    this.#nowMs = Math.max(this.#nowMs, Math.min(...this.#sleepers.map(({ at }) => at)))
    this.#wakeDue()
    return true
  }

  #wakeDue(): void {
    const due = this.#sleepers.filter(({ at }) => at <= this.#nowMs)
    if (due.length === 0) return
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#nowMs)
    for (const { wake } of due) wake()
  }
}
