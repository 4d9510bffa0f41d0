// The past of a folder: versions of a file, the folder as it was, and what happened lately.
import * as v from 'valibot'
import { pathOf, placeOf } from '../parse-path.ts'
import { topic } from '../route.ts'
import {
  ChangePage,
  FileHistory,
  PastPreview,
  PastRestore,
  PastRestored,
  Undone,
  UndoRequest,
  VersionQuery,
} from '../shapes/history.ts'
import { Restored } from '../shapes/revisions.ts'
import { PathText, PlaceText } from '../shapes/shape.ts'
import { InFolder, PageQuery, pageOf } from './parts.ts'

const route = topic('history')

export const HISTORY_ROUTES = [
  route('GET /folders/:folder/history', {
    id: 'fileHistory',
    summary: 'Older versions of a file, the newest first',
    params: InFolder,
    query: v.object({ path: PathText, ...PageQuery }),
    answer: FileHistory,
    handle: (service, { params, query }) => service.history.file(params.folder, pathOf(query.path), pageOf(query)),
  }),
  route('POST /folders/:folder/history/restore', {
    id: 'restoreVersion',
    summary: 'Put an older version in place; what is there goes to the trash',
    params: InFolder,
    body: v.strictObject(VersionQuery),
    answer: Restored,
    handle: (service, { params, body, signal }) =>
      service.history.restore(params.folder, pathOf(body.path), body.revision, signal),
  }),
  route('GET /folders/:folder/history/at', {
    id: 'previewPast',
    summary: 'What is other than it was at a time',
    params: InFolder,
    query: v.object({
      at: v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number)),
      place: v.exactOptional(PlaceText),
      ...PageQuery,
    }),
    answer: PastPreview,
    handle: (service, { params, query, signal }) => {
      const asked = { at: query.at, place: placeOf(query.place) }
      return service.history.preview(params.folder, asked, pageOf(query), signal)
    },
  }),
  route('POST /folders/:folder/history/restore-at', {
    id: 'restorePast',
    summary: 'Make a directory, or some paths, as they were at a time; can be undone',
    params: InFolder,
    body: PastRestore,
    answer: PastRestored,
    handle: (service, { params, body, signal }) => {
      const { place, paths, ...rest } = body
      const which = paths === undefined ? {} : { paths: paths.map(pathOf) }
      return service.history.restorePast(params.folder, { ...rest, ...which, place: placeOf(place) }, signal)
    },
  }),
  route('GET /folders/:folder/changes', {
    id: 'listChanges',
    summary: 'What happened lately: who, what and where; the newest first',
    params: InFolder,
    query: v.object({ place: v.exactOptional(PlaceText), ...PageQuery }),
    answer: ChangePage,
    handle: (service, { params, query }) => service.history.changes(params.folder, placeOf(query.place), pageOf(query)),
  }),
  route('POST /folders/:folder/changes/undo', {
    id: 'undoChange',
    summary: 'Take one change back; what is there goes to the trash',
    params: InFolder,
    body: UndoRequest,
    answer: Undone,
    handle: (service, { params, body, signal }) => service.history.undo(params.folder, body.change, signal),
  }),
]
