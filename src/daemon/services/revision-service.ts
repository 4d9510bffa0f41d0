// The trash of folders.
import type { Page, RevisionService } from '../../api/service.ts'
import type { Revision, RevisionPage } from '../../api/shapes/revisions.ts'
import { asSyncError, SyncError } from '../../model/errors.ts'
import { type Path, type Place, parentOf } from '../../model/path.ts'
import type { Revision as Kept } from '../../revisions/revisions.ts'
import { type RestoredFile, restorePath, restoreRevision } from '../../sync/restore.ts'
import type { FolderSession } from '../folders/folder-session.ts'
import { type ServiceParts, sessionOf } from './service-parts.ts'

export function revisionService(parts: ServiceParts): RevisionService {
  return {
    list: (folder, place, page) => list(sessionOf(parts, folder), folder, place, page),
    restore: async (folder, path, { at, revision }) => {
      const session = sessionOf(parts, folder)
      const { folder: open, files } = session.local
      const restoring = { tree: files.tree, revisions: open.revisions }
      return open.home.alone([path], async () => {
        const files =
          revision === undefined
            ? restorePath(path, at, restoring)
            : one(restoreRevision(await revisionOf(session, path, revision), restoring))
        const told = await collect(files, path)
        for (const { path: back } of told.restored) session.hub.hint(parentOf(back as Path), 'below')
        return told
      })
    },
    sweep: async (folder, olderThanMs) => {
      const { removed, bytes } = await sessionOf(parts, folder).local.folder.revisions.sweep({ olderThanMs })
      return { removed, removedBytes: bytes }
    },
  }
}

async function list(
  { local }: FolderSession,
  folder: string,
  place: Place,
  { after, limit }: Page,
): Promise<RevisionPage> {
  const items: Revision[] = []
  let isPast = after === undefined
  for await (const kept of local.folder.revisions.list(place)) {
    if (!isPast) isPast = kept.id === after
    else if (items.length === limit) return { folder, items, next: items.at(-1)?.id ?? '' }
    else items.push(shownRevision(kept))
  }
  return { folder, items }
}

function shownRevision({ id, path, why, keptAt, kind, size, mtimeNs }: Kept): Revision {
  return { id, path, why, keptAt: Math.floor(keptAt), kind, sizeBytes: size, mtimeMs: Number(mtimeNs / 1000n) / 1000 }
}

async function revisionOf({ local }: FolderSession, path: Path, id: string): Promise<Kept> {
  for await (const kept of local.folder.revisions.list(path)) if (kept.id === id) return kept
  throw new SyncError('missing', `That version of '${path}' is not in the trash any more.`, { path })
}

async function* one(restored: Promise<RestoredFile>): AsyncGenerator<RestoredFile> {
  yield await restored
}

/** What came back until something went wrong, if it did. */
async function collect(files: AsyncIterable<RestoredFile>, path: Path) {
  const restored: { path: string; keptAt: number }[] = []
  try {
    for await (const { revision } of files) restored.push({ path: revision.path, keptAt: Math.floor(revision.keptAt) })
  } catch (error) {
    if (restored.length === 0) throw error
    const { code, message, path: at } = asSyncError(error, path)
    return { restored, failed: [{ path: at ?? path, code, message }] }
  }
  return { restored, failed: [] }
}
