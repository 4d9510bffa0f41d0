// The trash of a folder.
import * as v from 'valibot'
import { pathOf, placeOf } from '../parse-path.ts'
import { topic } from '../route.ts'
import { Restored, RestoreRequest, RevisionPage } from '../shapes/revisions.ts'
import { Bytes, Count, PlaceText } from '../shapes/shape.ts'
import { InFolder, PageQuery, pageOf } from './parts.ts'

const route = topic('trash')

export const REVISION_ROUTES = [
  route('GET /folders/:folder/trash', {
    id: 'listTrash',
    summary: 'What runs deleted or replaced, the newest first',
    params: InFolder,
    query: v.object({ place: v.exactOptional(PlaceText), ...PageQuery }),
    answer: RevisionPage,
    handle: (service, { params, query }) => service.revisions.list(params.folder, placeOf(query.place), pageOf(query)),
  }),
  route('POST /folders/:folder/trash/restore', {
    id: 'restore',
    summary: 'Bring back a file, or the missing files of a directory',
    params: InFolder,
    body: RestoreRequest,
    answer: Restored,
    handle: (service, { params, body: { path, ...request } }) =>
      service.revisions.restore(params.folder, pathOf(path), request),
  }),
  route('POST /folders/:folder/trash/sweep', {
    id: 'sweepTrash',
    summary: 'Remove for good what was kept for longer',
    params: InFolder,
    body: v.strictObject({ olderThanMs: Count }),
    answer: v.object({ removed: Count, removedBytes: Bytes }),
    handle: (service, { params, body }) => service.revisions.sweep(params.folder, body.olderThanMs),
  }),
]
