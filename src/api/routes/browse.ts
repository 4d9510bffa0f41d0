// Looking around in a folder.
import * as v from 'valibot'
import { ApiError } from '../errors.ts'
import type { PageStart } from '../file-services.ts'
import { pathOf, placeOf } from '../parse-path.ts'
import { topic } from '../route.ts'
import { BrowseOrder, BrowsePage, BrowseSort, FoundPage } from '../shapes/browse.ts'
import { PlaceText, text } from '../shapes/shape.ts'
import { InFolder, queryNumber } from './parts.ts'

const route = topic('files')

const cursor = v.exactOptional(text(8192))
const position = v.exactOptional(v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number)))

export const BROWSE_ROUTES = [
  route('GET /folders/:folder/browse', {
    id: 'browse',
    summary:
      'What is in a directory, and the state of each entry; a page beside another, from a number on, or at a name',
    params: InFolder,
    query: v.object({
      place: v.exactOptional(PlaceText),
      sort: v.exactOptional(BrowseSort),
      order: v.exactOptional(BrowseOrder),
      ...{ after: cursor, before: cursor, at: position, name: v.exactOptional(text(255)) },
      limit: queryNumber(1, 1000, 200),
    }),
    answer: BrowsePage,
    handle: (service, { params, query, signal }) => {
      const { place, sort = 'name', order = 'up', limit } = query
      return service.browse.list(params.folder, placeOf(place), { start: startOf(query), limit, sort, order }, signal)
    },
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
