// What was deleted from an account's own tree, and the older versions of its files.
import { ApiError } from '../../api/errors.ts'
import type { OpenedFile } from '../../api/file-services.ts'
import type { OwnTrash, OwnVersionService } from '../../api/own-service.ts'
import type { Page } from '../../api/page.ts'
import type { OwnTrashPage } from '../../api/shapes/own.ts'
import { nameOf, type Path } from '../../model/path.ts'
import type { FileNode, Space, TrashEntry } from '../../store/space.ts'
import { rightsOn } from '../listings/own-listing.ts'
import { madeOf } from './content-service.ts'
import { upTo } from './up-to.ts'

type SpaceNow = () => Promise<Space>

export function ownTrash(spaceNow: SpaceNow): OwnTrash {
  return {
    list: async page => trashPage(page, await spaceNow()),
    restore: async id => {
      const changed = await (await spaceNow()).trash.restore(id)
      // It may be beside what is there now: where, it tells itself.
      const at = changed.as === 'done' ? changed.node?.path : undefined
      return madeOf((at ?? '') as Path, changed)
    },
    remove: async id => {
      if ((await (await spaceNow()).trash.remove(id)) === 'missing')
        throw new ApiError('not-found', 'It is not in the trash any more.')
    },
    empty: async () => (await spaceNow()).trash.empty(),
  }
}

async function trashPage({ after, limit }: Page, { trash }: Space): Promise<OwnTrashPage> {
  const items: TrashEntry[] = []
  let isPast = after === undefined
  for await (const page of trash.list()) {
    for (const entry of page) {
      if (isPast) items.push(entry)
      else isPast = entry.id === after
    }
    if (items.length > limit) break
  }
  const shown = items.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(({ id, origin, kind, size, deletedAt }) => ({
      ...{ id, path: origin, kind, sizeBytes: size, deletedAt: Math.floor(deletedAt) },
    })),
    ...(items.length > limit && last !== undefined ? { next: last.id } : {}),
  }
}

export function ownVersions(spaceNow: SpaceNow): OwnVersionService {
  return {
    list: async path => {
      const space = await spaceNow()
      const file = await fileAt(path, space)
      const versions = (await space.versions.list(file.id)).map(({ key, size, mtimeMs }) => ({
        ...{ version: key, sizeBytes: size, mtimeMs },
      }))
      return { path, mayRestore: rightsOn(file).includes('write'), versions }
    },
    open: async (path, version) => openVersion(path, version, await spaceNow()),
    restore: async (path, version) => {
      const space = await spaceNow()
      const { id } = await fileAt(path, space)
      return madeOf(path, await space.versions.restore(id, version))
    },
  }
}

async function openVersion(path: Path, key: string, space: Space): Promise<OpenedFile> {
  const { id } = await fileAt(path, space)
  const version = (await space.versions.list(id)).find(each => each.key === key)
  if (version === undefined) throw new ApiError('not-found', 'That version is not kept any more.')
  const { size, mtimeMs } = version
  return {
    ...{ name: nameOf(path), sizeBytes: size, mtimeMs, etag: `${id}-${key}-${size}` },
    bytes: ({ from, to }) => upTo(space.versions.read(id, key, from), to === undefined ? undefined : to - from + 1),
  }
}

async function fileAt(path: Path, space: Space): Promise<FileNode> {
  const file = await space.find(path)
  if (file?.kind === 'file') return file
  throw new ApiError('not-found', `There is no file '${path}'.`)
}
