// Single paths of a folder: why, what is not in sync.
import * as v from 'valibot'
import { pathOf } from '../parse-path.ts'
import { topic } from '../route.ts'
import { DifferingPage, UnsyncedPage, Why } from '../shapes/paths.ts'
import { Id, PathText } from '../shapes/shape.ts'
import { InFolder, PageQuery, pageOf } from './parts.ts'

const route = topic('paths')

export const PATH_ROUTES = [
  route('GET /folders/:folder/why', {
    id: 'why',
    summary: 'Why a path is as it is',
    params: InFolder,
    query: v.object({ path: PathText, ask: v.exactOptional(v.picklist(['records', 'remotes'])) }),
    answer: Why,
    handle: (service, { params, query, signal }) =>
      service.paths.why(params.folder, pathOf(query.path), query.ask ?? 'records', signal),
  }),
  route('GET /folders/:folder/unsynced', {
    id: 'listUnsynced',
    summary: 'Paths that are not in sync, each with its reason',
    params: InFolder,
    query: v.object({ remote: v.exactOptional(Id), ...PageQuery }),
    answer: UnsyncedPage,
    handle: (service, { params, query }) => service.paths.unsynced(params.folder, query.remote, pageOf(query)),
  }),
  route('GET /folders/:folder/differing', {
    id: 'listDiffering',
    summary: 'Of a folder that only sends or only receives: the paths that override or revert are about',
    params: InFolder,
    query: v.object(PageQuery),
    answer: DifferingPage,
    handle: (service, { params, query, signal }) => service.paths.differing(params.folder, pageOf(query), signal),
  }),
]
