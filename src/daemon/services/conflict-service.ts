// Conflict copies that wait for a decision. Whatever is decided, what goes, goes to the trash.
import { setImmediate } from 'node:timers/promises'
import { ApiError } from '../../api/errors.ts'
import type { ConflictService } from '../../api/file-services.ts'
import type { Page } from '../../api/page.ts'
import type { Conflict, ConflictChoice, ConflictVersion, Resolution, Resolved } from '../../api/shapes/conflicts.ts'
import type { ConflictRecord, FolderIndex, Row } from '../../index/folder-index.ts'
import { asSyncError } from '../../model/errors.ts'
import { isWithin, nameOf, type Path, type Place, parentOf, pathIn } from '../../model/path.ts'
import { freeName } from '../../store/free-name.ts'
import type { Condition, Etag, Space } from '../../store/space.ts'
import { COPY_MARKS, deviceInCopy, originOfCopy } from '../../sync/copy-origin.ts'
import { etagOfRow } from '../../sync/folder-nodes.ts'
import type { FolderSession } from '../folders/folder-session.ts'
import { madeOf, ownedSpace, receive } from './content-service.ts'
import { sessionOf } from './service-parts.ts'
import type { SpaceParts } from './space-parts.ts'

const WINDOW = 5000
const MOST = 10_000

export function conflictService(parts: SpaceParts): ConflictService {
  const open = async (folder: string) => {
    const space = await ownedSpace(parts, folder)
    return { session: sessionOf(parts, folder), space }
  }
  return {
    list: async (folder, page, signal) => {
      const session = sessionOf(parts, folder)
      const copies = await copiesIn(session, signal)
      return pageOf(copies, page, path => shown(path, session, parts))
    },
    resolve: async (folder, resolution, signal) => {
      const path = await resolve(resolution, await open(folder), signal)
      return { resolved: 1, paths: [path], failed: [] }
    },
    resolveMany: async (folder, { keep, paths, place = '' }, signal) => {
      const opened = await open(folder)
      const all = paths ?? (await copiesIn(opened.session, signal)).filter(path => isIn(path, place as Place))
      return resolveEach(all as readonly Path[], keep, opened, signal)
    },
    merge: async (folder, upload, signal) => {
      const opened = await open(folder)
      const { path, origin } = copyAt(upload.copy, opened.session.local.files.index)
      if (origin === undefined) throw unknownOrigin(path)
      const made = await receive({ ...upload, path: origin }, opened.space, signal)
      await resolve({ path, keep: 'original' }, opened, signal)
      return made
    },
  }
}

function isIn(path: Path, place: Place): boolean {
  return place === '' || isWithin(path, place)
}

// --- which there are ---------------------------------------------------------------------------------------------------------

/** Those made here are on record, those of others have names that say so. Ordered by path. */
async function copiesIn({ local }: FolderSession, signal: AbortSignal): Promise<readonly Path[]> {
  const { index } = local.files
  const found = new Set(index.conflicts().flatMap(({ path }) => (isThere(index, path) ? [path] : [])))
  for (const mark of COPY_MARKS) {
    let after: Path | undefined
    do {
      const { found: rows, next } = index.namesHolding(mark, '', after, WINDOW, MOST)
      for (const { path, kind } of rows) if (kind === 'file' && originOfCopy(path) !== undefined) found.add(path)
      after = next
      await setImmediate(undefined, { signal })
    } while (after !== undefined && found.size < MOST)
  }
  return [...found].sort()
}

function isThere(index: FolderIndex, path: Path): boolean {
  return !['deleted', 'blocked', undefined].includes(index.row(path)?.state.kind)
}

async function pageOf(copies: readonly Path[], { after, limit }: Page, show: (path: Path) => Promise<Conflict>) {
  const rest = after === undefined ? copies : copies.filter(path => path > after)
  const conflicts: Conflict[] = []
  for (const path of rest.slice(0, limit)) conflicts.push(await show(path))
  const last = rest[limit - 1]
  return { conflicts, ...(last !== undefined && rest.length > limit ? { next: last } : {}) }
}

interface Copy {
  readonly path: Path
  readonly origin: Path | undefined
  readonly record: ConflictRecord | undefined
}

/** Throws `not-found` for what is no copy, or is not there. */
function copyAt(path: Path, index: FolderIndex): Copy {
  const record = index.conflicts().find(each => each.path === path)
  const origin = record?.origin ?? originOfCopy(path)
  if (isThere(index, path) && (record !== undefined || origin !== undefined)) return { path, origin, record }
  throw new ApiError('not-found', `'${path}' is no conflict copy that is still there.`)
}

// --- what is told of each ----------------------------------------------------------------------------------------------------

async function shown(path: Path, session: FolderSession, parts: SpaceParts): Promise<Conflict> {
  const { index } = session.local.files
  const { origin, record } = copyAt(path, index)
  const copy = index.row(path)
  const original = origin === undefined || !isThere(index, origin) ? undefined : index.row(origin)
  const [remote, ...others] = session.remotes
  const only = remote !== undefined && others.length === 0 ? remote.status() : undefined
  const base = origin === undefined ? undefined : await baseOf(origin, record, session)
  const ownBy = record === undefined ? makerOf(path, parts) : 'This device'
  return {
    path,
    copy: versionOf(path, copy, ownBy),
    isEqual: isSame(copy, original),
    ...(origin === undefined ? {} : { origin }),
    ...(record === undefined ? {} : { at: record.at }),
    ...(original === undefined ? {} : { original: versionOf(original.path, original, only?.label) }),
    ...(only === undefined ? {} : { remote: only.id }),
    ...(base === undefined ? {} : { base }),
  }
}

