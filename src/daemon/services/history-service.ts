// The past of folders: versions of files, how a folder was at a time, what happened lately, and the way back.
import { ApiError } from '../../api/errors.ts'
import type { HistoryService, OpenedFile } from '../../api/file-services.ts'
import type { Page } from '../../api/page.ts'
import type { ChangePage, FileHistory, FileVersion, PastPreview } from '../../api/shapes/history.ts'
import { nameOf, type Path, type Place } from '../../model/path.ts'
import type { Revision } from '../../revisions/revisions.ts'
import { etagOfRow } from '../../sync/folder-nodes.ts'
import type { FolderSession } from '../folders/folder-session.ts'
import { ownedSpace } from './content-service.ts'
import { gitVersion, openFromGit, restoreFromGit, versionsInGit } from './git-versions.ts'
import { restorePast, restoreVersion } from './go-back.ts'
import { differencesSince, msOf } from './past-state.ts'
import { sessionOf } from './service-parts.ts'
import type { SpaceParts } from './space-parts.ts'
import { canUndo, undoChange } from './undo.ts'
import { upTo } from './up-to.ts'

export function historyService(parts: SpaceParts): HistoryService {
  const open = async (folder: string) => {
    const space = await ownedSpace(parts, folder)
    return { session: sessionOf(parts, folder), space, world: parts.world }
  }
  return {
    file: (folder, path, page) => fileHistory(path, page, sessionOf(parts, folder)),
    open: async (folder, path, revision) => openVersion(path, revision, sessionOf(parts, folder)),
    restore: async (folder, path, revision, signal) => {
      const opened = await open(folder)
      const inGit = gitVersion(revision)
      if (inGit !== undefined) return restoreFromGit(path, inGit, opened, signal)
      const kept = await versionOf(path, revision, opened.session)
      await restoreVersion(kept, path, opened, signal)
      return { restored: [{ path, keptAt: Math.floor(kept.keptAt) }], failed: [] }
    },
    preview: (folder, asked, page, signal) => preview(asked, page, sessionOf(parts, folder), signal),
    restorePast: async (folder, request, signal) => restorePast(request, await open(folder), signal),
    changes: async (folder, place, page) => changes(place, page, sessionOf(parts, folder)),
    undo: async (folder, change, signal) => undoChange(change, await open(folder), signal),
  }
}

// --- a file ------------------------------------------------------------------------------------------------------------------

async function fileHistory(path: Path, { after, limit }: Page, session: FolderSession): Promise<FileHistory> {
  const { past, local } = session
  await past.catalogue.refresh()
  const { index } = local.files
  const before = after === undefined ? Number.MAX_SAFE_INTEGER : numberOf(after)
  const row = index.row(path)
  const earlier = row === undefined ? [] : index.formerPaths(row.node).map(former => ({ ...former }))
  const versions = [
    ...past.catalogue.of(path, before, limit + 1),
    ...earlier.flatMap(({ path: at, until }) => past.catalogue.of(at, Math.min(before, until + 1), limit + 1)),
  ].map(version => versionShown(version, session))
  const inGit = (await versionsInGit(path, before, limit + 1, session)) ?? []
  const all = [...versions, ...inGit].sort((a, b) => b.keptAt - a.keptAt)
  const shown = all.slice(0, limit)
  const last = shown.at(-1)
  return {
    path,
    ...currentOf(path, session),
    versions: shown,
    ...(last !== undefined && all.length > limit ? { next: String(last.keptAt) } : {}),
  }
}

function currentOf(path: Path, { local }: FolderSession): Pick<FileHistory, 'current'> {
  const row = local.files.index.row(path)
  if (row === undefined || row.state.kind === 'deleted') return {}
  const { state } = row
  const etag = etagOfRow(row)
  return {
    current: {
      kind: state.kind,
      ...(state.kind === 'file' ? { sizeBytes: state.size, mtimeMs: msOf(state.mtimeNs) } : {}),
      ...(etag === undefined ? {} : { etag }),
    },
  }
}

