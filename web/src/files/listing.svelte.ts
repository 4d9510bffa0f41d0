// A directory as a list of any length: parts of it are asked for as they are looked at, and forgotten again.
import { CallFault } from '../api/call.ts'
import { PagesInSight } from './pages-in-sight.ts'

export interface ListedPage<E> {
  readonly items: readonly E[]
  readonly from: number
  readonly total: number
  readonly sizeBytes?: number
  /** It is a little old: as it is by then, it is told after so long. */
  readonly againInMs?: number
}

/** From a number on, or where a name is or would be. */
export type PageQuery = { readonly limit: number } & ({ readonly at: number } | { readonly name: string })

const PAGE = 200
/** A folder that changes all the time is not asked for all the time. */
const LEAST_WAIT_MS = 500

export class Listing<E, P extends ListedPage<E> = ListedPage<E>> {
  /** The newest answer; undefined until the first. */
  newest: P | undefined = $state.raw()
  /** Of the last question; it is asked again by itself. */
  fault: CallFault | undefined = $state.raw()
  readonly #ask: (query: PageQuery, signal: AbortSignal) => Promise<P>
  readonly #pages: PagesInSight<E>
  #again: ReturnType<typeof setTimeout> | undefined
  /** Grows with every page that comes: what reads entries is shown anew. */
  #news = $state(0)

  constructor(ask: (query: PageQuery, signal: AbortSignal) => Promise<P>) {
    this.#ask = ask
    this.#pages = new PagesInSight<E>({
      ask: async (page, signal) => {
        const answer = await ask({ at: page * PAGE, limit: PAGE }, signal)
        this.newest = answer
        if (answer.againInMs !== undefined) this.#askAgainIn(answer.againInMs)
        return answer.items
      },
      onnews: fault => {
        if (fault !== undefined && !(fault instanceof CallFault)) throw fault
        this.fault = fault
        this.#news += 1
      },
      later: (act, ms) => {
        const timer = setTimeout(act, ms)
        return () => clearTimeout(timer)
      },
    })
  }

  /** How many entries there are; undefined until the first answer. */
  get total(): number | undefined {
    return this.newest?.total
  }

  /** Undefined while it is not known. */
  entry(at: number): E | undefined {
    return this.#news < 0 ? undefined : this.#pages.get(Math.floor(at / PAGE))?.[at % PAGE]
  }

  /** From now on these are looked at. */
  show(first: number, last: number): void {
    this.#pages.show(Math.floor(first / PAGE), Math.floor(Math.max(first, last - 1) / PAGE))
  }

  /** What is shown is asked for again; until then it stays as it is. */
  refresh(): void {
    this.#pages.refresh()
  }

  end(): void {
    clearTimeout(this.#again)
    this.#pages.end()
  }

  /** Nothing else may tell that it has changed. */
  #askAgainIn(ms: number): void {
    clearTimeout(this.#again)
    this.#again = setTimeout(() => this.refresh(), Math.max(LEAST_WAIT_MS, ms))
  }

  /** Where an entry with this name is, or would be. */
  async find(name: string, signal: AbortSignal): Promise<number> {
    return (await this.#ask({ name, limit: 1 }, signal)).from
  }
}
