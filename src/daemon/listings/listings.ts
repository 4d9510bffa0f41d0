// The names in a directory in the order in which somebody looks at them: sorted once, and kept while pages of it are asked for.
import { setImmediate } from 'node:timers/promises'
import type { FolderIndex, NameRow } from '../../index/folder-index.ts'
import { nameOf, type Path, type Place } from '../../model/path.ts'
import { compareKeyed, orderKey } from './name-order.ts'
import { sortInSteps } from './sort-in-steps.ts'

export interface ListingAsked {
  readonly place: Place
  readonly sort: 'name' | 'size' | 'time'
  readonly order: 'up' | 'down'
}

/** Directories first. */
export interface Listing {
  readonly names: readonly string[]
  readonly directories: number
}

/** As it is, or as it was a moment ago: then whoever wants it as it is asks again after so long. */
export interface ListingNow {
  readonly listing: Listing
  readonly againInMs?: number
}

interface Held {
  readonly listing: Listing
  readonly sequence: number
  readonly builtAt: number
  readonly tookMs: number
}

/** Names read at once: in between, others have their turn. */
const PAGE = 2000
/** How many names are kept in all, and how many listings. */
const MOST_NAMES = 400_000
const MOST_LISTINGS = 6
/** A large listing of a folder that changes all the time is made anew only after this many times what that takes. */
const REST = 10
const NEVER_STALE_MS = 20

export class Listings {
  readonly #index: Pick<FolderIndex, 'sequence' | 'namesIn'>
  readonly #now: () => number
  /** The one that was asked for last comes last. */
  readonly #held = new Map<string, Held>()

  constructor(index: Pick<FolderIndex, 'sequence' | 'namesIn'>, now: () => number) {
    this.#index = index
    this.#now = now
  }

  async of(asked: ListingAsked, signal: AbortSignal): Promise<ListingNow> {
    const key = JSON.stringify([asked.place, asked.sort, asked.order])
    const known = this.#held.get(key)
    const held = known !== undefined && this.#isGood(known) ? known : await this.#build(asked, signal)
    this.#held.delete(key)
    this.#held.set(key, held)
    this.#makeRoom()
    const { listing, sequence } = held
    if (sequence === this.#index.sequence) return { listing }
    return { listing, againInMs: Math.ceil(Math.max(1, this.#restOf(held))) }
  }

  #isGood(held: Held): boolean {
    return held.sequence === this.#index.sequence || this.#restOf(held) > 0
  }

  /** For how long it is not made anew, in milliseconds. */
  #restOf({ builtAt, tookMs }: Held): number {
    return tookMs > NEVER_STALE_MS ? tookMs * REST - Math.abs(this.#now() - builtAt) : 0
  }

  async #build(asked: ListingAsked, signal: AbortSignal): Promise<Held> {
    const { sequence } = this.#index
    const from = this.#now()
    const listing = await listingOf(this.#rows(asked.place, signal), asked, signal)
    const builtAt = this.#now()
    return { listing, sequence, builtAt, tookMs: builtAt - from }
  }

  async *#rows(place: Place, signal: AbortSignal): AsyncGenerator<NameRow> {
    for (let after = ''; ; ) {
      const page = this.#index.namesIn(place, after, PAGE)
      yield* page
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) return
      after = last.path
      await setImmediate(undefined, { signal })
    }
  }

  #makeRoom(): void {
    const count = () => [...this.#held.values()].reduce((sum, { listing }) => sum + listing.names.length, 0)
    while (this.#held.size > MOST_LISTINGS || (this.#held.size > 1 && count() > MOST_NAMES)) {
      const [oldest] = this.#held.keys()
      if (oldest === undefined) return
      this.#held.delete(oldest)
    }
  }
}

/** What the order of an entry depends on. */
export interface ListedRow {
  readonly path: Path
  readonly kind: string
  readonly size: number
  readonly mtimeMs: number
}

/** Sorts what comes in any order. */
export async function listingOf(
  rows: AsyncIterable<ListedRow>,
  asked: Omit<ListingAsked, 'place'>,
  signal: AbortSignal,
): Promise<Listing> {
  const directories: Sortable[] = []
  const others: Sortable[] = []
  for await (const row of rows) (row.kind === 'directory' ? directories : others).push(sortable(row))
  const compare = comparing(asked)
  const sorted = [await sortInSteps(directories, compare, signal), await sortInSteps(others, compare, signal)]
  const names = sorted.flatMap(each => each.map(({ name }) => name))
  return { names, directories: directories.length }
}

interface Sortable {
  readonly name: string
  readonly key: string
  readonly size: number
  readonly mtimeMs: number
}

function sortable({ path, size, mtimeMs }: ListedRow): Sortable {
  const name = nameOf(path)
  return { name, key: orderKey(name), size, mtimeMs }
}

function comparing({ sort, order }: Omit<ListingAsked, 'place'>): (a: Sortable, b: Sortable) => number {
  const up = {
    name: compareKeyed,
    size: (a: Sortable, b: Sortable) => a.size - b.size || compareKeyed(a, b),
    time: (a: Sortable, b: Sortable) => a.mtimeMs - b.mtimeMs || compareKeyed(a, b),
  }[sort]
  return order === 'up' ? up : (a, b) => up(b, a)
}