function versionShown({ id, path, keptAt, why, kind, size, mtimeNs }: Revision, { past }: FolderSession): FileVersion {
  const by = past.log.authorOf(id, path)
  return {
    ...{ revision: id, path, keptAt: Math.floor(keptAt), why, store: 'trash', kind },
    ...{ sizeBytes: size, mtimeMs: msOf(mtimeNs) },
    ...(by === undefined ? {} : { by }),
  }
}

async function versionOf(path: Path, revision: string, { past }: FolderSession): Promise<Revision> {
  await past.catalogue.refresh()
  const kept = past.catalogue.byId(revision)
  if (kept !== undefined) return kept
  throw new ApiError('not-found', `That version of '${path}' is not kept any more.`)
}

async function openVersion(path: Path, revision: string, session: FolderSession): Promise<OpenedFile> {
  const inGit = gitVersion(revision)
  if (inGit !== undefined) return openFromGit(path, inGit, session)
  const kept = await versionOf(path, revision, session)
  if (kept.kind !== 'file') throw new ApiError('not-found', `That version of '${path}' is a link.`)
  const { revisions } = session.local.folder
  return {
    ...{ name: nameOf(kept.path), sizeBytes: kept.size, mtimeMs: msOf(kept.mtimeNs), etag: etagOfVersion(kept) },
    bytes: ({ from, to }) => upTo(revisions.read(kept, from), to === undefined ? undefined : to - from + 1),
  }
}

/** It never changes. */
function etagOfVersion({ id }: Revision): string {
  return Buffer.from(id).toString('base64url').slice(0, 150)
}

// --- the folder as it was ----------------------------------------------------------------------------------------------------

async function preview(
  { at, place }: { readonly at: number; readonly place: Place },
  { after, limit }: Page,
  { past, local }: FolderSession,
  signal: AbortSignal,
): Promise<PastPreview> {
  const counts = { bringBack: 0, replace: 0, remove: 0, moveBack: 0, bytes: 0 }
  const items: PastPreview['items'][number][] = []
  let isMore = false
  for await (const { kept: _, ...each } of differencesSince(at, place, { past, index: local.files.index }, signal)) {
    counts[COUNTED[each.change]] += 1
    if (each.change === 'bring-back' || each.change === 'replace') counts.bytes += each.sizeBytes
    if (after !== undefined && each.path <= after) continue
    if (items.length < limit) items.push(each)
    else isMore = true
  }
  const since = past.log.since()
  const last = items.at(-1)
  return {
    ...{ at, place, counts, items, remarks: remarksOn(at, since, past.log.hasGapsSince(at)) },
    ...(isMore && last !== undefined ? { next: last.path } : {}),
    ...(since === undefined ? {} : { knownSince: since }),
  }
}

const COUNTED = { 'bring-back': 'bringBack', replace: 'replace', remove: 'remove', 'move-back': 'moveBack' } as const

function remarksOn(at: number, since: number | undefined, hasGaps: boolean): string[] {
  const remarks = ['What was changed on this device itself before it was replaced from elsewhere is not kept.']
  if (since === undefined || since > at)
    remarks.push('That is before changes were written down: which files came since cannot be told.')
  if (hasGaps) remarks.push('So much changed at once since then that not every change was written down.')
  return remarks
}

// --- what happened -----------------------------------------------------------------------------------------------------------

async function changes(place: Place, { after, limit }: Page, session: FolderSession): Promise<ChangePage> {
  const { past } = session
  await past.catalogue.refresh()
  const before = after === undefined ? Number.MAX_SAFE_INTEGER : numberOf(after)
  const logged = past.log.list(place, before, limit + 1)
  const shown = logged.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(change => {
      const { id, at, what, path, from, count, kind, size, author } = change
      return {
        ...{ id, at, what, path, by: author, canUndo: canUndo(change, session) },
        ...(from === undefined ? {} : { from }),
        ...(count === undefined ? {} : { count }),
        ...(kind === undefined ? {} : { kind }),
        ...(size === undefined ? {} : { sizeBytes: size }),
      }
    }),
    ...(last !== undefined && logged.length > limit ? { next: String(last.id) } : {}),
  }
}

function numberOf(after: string): number {
  if (/^\d{1,16}$/.test(after)) return Number(after)
  throw new ApiError('invalid', "'after' is not the 'next' of a page.")
}
