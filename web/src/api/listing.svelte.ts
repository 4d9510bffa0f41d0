// A directory as a list of any length: parts of it are asked for as they are looked at, and forgotten again.
import { type Answer, CallFault, call } from './call.ts'

export type BrowseEntry = Answer<'GET /folders/{folder}/browse'>['items'][number]
export type EntryState = BrowseEntry['state']

export interface ListingAsked {
  readonly folder: string
  readonly place: string
  readonly sort: 'name' | 'size' | 'time'
  readonly order: 'up' | 'down'
}

const PAGE = 200
/** Pages kept, so that going back a little asks for nothing. */
const MOST_PAGES = 30
const MOST_AT_ONCE = 2

export class Listing {
  readonly asked: ListingAsked
  /** How many entries there are; undefined until the first answer. */
  total: number | undefined = $state()
  sizeBytes: number | undefined = $state()
  fault: CallFault | undefined = $state.raw()
  /** Grows with every page that comes: what reads entries is shown anew. */
  #news = $state(0)
  readonly #pages = new Map<number, readonly BrowseEntry[]>()
  readonly #asking = new Map<number, AbortController>()
  #stale = new Set<number>()
  #first = 0
  #last = 0

  constructor(asked: ListingAsked) {
    this.asked = asked
  }

  /** Undefined while it is not known. */
  entry(at: number): BrowseEntry | undefined {
    return this.#news < 0 ? undefined : this.#pages.get(Math.floor(at / PAGE))?.[at % PAGE]
  }

  /** From now on these are looked at. */
  show(first: number, last: number): void {
    this.#first = Math.floor(first / PAGE)
    this.#last = Math.floor(Math.max(first, last - 1) / PAGE)
    for (const [page, asking] of this.#asking) if (!this.#isShown(page)) asking.abort()
    this.#next()
  }

  /** What is shown is asked for again; until then it stays as it is. */
  refresh(): void {
    this.#stale = new Set(this.#pages.keys())
    this.fault = undefined
    this.#next()
  }

  end(): void {
    for (const asking of this.#asking.values()) asking.abort()
    this.#last = -1
  }

  /** Where an entry with this name is, or would be. */
  async find(name: string, signal: AbortSignal): Promise<number> {
    const { folder, ...query } = this.asked
    const { from } = await call('GET /folders/{folder}/browse', {
      params: { folder },
      query: { ...query, name, limit: 1 },
      signal,
    })
    return from
  }

  #isShown(page: number): boolean {
    return page >= this.#first && page <= this.#last
  }

  #next(): void {
    for (let page = this.#first; page <= this.#last; page += 1) {
      if (this.#asking.size >= MOST_AT_ONCE) return
      const isKnown = this.#pages.has(page) && !this.#stale.has(page)
      if (!isKnown && !this.#asking.has(page)) void this.#ask(page)
    }
  }

  async #ask(page: number): Promise<void> {
    const asking = new AbortController()
    this.#asking.set(page, asking)
    const { folder, ...query } = this.asked
    try {
      const answer = await call('GET /folders/{folder}/browse', {
        params: { folder },
        query: { ...query, at: page * PAGE, limit: PAGE },
        signal: asking.signal,
      })
      this.#stale.delete(page)
      this.#pages.delete(page)
      this.#pages.set(page, answer.items)
      this.total = answer.total
      this.sizeBytes = answer.sizeBytes
      this.fault = undefined
      this.#forget()
      this.#news += 1
    } catch (error) {
      if (asking.signal.aborted) return
      if (!(error instanceof CallFault)) throw error
      this.fault = error
      // Not asked for again by itself: the fault stands on the page, and the next event asks.
      this.#last = -1
    } finally {
      this.#asking.delete(page)
      this.#next()
    }
  }

  #forget(): void {
    for (const page of this.#pages.keys()) {
      if (this.#pages.size <= MOST_PAGES) return
      if (!this.#isShown(page)) this.#pages.delete(page)
    }
  }
}
