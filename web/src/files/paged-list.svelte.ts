// A list that grows page by page as somebody asks for more, and is asked for anew, as far as it is shown, when something changed.
import { CallFault } from '../api/call.ts'

export interface PageAsked {
  readonly limit: number
  /** `next` of the page before. */
  readonly after?: string
}

type AskForPage<T> = (
  page: PageAsked,
  signal: AbortSignal,
) => Promise<{ readonly items: readonly T[]; readonly next?: string }>

const MOST_AT_ONCE = 1000

export class PagedList<T> {
  /** Undefined until the first answer. */
  items: readonly T[] | undefined = $state.raw()
  next: string | undefined = $state()
  fault: string | undefined = $state()
  isBusy = $state(false)
  readonly #ask: AskForPage<T>
  readonly #pageSize: number
  readonly #end = new AbortController()
  #count = 0

  constructor(ask: AskForPage<T>, pageSize: number) {
    this.#ask = ask
    this.#pageSize = pageSize
  }

  /** As many as are shown, from the beginning. */
  refresh(): Promise<void> {
    return this.#load({ limit: Math.min(MOST_AT_ONCE, Math.max(this.#pageSize, this.#count)) })
  }

  async more(): Promise<void> {
    if (this.next !== undefined) await this.#load({ limit: this.#pageSize, after: this.next })
  }

  end(): void {
    this.#end.abort()
  }

  async #load(asked: PageAsked): Promise<void> {
    const { signal } = this.#end
    this.isBusy = true
    try {
      const { items, next } = await this.#ask(asked, signal)
      this.items = asked.after === undefined ? items : [...(this.items ?? []), ...items]
      this.#count = this.items.length
      this.next = next
      this.fault = undefined
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof CallFault)) throw error
      this.fault = error.message
    } finally {
      this.isBusy = false
    }
  }
}

/** In the order they come, under the same key together. */
export function grouped<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): readonly (readonly [string, readonly T[]])[] {
  const found = new Map<string, T[]>()
  for (const item of items) {
    const group = found.get(keyOf(item))
    if (group === undefined) found.set(keyOf(item), [item])
    else group.push(item)
  }
  return [...found]
}
