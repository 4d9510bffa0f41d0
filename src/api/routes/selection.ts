// What this device keeps of a folder.
import * as v from 'valibot'
import { pathOf, placeOf } from '../parse-path.ts'
import { topic } from '../route.ts'
import { Selection, SelectionChange, SelectionPage } from '../shapes/selection.ts'
import { PlaceText } from '../shapes/shape.ts'
import { InFolder } from './parts.ts'

const route = topic('selection')

export const SELECTION_ROUTES = [
  route('GET /folders/:folder/selection', {
    id: 'readSelection',
    summary: 'Which directories are not kept on this device',
    params: InFolder,
    answer: Selection,
    handle: (service, { params }) => service.selection.read(params.folder),
  }),
  route('POST /folders/:folder/selection', {
    id: 'changeSelection',
    summary: 'Keep directories, and no longer keep others: what the remote has of them goes from here, and stays there',
    params: InFolder,
    body: SelectionChange,
    answer: Selection,
    handle: (service, { params, body: { select = [], deselect = [] } }) =>
      service.selection.change(params.folder, { select: select.map(pathOf), deselect: deselect.map(pathOf) }),
  }),
  route('GET /folders/:folder/selection/directories', {
    id: 'listSelection',
    summary:
      'The directories in a place, and whether they are kept; those that are only there, too, where the remote is asked',
    params: InFolder,
    query: v.object({
      place: v.exactOptional(PlaceText),
      ask: v.exactOptional(v.picklist(['index', 'remote'])),
    }),
    answer: SelectionPage,
    handle: (service, { params, query, signal }) =>
      service.selection.list(params.folder, placeOf(query.place), query.ask ?? 'index', signal),
  }),
]
