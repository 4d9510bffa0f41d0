// Conflict copies: the inbox, and what is decided.
import * as v from 'valibot'
import { pathOf, placeOf } from '../parse-path.ts'
import { topic } from '../route.ts'
import { ConflictPage, Resolution, ResolutionOfMany, Resolved } from '../shapes/conflicts.ts'
import { InFolder, PageQuery, pageOf } from './parts.ts'

const route = topic('conflicts')

export const CONFLICT_ROUTES = [
  route('GET /folders/:folder/conflicts', {
    id: 'listConflicts',
    summary: 'Conflict copies with both versions, and where they come from',
    params: InFolder,
    query: v.object(PageQuery),
    answer: ConflictPage,
    handle: (service, { params, query, signal }) => service.conflicts.list(params.folder, pageOf(query), signal),
  }),
  route('POST /folders/:folder/conflicts/resolve', {
    id: 'resolveConflict',
    summary: 'Keep the original, the copy or both; what goes, goes to the trash',
    params: InFolder,
    body: Resolution,
    answer: Resolved,
    handle: (service, { params, body, signal }) => {
      const { path, as, ...rest } = body
      const named = as === undefined ? {} : { as: pathOf(as) }
      return service.conflicts.resolve(params.folder, { path: pathOf(path), ...named, ...rest }, signal)
    },
  }),
  route('POST /folders/:folder/conflicts/resolve-many', {
    id: 'resolveConflicts',
    summary: 'The same for several conflicts, or for all at and below a place',
    params: InFolder,
    body: ResolutionOfMany,
    answer: Resolved,
    handle: (service, { params, body: { keep, paths, place }, signal }) => {
      const which = paths === undefined ? { place: placeOf(place) } : { paths: paths.map(pathOf) }
      return service.conflicts.resolveMany(params.folder, { keep, ...which }, signal)
    },
  }),
]
