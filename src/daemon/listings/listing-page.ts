// One page of a directory: which names are on it, and what to ask for before and after.
import { ApiError } from '../../api/errors.ts'
import type { BrowseQuery, PageStart } from '../../api/file-services.ts'
import type { Listing } from './listings.ts'
import { orderKey } from './name-order.ts'

export interface ListingPage {
  readonly names: readonly string[]
  /** Where the first of them is in the whole list. */
  readonly from: number
  readonly total: number
  readonly directories: number
  readonly previous?: string
  readonly next?: string
}

/** Throws `invalid` for a cursor that is none of ours. */
export function listingPage({ names, directories }: Listing, query: BrowseQuery): ListingPage {
  const from = fromOf(query, { names, directories })
  const to = 'before' in query.start ? beginOf(query.start.before, names) : from + query.limit
  const shown = names.slice(from, to)
  return {
    ...{ names: shown, from, total: names.length, directories },
    ...(from === 0 ? {} : { previous: cursorAt(from, names) }),
    ...(from + shown.length >= names.length ? {} : { next: cursorAt(from + shown.length - 1, names) }),
  }
}

function fromOf({ start, limit, sort, order }: BrowseQuery, listing: Listing): number {
  const { names } = listing
  if ('at' in start) return Math.min(start.at, names.length)
  if ('after' in start) return Math.min(beginOf(start.after, names) + 1, names.length)
  if ('before' in start) return Math.max(0, beginOf(start.before, names) - limit)
  return placeOfName(start, listing, sort === 'name' && order === 'up')
}

/** A cursor names an entry and where it was: it is found again although others came or went. */
function cursorAt(position: number, names: readonly string[]): string {
  return JSON.stringify([position, names[position] ?? ''])
}

function beginOf(cursor: string, names: readonly string[]): number {
  const [position, name] = parsedCursor(cursor)
  if (names[position] === name) return position
  const found = names.indexOf(name)
  return found >= 0 ? found : Math.min(position, names.length)
}

function parsedCursor(cursor: string): readonly [number, string] {
  try {
    const parsed: unknown = JSON.parse(cursor)
    if (Array.isArray(parsed) && Number.isSafeInteger(parsed[0]) && parsed[0] >= 0 && typeof parsed[1] === 'string')
      return [parsed[0], parsed[1]]
  } catch {
    // Told below.
  }
  throw new ApiError('invalid', "'after' and 'before' are the 'next' and 'previous' of a page.")
}

function placeOfName(
  { name }: Extract<PageStart, { name: string }>,
  { names, directories }: Listing,
  isByName: boolean,
) {
  const exact = names.indexOf(name)
  if (exact >= 0 || !isByName) return Math.max(0, exact)
  const key = orderKey(name)
  const after = names.findIndex((each, at) => at >= directories && orderKey(each) >= key)
  return after < 0 ? names.length : after
}
