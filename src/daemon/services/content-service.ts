// Files of folders read and changed for the API: through the same space that clients of the host use, so that everything is news at once.
import { ApiError, type ApiErrorCode } from '../../api/errors.ts'
import type { ContentService, OpenedFile, Upload } from '../../api/file-services.ts'
import type { Deleted, Made } from '../../api/shapes/content.ts'
import { asSyncError } from '../../model/errors.ts'
import { nameOf, type Path } from '../../model/path.ts'
import type { Changed, Condition, Etag, FileNode, Refusal, Space } from '../../store/space.ts'
import { BY_API } from '../folders/folder-past.ts'
import { sessionOf } from './service-parts.ts'
import type { SpaceParts } from './space-parts.ts'

export function contentService(parts: SpaceParts): ContentService {
  const spaceOf = (folder: string) => ownedSpace(parts, folder)
  const claim = (folder: string, paths: readonly string[]) => {
    const { past } = sessionOf(parts, folder)
    for (const path of paths) past.claim(path as Path, BY_API)
  }
  const claimed = <T extends Made>(folder: string, made: T): T => {
    claim(folder, [made.path])
    return made
  }
  return {
    open: async (folder, path) => openFile(path, await spaceOf(folder)),
    upload: async (folder, upload, signal) => claimed(folder, await receive(upload, await spaceOf(folder), signal)),
    makeDirectory: async (folder, path, signal) =>
      claimed(folder, await makeDirectory(path, await spaceOf(folder), signal)),
    move: async (folder, move, signal) => claimed(folder, await moveIn(await spaceOf(folder), move, signal)),
    remove: async (folder, items, signal) => {
      const removed = await remove(items, await spaceOf(folder), signal)
      claim(folder, removed.deleted)
      return removed
    },
  }
}

/** Throws `not-found`, or `wrong-state` while the folder is not open. */
export async function ownedSpace(parts: SpaceParts, folder: string): Promise<Space> {
  sessionOf(parts, folder)
  const space = await parts.spaces.forOwner(folder)
  if (space !== undefined) return space
  throw new ApiError('wrong-state', `The folder '${folder}' is being closed. Try again in a moment.`)
}

// --- reading -----------------------------------------------------------------------------------------------------------------

/** Throws `not-found` where there is no file. */
export async function openFile(path: Path, space: Space): Promise<OpenedFile> {
  const file = await space.find(path)
  if (file?.kind !== 'file') throw new ApiError('not-found', `There is no file '${path}'.`)
  const { size, mtimeMs, etag } = file
  return {
    ...{ name: nameOf(path), sizeBytes: size, mtimeMs, etag },
    bytes: ({ from, to }, signal) => space.read(file, to === undefined ? { from } : { from, to }, signal),
  }
}

// --- writing -----------------------------------------------------------------------------------------------------------------

/** Puts what is sent at `path`. Looks before the bytes come too: they may be many. */
export async function receive(upload: Upload, space: Space, signal: AbortSignal): Promise<Made> {
  const { path, bytes, sizeBytes, mtimeMs } = upload
  const when = upload.when as Condition
  const there = await space.find(path)
  if (there !== undefined) checkCondition(when, there.kind === 'file' ? there : undefined, path)
  else if (typeof when !== 'string') throw new ApiError('stale', `${path} is not there any more.`)
  const received = await space.receive({ at: path, size: sizeBytes, bytes }, signal)
  try {
    const changed = await space.change({ do: 'put', at: path, received, mtimeMs, when }, signal)
    if (changed.as === 'refused') await space.discard(received)
    return madeOf(path, changed)
  } catch (error) {
    await space.discard(received)
    throw error
  }
}

function checkCondition(when: Condition, file: FileNode | undefined, path: Path): void {
  if (when === 'absent') throw new ApiError('exists', `${path} is there already.`)
  if (file === undefined) throw new ApiError('wrong-state', `${path} is a directory.`)
  if (typeof when !== 'string' && !when.includes(file.etag))
    throw new ApiError('stale', `${path} is not what it was when you looked. Look again.`)
}

export async function makeDirectory(path: Path, space: Space, signal: AbortSignal): Promise<Made> {
  return madeOf(path, await space.change({ do: 'make-directory', at: path }, signal))
}

export async function moveIn(
  space: Space,
  { from, to, replace, etag }: Parameters<ContentService['move']>[1],
  signal: AbortSignal,
): Promise<Made> {
  const when: Condition = etag === undefined ? 'present' : [etag as Etag]
  const overwrite = replace ? 'overwrite' : 'keep'
  return madeOf(to, await space.change({ do: 'move', from, to, overwrite, when }, signal))
}

/** Each by itself, to the trash. */
export async function remove(
  items: Parameters<ContentService['remove']>[1],
  space: Space,
  signal: AbortSignal,
): Promise<Deleted> {
  const deleted: string[] = []
  const failed: { path: string; code: string; message: string }[] = []
  for (const { path, etag } of items) {
    signal.throwIfAborted()
    try {
      const when: Condition = etag === undefined ? 'present' : [etag as Etag]
      const changed = await space.change({ do: 'trash', at: path as Path, when }, signal)
      if (changed.as === 'done') deleted.push(path)
      else failed.push({ path, code: CODES[changed.why], message: changed.message })
    } catch (error) {
      signal.throwIfAborted()
      const { code, message } = asSyncError(error, path as Path)
      failed.push({ path, code, message })
    }
  }
  return { deleted, failed }
}

const CODES: Readonly<Record<Refusal, ApiErrorCode>> = {
  stale: 'stale',
  exists: 'exists',
  missing: 'not-found',
  'no-parent': 'wrong-state',
  'is-a-directory': 'wrong-state',
  'into-itself': 'invalid',
  'not-permitted': 'forbidden',
  'name-not-allowed': 'invalid',
  'over-quota': 'wrong-state',
}

/** What a change has made. Throws what refused it. */
export function madeOf(path: Path, changed: Changed): Made {
  if (changed.as === 'refused') throw new ApiError(CODES[changed.why], changed.message)
  const { node, made } = changed
  if (node === undefined) throw new ApiError('stale', `${path} was changed again in the same instant. Look again.`)
  return { path, kind: node.kind, etag: node.etag, sizeBytes: node.size, mtimeMs: node.mtimeMs, as: made }
}
