// When to look again where a look could tell nothing: soon, and less and less often while that stays so.

/** What a look at the disk found of one kind: whether it met any there, and whether any are known by now, also elsewhere. */
export interface Found {
  readonly isHere: boolean
  readonly isAnywhere: boolean
}

export class LookAgain {
  readonly #firstMs: number
  readonly #longestMs: number
  #waitMs = 0
  #dueAt = Number.POSITIVE_INFINITY

  constructor({ firstMs, longestMs }: { readonly firstMs: number; readonly longestMs: number }) {
    this.#firstMs = firstMs
    this.#longestMs = longestMs
  }

  /** Milliseconds since 1970; infinite while there is nothing to look at again. */
  get dueAt(): number {
    return this.#dueAt
  }

  /** After each look. One at another place puts nothing off, and makes nothing be forgotten. */
  looked({ isHere, isAnywhere }: Found, now: number): void {
    if (!isAnywhere) {
      this.#waitMs = 0
      this.#dueAt = Number.POSITIVE_INFINITY
      return
    }
    if (isHere) this.#waitMs = Math.min(this.#longestMs, Math.max(this.#firstMs, this.#waitMs * 2))
    this.#dueAt = Math.min(this.#dueAt, now + this.#waitMs)
  }

  /** Whether it is time; the look that follows says how it goes on. */
  takeDue(now: number): boolean {
    if (now < this.#dueAt) return false
    this.#dueAt = Number.POSITIVE_INFINITY
    return true
  }
}
