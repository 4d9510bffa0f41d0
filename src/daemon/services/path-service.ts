// Single paths of folders: why they are as they are, and which are not in sync.
import { ApiError } from '../../api/errors.ts'
import type { Page, PathService } from '../../api/service.ts'
import type { DifferingPage, UnsyncedPage, Why } from '../../api/shapes/paths.ts'
import { asSyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import { shown } from '../../words/show.ts'
import { type Fact, factsOfFolder, factsOfPlan, factsOfRecords } from '../../words/why.ts'
import { MESH_REMOTE } from '../config/read-config.ts'
import type { FolderSession } from '../folders/folder-session.ts'
import { sentenceOfRemote } from '../folders/remote-condition.ts'
import type { Otherwise } from '../folders/remote-end.ts'
import type { RemoteLoop } from '../folders/remote-loop.ts'
import { folderConfigOf, remoteLoopOf, type ServiceParts, sessionOf } from './service-parts.ts'

export function pathService(parts: ServiceParts): PathService {
  return {
    why: (folder, path, ask, signal) => why(sessionOf(parts, folder), { folder, path, ask }, signal),
    unsynced: async (folder, remote, page) => unsyncedPage(sessionOf(parts, folder), remote, page),
    differing: (folder, page, signal) => differingPage(parts, folder, page, signal),
  }
}

interface Question {
  readonly folder: string
  readonly path: Path
  readonly ask: 'records' | 'remotes'
}

async function why(session: FolderSession, { folder, path, ask }: Question, signal: AbortSignal): Promise<Why> {
  const { local, remotes } = session
  const { index, tree } = local.files
  const facts: Why['facts'][number][] = [...(await factsOfFolder(path, { index, tree, ignore: local.ignore }))]
  for (const remote of remotes) facts.push(...(await factsOfRemote(remote, path, session, ask, signal)))
  return { folder, path, facts }
}

async function factsOfRemote(
  remote: RemoteLoop,
  path: Path,
  { local }: FolderSession,
  ask: Question['ask'],
  signal: AbortSignal,
): Promise<readonly Why['facts'][number][]> {
  const named = (fact: Omit<Why['facts'][number], 'remote'>) => ({ ...fact, remote: remote.id })
  const { address, user } = remote.address
  const id = remote.replicaId
  const known = [
    ...(id === undefined ? [] : factsOfRecords(path, { id, address, user }, local.files.index).map(named)),
    ...(remote.condition.state === 'resting'
      ? [named({ name: 'next try', words: sentenceOfRemote(remote.condition) })]
      : []),
  ]
  if (ask === 'records') return known
  try {
    const { pair, label } = await remote.forLooking(signal)
    const explained = await pair.explain(signal)
    const found = factsOfPlan(path, { ...explained, label })
    return [...known, ...corrected(found, remote.otherwiseAt(path)).map(named)]
  } catch (error) {
    signal.throwIfAborted()
    return [...known, named({ name: 'fault', words: asSyncError(error).message })]
  }
}

/** What several others have is told as one thing there: where one of them has something else, that is said as well. */
function corrected(facts: readonly Fact[], otherwise: Otherwise | undefined): readonly Fact[] {
  if (otherwise === undefined) return facts
  const { there, because } = otherwise
  if (because === undefined) return [...facts, { name: 'there', words: shown(there) }]
  const kept = facts.filter(({ name }) => name !== 'there' && name !== 'next run')
  return [...kept, { name: 'there', words: shown(there) }, { name: 'next run', words: shown(because) }]
}

// --- not in sync -------------------------------------------------------------------------------------------------------------

function unsyncedPage(session: FolderSession, remote: string | undefined, { after, limit }: Page): UnsyncedPage {
  const wanted = session.remotes.filter(({ id }) => remote === undefined || id === remote)
  if (remote !== undefined && wanted.length === 0) throw new ApiError('not-found', `There is no remote '${remote}'.`)
  const all = wanted
    .flatMap(({ id, unsynced }) => unsynced.map(item => ({ remote: id, ...item })))
    .sort((a, b) => compare([a.path, a.remote], [b.path, b.remote]))
  const from = after === undefined ? undefined : keyOf(after)
  const rest = from === undefined ? all : all.filter(item => compare([item.path, item.remote], from) > 0)
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(item => ({ ...item })),
    ...(last !== undefined && rest.length > items.length ? { next: JSON.stringify([last.path, last.remote]) } : {}),
  }
}

// --- one way -----------------------------------------------------------------------------------------------------------------

async function differingPage(
  parts: ServiceParts,
  folder: string,
  { after = '', limit }: Page,
  signal: AbortSignal,
): Promise<DifferingPage> {
  const { type, devices } = folderConfigOf(parts, folder)
  if (type === 'send-receive')
    throw new ApiError('wrong-state', `Changes in the folder '${folder}' go both ways: nothing is to be made right.`)
  if (devices.length === 0) return { items: [] }
  const items = await remoteLoopOf(parts, folder, MESH_REMOTE).differing(after as Path | '', limit, signal)
  const last = items.at(-1)
  return { items: [...items], ...(last === undefined || items.length < limit ? {} : { next: last.path }) }
}

// --- where a page ends -------------------------------------------------------------------------------------------------------

type Key = readonly [string, string]

function keyOf(after: string): Key {
  try {
    const parsed: unknown = JSON.parse(after)
    if (Array.isArray(parsed) && typeof parsed[0] === 'string' && typeof parsed[1] === 'string')
      return [parsed[0], parsed[1]]
  } catch {
    // Told below.
  }
  throw new ApiError('invalid', "'after' is not the 'next' of a page.")
}

function compare(a: Key, b: Key): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1
  return a[1] === b[1] ? 0 : a[1] < b[1] ? -1 : 1
}
