// The names in the directories of spaces, sorted once and kept while pages of them are asked for.
import { setImmediate } from 'node:timers/promises'
import type { DirectoryNode, Etag, Space } from '../../store/space.ts'
import { type ListedRow, type Listing, type ListingAsked, listingOf } from './listings.ts'

export interface SpaceListingAsked extends Omit<ListingAsked, 'place'> {
  /** Whose tree it is: two of them have different things at the same place. */
  readonly of: string
  readonly space: Space
  /** As it is now. */
  readonly directory: DirectoryNode
}

const MOST_NAMES = 400_000
const MOST_LISTINGS = 12

/** A directory's etag is another one with every change at or below it: what was sorted for one is good as long as it is that. */
export class SpaceListings {
  /** The one that was asked for last comes last. */
  readonly #held = new Map<string, { readonly etag: Etag; readonly listing: Listing }>()

  async of({ of, space, directory, sort, order }: SpaceListingAsked, signal: AbortSignal): Promise<Listing> {
    const { path, etag } = directory
    const key = JSON.stringify([of, path, sort, order])
    const known = this.#held.get(key)
    const isGood = known?.etag === etag
    const listing = isGood ? known.listing : await listingOf(rowsIn(space, directory, signal), { sort, order }, signal)
    this.#held.delete(key)
    this.#held.set(key, { etag, listing })
    this.#makeRoom()
    return listing
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

async function* rowsIn(space: Space, { path }: DirectoryNode, signal: AbortSignal): AsyncGenerator<ListedRow> {
  for await (const page of space.list(path)) {
    for (const node of page) if (node.path !== '') yield { ...node, path: node.path }
    // In between, others have their turn.
    await setImmediate(undefined, { signal })
  }
}
