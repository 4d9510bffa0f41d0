// The pages of a long list: asked for as they come in sight, a few at once, kept for a while, and asked for again after a fault.

export interface PagesParts<E> {
  /** Rejects with the reason of the signal, or with what went wrong. */
  readonly ask: (page: number, signal: AbortSignal) => Promise<readonly E[]>
  /** Something came, or failed. */
  readonly onnews: (fault: unknown) => void
  /** Does it after so many milliseconds, unless it is called off. */
  readonly later: (act: () => void, ms: number) => () => void
}

/** Pages kept, so that going back a little asks for nothing. */
const MOST_PAGES = 30
const MOST_AT_ONCE = 2
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000

export class PagesInSight<E> {
  readonly #parts: PagesParts<E>
  readonly #known = new Map<number, readonly E[]>()
  readonly #asking = new Map<number, AbortController>()
  #stale = new Set<number>()
  #first = 0
  #last = -1
  #faults = 0
  #waiting: (() => void) | undefined

  constructor(parts: PagesParts<E>) {
    this.#parts = parts
  }

  /** Undefined while it is not known. */
  get(page: number): readonly E[] | undefined {
    return this.#known.get(page)
  }

  /** From now on these are in sight. */
  show(first: number, last: number): void {
    this.#first = first
    this.#last = last
    for (const [page, asking] of this.#asking) if (!this.#isShown(page)) asking.abort()
    this.#next()
  }

  /** What is in sight is asked for again, at once; until then it stays as it is. What is on its way is out of date too. */
  refresh(): void {
    this.#stale = new Set([...this.#known.keys(), ...this.#asking.keys()])
    this.#goOn()
  }

  end(): void {
    this.#last = -1
    this.#waiting?.()
    for (const asking of this.#asking.values()) asking.abort()
  }

  #isShown(page: number): boolean {
    return page >= this.#first && page <= this.#last
  }

  #next(): void {
    if (this.#waiting !== undefined) return
    for (let page = this.#first; page <= this.#last; page += 1) {
      if (this.#asking.size >= MOST_AT_ONCE) return
      const isGood = this.#known.has(page) && !this.#stale.has(page)
      if (!isGood && !this.#asking.has(page)) void this.#ask(page)
    }
  }

  async #ask(page: number): Promise<void> {
    const asking = new AbortController()
    this.#asking.set(page, asking)
    this.#stale.delete(page)
    try {
      const entries = await this.#parts.ask(page, asking.signal)
      // The newest comes last: the oldest are forgotten first.
      this.#known.delete(page)
      this.#known.set(page, entries)
      this.#faults = 0
      this.#forget()
      this.#parts.onnews(undefined)
    } catch (error) {
      this.#stale.add(page)
      if (!asking.signal.aborted) this.#rest(error)
    } finally {
      this.#asking.delete(page)
      this.#next()
    }
  }

  /** Nothing is asked for a while, longer each time, and then again by itself. */
  #rest(error: unknown): void {
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#faults)
    this.#faults += 1
    this.#waiting ??= this.#parts.later(() => this.#goOn(), waitMs)
    this.#parts.onnews(error)
  }

  #goOn(): void {
    this.#waiting?.()
    this.#waiting = undefined
    this.#next()
  }

  #forget(): void {
    for (const page of this.#known.keys()) {
      if (this.#known.size <= MOST_PAGES) return
      if (!this.#isShown(page)) this.#known.delete(page)
    }
  }
}