/** Names of copies that Syncthing gives end in the short id of the device that has *not* made the copy, but what won over it. */
function makerOf(path: Path, { config }: SpaceParts): string | undefined {
  const short = deviceInCopy(path)
  const device = config.current.devices.find(({ id }) => short !== undefined && id.startsWith(short))
  return device === undefined ? undefined : `Set aside in favour of ${device.name}`
}

function versionOf(path: Path, row: Row | undefined, by: string | undefined): ConflictVersion {
  const state = row?.state
  const etag = row === undefined ? undefined : etagOfRow(row)
  return {
    path,
    kind: state === undefined || state.kind === 'deleted' ? 'blocked' : state.kind,
    ...(state?.kind === 'file' ? { sizeBytes: state.size, mtimeMs: Number(state.mtimeNs / 1000n) / 1000 } : {}),
    ...(etag === undefined ? {} : { etag }),
    ...(by === undefined ? {} : { by }),
  }
}

function isSame(a: Row | undefined, b: Row | undefined): boolean {
  return a?.state.kind === 'file' && b?.state.kind === 'file' && a.state.content === b.state.content
}

/** What was replaced before both were made is in the past of both. */
async function baseOf(
  origin: Path,
  record: ConflictRecord | undefined,
  { local }: FolderSession,
): Promise<Conflict['base']> {
  if (record === undefined) return undefined
  for await (const { id, path, keptAt, kind, mtimeNs, size } of local.folder.revisions.list(origin)) {
    if (path !== origin || kind !== 'file' || keptAt > record.at) continue
    const mtimeMs = Number(mtimeNs / 1000n) / 1000
    return { revision: id, keptAt: Math.floor(keptAt), mtimeMs, sizeBytes: size }
  }
  return undefined
}

// --- decisions ---------------------------------------------------------------------------------------------------------------

interface Opened {
  readonly session: FolderSession
  readonly space: Space
}

async function resolveEach(
  paths: readonly Path[],
  keep: ConflictChoice,
  opened: Opened,
  signal: AbortSignal,
): Promise<Resolved> {
  const kept: string[] = []
  const failed: Resolved['failed'][number][] = []
  for (const path of paths) {
    signal.throwIfAborted()
    try {
      kept.push(await resolve({ path, keep }, opened, signal))
    } catch (error) {
      signal.throwIfAborted()
      const { code, message } = error instanceof ApiError ? error : asSyncError(error, path)
      failed.push({ path, code, message })
    }
  }
  return { resolved: kept.length, paths: kept, failed }
}

/** Where what was kept is now. */
async function resolve(resolution: Resolution, { session, space }: Opened, signal: AbortSignal): Promise<Path> {
  const { index } = session.local.files
  const { path, origin } = copyAt(resolution.path as Path, index)
  const { copy, original } = resolution.etags ?? {}
  checkSeen(origin, original, index)
  const when: Condition = copy === undefined ? 'present' : [copy as Etag]
  const kept = await carryOut({ path, origin, when, keep: resolution.keep, as: resolution.as as Path }, index, {
    space,
    signal,
  })
  index.forgetConflict(path)
  return kept
}

function checkSeen(origin: Path | undefined, etag: string | undefined, index: FolderIndex): void {
  const row = origin === undefined ? undefined : index.row(origin)
  if (etag === undefined || (row !== undefined && etagOfRow(row) === etag)) return
  throw new ApiError('stale', `${origin ?? 'It'} is not what it was when you looked. Look again.`)
}

interface Deciding {
  readonly path: Path
  readonly origin: Path | undefined
  readonly when: Condition
  readonly keep: ConflictChoice
  readonly as: Path | undefined
}

async function carryOut(
  { path, origin, when, keep, as }: Deciding,
  index: FolderIndex,
  { space, signal }: { readonly space: Space; readonly signal: AbortSignal },
): Promise<Path> {
  if (keep === 'original') {
    const gone = await space.change({ do: 'trash', at: path, when }, signal)
    if (gone.as === 'refused') madeOf(path, gone)
    return origin ?? path
  }
  if (origin === undefined) throw unknownOrigin(path)
  const to = keep === 'copy' ? origin : (as ?? freeLike(origin, index))
  const overwrite = keep === 'copy' ? 'overwrite' : 'keep'
  madeOf(to, await space.change({ do: 'move', from: path, to, overwrite, when }, signal))
  return to
}

function freeLike(origin: Path, index: FolderIndex): Path {
  const place = parentOf(origin)
  return pathIn(
    place,
    freeName(nameOf(origin), name => isThere(index, pathIn(place, name))),
  )
}

function unknownOrigin(path: Path): ApiError {
  return new ApiError('wrong-state', `Of which file '${path}' is a copy is not known here. Rename it yourself.`)
}
