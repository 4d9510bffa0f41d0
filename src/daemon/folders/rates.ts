// How many bytes a second, over the last seconds.

const WINDOW_MS = 5000
const SLOTS = 10

/** Told of totals that only grow; a total that is smaller than the one before begins anew. */
export class Rate {
  readonly #now: () => number
  #slots: { at: number; bytes: number }[] = []
  #total = 0

  constructor(now: () => number) {
    this.#now = now
  }

  add(bytes: number): void {
    if (bytes <= 0) return
    this.#total += bytes
    const at = this.#now()
    const last = this.#slots.at(-1)
    if (last !== undefined && at - last.at < WINDOW_MS / SLOTS) last.bytes += bytes
    else this.#slots.push({ at, bytes })
    this.#forget(at)
  }

  get bytesPerSecond(): number {
    this.#forget(this.#now())
    const sum = this.#slots.reduce((total, { bytes }) => total + bytes, 0)
    return Math.round((sum * 1000) / WINDOW_MS)
  }

  /** Since the beginning. */
  get total(): number {
    return this.#total
  }

  #forget(now: number): void {
    this.#slots = this.#slots.filter(({ at }) => at > now - WINDOW_MS && at <= now)
  }
}
