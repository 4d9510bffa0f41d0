// Files of the fake service: what a test put into its folders, browsed and searched; bytes are kept in memory.
import { ApiError } from '../../src/api/errors.ts'
import type { BrowseService, ConflictService, ContentService } from '../../src/api/file-services.ts'
import type { BrowseEntry } from '../../src/api/shapes/browse.ts'
import type { Conflict } from '../../src/api/shapes/conflicts.ts'
import type { Made } from '../../src/api/shapes/content.ts'

export interface FakeFiles {
  readonly browse: BrowseService
  readonly content: ContentService
  readonly conflicts: ConflictService
}

interface Contents {
  readonly entries: readonly BrowseEntry[]
  readonly conflicts: readonly Conflict[]
}

interface FakeFileParts {
  readonly contentsOf: (folder: string) => Contents
  readonly put: (folder: string, contents: { readonly conflicts: readonly Conflict[] }) => void
}

/** `contentsOf` throws `not-found` for a folder that is not there. */
export function fakeFiles({ contentsOf, put }: FakeFileParts): FakeFiles {
  const entriesOf = (folder: string) => contentsOf(folder).entries
  /** Throws `not-found` unless all of them are there. */
  const resolve = (folder: string, paths: readonly string[]) => {
    const contents = contentsOf(folder)
    if (paths.some(path => !contents.conflicts.some(each => each.path === path)))
      throw new ApiError('not-found', 'That is no conflict copy of this folder.')
    put(folder, { conflicts: contents.conflicts.filter(each => !paths.includes(each.path)) })
    return { resolved: paths.length, paths, failed: [] }
  }
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
    conflicts: {
      list: async folder => ({ conflicts: contentsOf(folder).conflicts }),
      resolve: async (folder, { path }) => resolve(folder, [path]),
      resolveMany: async (folder, { paths }) =>
        resolve(folder, paths ?? contentsOf(folder).conflicts.map(({ path }) => path)),
      merge: async (folder, { copy }) => {
        resolve(folder, [copy])
        return made(copy, 'replaced')
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
