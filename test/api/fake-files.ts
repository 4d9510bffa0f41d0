// Files of the fake service: what a test put into its folders, browsed and searched; bytes are kept in memory.
import { ApiError } from '../../src/api/errors.ts'
import type { BrowseService, ContentService } from '../../src/api/file-services.ts'
import type { BrowseEntry } from '../../src/api/shapes/browse.ts'
import type { Made } from '../../src/api/shapes/content.ts'

export interface FakeFiles {
  readonly browse: BrowseService
  readonly content: ContentService
}

/** `entriesOf` throws `not-found` for a folder that is not there. */
export function fakeFiles(entriesOf: (folder: string) => readonly BrowseEntry[]): FakeFiles {
  const bytes = new Map<string, Buffer>()
  const made = (path: string, as: Made['as'], kind: Made['kind'] = 'file'): Made => ({
    ...{
      path,
      kind,
      etag: `e${bytes.get(path)?.length ?? 0}`,
      sizeBytes: bytes.get(path)?.length ?? 0,
      mtimeMs: 0,
      as,
    },
  })
  return {
    browse: {
      list: async (folder, place, { start, limit }) => {
        const all = entriesOf(folder).filter(({ path }) => path.split('/').slice(0, -1).join('/') === place)
        const from = 'at' in start ? start.at : 'after' in start ? Number(start.after) + 1 : 0
        const items = all.slice(from, from + limit)
        const last = from + items.length
        const directories = all.filter(({ kind }) => kind === 'directory').length
        const next = last < all.length ? { next: String(last - 1) } : {}
        return { place, items, from, total: all.length, directories, ...next }
      },
      search: async (folder, { text, limit }) => {
        const all = entriesOf(folder)
        return { items: all.filter(({ name }) => name.includes(text)).slice(0, limit), examined: all.length }
      },
    },
    content: {
      open: async (folder, path) => {
        entriesOf(folder)
        const found = bytes.get(path)
        if (found === undefined) throw new ApiError('not-found', `There is no file '${path}'.`)
        return {
          ...{ name: path.split('/').at(-1) ?? '', sizeBytes: found.length, mtimeMs: 0, etag: `e${found.length}` },
          bytes: async function* ({ from, to }) {
            yield found.subarray(from, to === undefined ? undefined : to + 1)
          },
        }
      },
      upload: async (folder, { path, bytes: sent, when }) => {
        entriesOf(folder)
        const before = bytes.get(path)
        if (before !== undefined && when === 'absent') throw new ApiError('exists', `${path} is there already.`)
        if (typeof when !== 'string' && !when.includes(`e${before?.length}`))
          throw new ApiError('stale', `${path} is another one.`)
        const pieces: Uint8Array[] = []
        for await (const piece of sent) pieces.push(piece)
        bytes.set(path, Buffer.concat(pieces))
        return made(path, before === undefined ? 'created' : 'replaced')
      },
      makeDirectory: async (folder, path) => {
        entriesOf(folder)
        return made(path, 'created', 'directory')
      },
      move: async (folder, { from, to }) => {
        entriesOf(folder)
        const moved = bytes.get(from)
        if (moved === undefined) throw new ApiError('not-found', `${from} is not there.`)
        bytes.delete(from)
        bytes.set(to, moved)
        return made(to, 'created')
      },
      remove: async (folder, items) => {
        entriesOf(folder)
        for (const { path } of items) bytes.delete(path)
        return { deleted: items.map(({ path }) => path), failed: [] }
      },
    },
  }
}
