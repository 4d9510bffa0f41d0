// A folder as a place to which files are uploaded.
import { type Answer, call, urlOf } from '../../api/call.ts'
import { sendFile } from '../../api/send-file.ts'
import { nameOf, parentOf } from '../../files/paths.ts'
import type { UploadTarget } from '../../files/uploads.svelte.ts'
import { makeDirectory } from './actions.ts'

export function uploadTarget(folder: string): UploadTarget {
  const params = { folder }
  return {
    send: ({ path, ...rest }) => {
      const url = urlOf('/folders/{folder}/content', params, { path, mtimeMs: rest.file.lastModified })
      return sendFile<Answer<'PUT /folders/{folder}/content'>>({ url, ...rest })
    },
    makeDirectory: path => makeDirectory(folder, path),
    etagAt: async path => {
      const query = { place: parentOf(path), name: nameOf(path), limit: 1 }
      const { items } = await call('GET /folders/{folder}/browse', { params, query })
      return items.find(entry => entry.path === path)?.etag
    },
  }
}
