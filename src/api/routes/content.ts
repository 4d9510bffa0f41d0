// Files and directories changed through the API. Their bytes go through `content-routes.ts`.
import { pathOf } from '../parse-path.ts'
import { topic } from '../route.ts'
import { Deleted, Deletion, DirectoryDraft, Made, Move } from '../shapes/content.ts'
import { InFolder } from './parts.ts'

const route = topic('files')

export const CONTENT_ROUTES = [
  route('POST /folders/:folder/content/directory', {
    id: 'makeDirectory',
    summary: 'Make a directory',
    params: InFolder,
    body: DirectoryDraft,
    answer: Made,
    status: 201,
    handle: (service, { params, body, signal }) =>
      service.content.makeDirectory(params.folder, pathOf(body.path), signal),
  }),
  route('POST /folders/:folder/content/move', {
    id: 'moveContent',
    summary: 'Rename or move a file or directory',
    params: InFolder,
    body: Move,
    answer: Made,
    handle: (service, { params, body, signal }) => {
      const { from, to, replace = false, etag } = body
      return service.content.move(params.folder, { from: pathOf(from), to: pathOf(to), replace, etag }, signal)
    },
  }),
  route('POST /folders/:folder/content/delete', {
    id: 'deleteContent',
    summary: 'Move files and directories to the trash',
    params: InFolder,
    body: Deletion,
    answer: Deleted,
    handle: (service, { params, body, signal }) => {
      const items = body.items.map(({ path, ...rest }) => ({ path: pathOf(path), ...rest }))
      return service.content.remove(params.folder, items, signal)
    },
  }),
]
