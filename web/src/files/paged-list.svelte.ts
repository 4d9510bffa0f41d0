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
  /** Answers come in the order of their questions: one that overtook another would show entries twice, or leave some out. */
  #last: Promise<void> = Promise.resolve()

  constructor(ask: AskForPage<T>, pageSize: number) {
    this.#ask = ask
    this.#pageSize = pageSize
  }

  /** As many as are shown, from the beginning. */
  refresh(): Promise<void> {
    return this.#next(() => ({ limit: Math.min(MOST_AT_ONCE, Math.max(this.#pageSize, this.#count)) }))
  }

  more(): Promise<void> {
    return this.#next(() => (this.next === undefined ? undefined : { limit: this.#pageSize, after: this.next }))
  }

  end(): void {
    this.#end.abort()
  }

  /** What is to be asked is known when it is its turn. */
  #next(asked: () => PageAsked | undefined): Promise<void> {
    const turn = async () => {
      const page = asked()
      if (page !== undefined && !this.#end.signal.aborted) await this.#load(page)
    }
    this.#last = this.#last.then(turn, turn)
    return this.#last
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
