// Looking around in a folder.
import * as v from 'valibot'
import { ApiError } from '../errors.ts'
import type { BrowseQuery, PageStart } from '../file-services.ts'
import { pathOf, placeOf } from '../parse-path.ts'
import { topic } from '../route.ts'
import { BrowseOrder, BrowsePage, BrowseSort, FoundPage } from '../shapes/browse.ts'
import { PlaceText, type Shape, text } from '../shapes/shape.ts'
import { InFolder, queryNumber } from './parts.ts'

const route = topic('files')

/** What says which page of a directory is wanted. */
export const BrowseQueryParts = {
  place: v.exactOptional(PlaceText),
  sort: v.exactOptional(BrowseSort),
  order: v.exactOptional(BrowseOrder),
  after: v.exactOptional(text(8192)),
  before: v.exactOptional(text(8192)),
  at: v.exactOptional(v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number))),
  name: v.exactOptional(text(255)),
  limit: queryNumber(1, 1000, 200),
}
const cursor = v.exactOptional(text(8192))

export const BROWSE_ROUTES = [
  route('GET /folders/:folder/browse', {
    id: 'browse',
    summary:
      'What is in a directory, and the state of each entry; a page beside another, from a number on, or at a name',
    params: InFolder,
    query: v.object(BrowseQueryParts),
    answer: BrowsePage,
    handle: (service, { params, query, signal }) =>
      service.browse.list(params.folder, placeOf(query.place), browseQueryOf(query), signal),
  }),
  route('GET /folders/:folder/search', {
    id: 'search',
    summary: 'Entries whose names hold a text, anywhere below a place',
    params: InFolder,
    query: v.object({
      text: text(255, 1),
      place: v.exactOptional(PlaceText),
      after: cursor,
      limit: queryNumber(1, 1000, 100),
    }),
    answer: FoundPage,
    handle: (service, { params, query, signal }) => {
      const after = query.after === undefined ? undefined : pathOf(query.after)
      const asked = { text: query.text, place: placeOf(query.place), after, limit: query.limit }
      return service.browse.search(params.folder, asked, signal)
    },
  }),
]

/** Throws `invalid` where it says twice where to begin. */
export function browseQueryOf(query: Shape<v.ObjectSchema<typeof BrowseQueryParts, undefined>>): BrowseQuery {
  const { sort = 'name', order = 'up', limit } = query
  return { start: startOf(query), limit, sort, order }
}

interface Starts {
  readonly after?: string | undefined
  readonly before?: string | undefined
  readonly at?: number | undefined
  readonly name?: string | undefined
}

function startOf({ after, before, at, name }: Starts): PageStart {
  if ([after, before, at, name].filter(each => each !== undefined).length > 1)
    throw new ApiError('invalid', "Only one of 'after', 'before', 'at' and 'name' says where a page begins.")
  if (after !== undefined) return { after }
  if (before !== undefined) return { before }
  return name === undefined ? { at: at ?? 0 } : { name }
}
