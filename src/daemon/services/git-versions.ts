// Versions of files that the Git history of a folder holds.
import { ApiError } from '../../api/errors.ts'
import type { OpenedFile } from '../../api/file-services.ts'
import type { FileVersion } from '../../api/shapes/history.ts'
import type { Restored } from '../../api/shapes/revisions.ts'
import { SyncError } from '../../model/errors.ts'
import { nameOf, type Path } from '../../model/path.ts'
import type { GitHistory } from '../../revisions/git/git-history.ts'
import { BY_API } from '../folders/folder-past.ts'
import type { FolderSession } from '../folders/folder-session.ts'
import { madeOf } from './content-service.ts'
import type { GoingBack } from './go-back.ts'

const PREFIX = 'git:'
/** Each costs a look into the repository. */
const MOST = 50

/** The commit that a revision names; undefined where it names none. */
export function gitVersion(revision: string): string | undefined {
  const commit = revision.startsWith(PREFIX) ? revision.slice(PREFIX.length) : ''
  return /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined
}

/** Undefined where the folder has no such history. */
export async function versionsInGit(
  path: Path,
  before: number,
  limit: number,
  { git }: FolderSession,
): Promise<readonly FileVersion[] | undefined> {
  if (git === undefined || !git.history.isThere) return undefined
  const until = Math.min(before - 1, 8.64e15)
  const versions = await git.history.versions(path, until, Math.min(limit, MOST))
  return versions.map(({ commit, at, author, kind, size }) => ({
    ...{ revision: PREFIX + commit, path, keptAt: at, why: 'changed', store: 'git', kind, sizeBytes: size },
    mtimeMs: at,
    by: { kind: 'unknown', label: author },
  }))
}

/** Throws `not-found`. */
export async function openFromGit(path: Path, commit: string, session: FolderSession): Promise<OpenedFile> {
  const history = historyOf(session)
  const found = await versionAt(path, commit, history)
  return {
    ...{ name: nameOf(path), sizeBytes: found.size, mtimeMs: found.at, etag: commit },
    bytes: ({ from, to }) => part(history.read(commit, path), from, to ?? Number.POSITIVE_INFINITY),
  }
}

/** Other files stay as they are. */
export async function restoreFromGit(
  path: Path,
  commit: string,
  { session, space }: GoingBack,
  signal: AbortSignal,
): Promise<Restored> {
  const history = historyOf(session)
  const { kind, size, at } = await versionAt(path, commit, history)
  if (kind !== 'file') throw new SyncError('unsupported', `That version of '${path}' is a link.`, { path })
  const received = await space.receive({ at: path, size, bytes: history.read(commit, path) }, signal)
  const changed = await space.change({ do: 'put', at: path, received, mtimeMs: at, when: 'any' }, signal)
  if (changed.as === 'refused') await space.discard(received)
  madeOf(path, changed)
  session.past.claim(path, BY_API)
  return { restored: [{ path, keptAt: at }], failed: [] }
}

function historyOf({ git }: FolderSession): GitHistory {
  if (git !== undefined) return git.history
  throw new ApiError('not-found', 'This folder has no history in Git.')
}

async function versionAt(path: Path, commit: string, history: GitHistory) {
  const found = await history.at(commit, path)
  if (found !== undefined) return found
  throw new ApiError('not-found', `That version of '${path}' is not in the history any more.`)
}

async function* part(bytes: AsyncIterable<Uint8Array>, from: number, to: number): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const piece of bytes) {
    const begin = Math.max(0, from - at)
    const end = Math.min(piece.length, to + 1 - at)
    if (begin < end) yield piece.subarray(begin, end)
    at += piece.length
    if (at > to) return
  }
}
