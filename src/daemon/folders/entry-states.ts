// How far the entries of a folder are with its remotes.
import type { EntryState } from '../../api/shapes/browse.ts'
import type { Row } from '../../index/folder-index.ts'
import { ancestorsOf, type Path, type Place } from '../../model/path.ts'
import type { Unsynced } from '../../sync/summary.ts'
import type { FolderSession } from './folder-session.ts'
import type { RemoteLoop } from './remote-loop.ts'

export interface StateTold {
  readonly state: EntryState
  readonly reason?: string
  /** Only where they differ. */
  readonly remotes?: readonly { readonly id: string; readonly state: EntryState }[]
}

export function stateOfRow(row: Row, session: FolderSession): StateTold {
  const told = session.remotes.map(remote => ({ id: remote.id, ...stateWith(row, remote, session) }))
  const worst = told.reduce((a, b) => (badness(b.state) > badness(a.state) ? b : a), told[0] ?? none(row))
  const differ = told.some(({ state }) => state !== worst.state)
  return {
    state: worst.state,
    ...(worst.reason === undefined ? {} : { reason: worst.reason }),
    ...(differ ? { remotes: told.map(({ id, state }) => ({ id, state })) } : {}),
  }
}

function none(row: Row): { readonly state: EntryState; readonly reason?: string } {
  return { state: row.state.kind === 'blocked' ? 'ignored' : 'in-sync' }
}

function stateWith(
  row: Row,
  remote: RemoteLoop,
  { local }: FolderSession,
): { readonly state: EntryState; readonly reason?: string } {
  if (row.state.kind === 'blocked' && row.state.why === 'ignored') return { state: 'ignored' }
  const id = remote.replicaId
  const records = id === undefined ? undefined : local.files.index.pair(id)
  const faults = faultsIn(remote.unsynced)
  const fault = faults.at.get(row.path)
  const failure = fault === undefined ? records?.failure(row.path) : undefined
  if (fault !== undefined || failure !== undefined)
    return { state: 'unsynced', reason: fault?.reason ?? failure?.message ?? '' }
  if (row.state.kind === 'directory' && faults.above.has(row.path)) return { state: 'unsynced' }
  if (records?.agreement(row.path)?.local === String(row.sequence)) return { state: 'in-sync' }
  return { state: remote.condition.state === 'syncing' ? 'syncing' : 'waiting' }
}

const ORDER: readonly EntryState[] = ['ignored', 'in-sync', 'syncing', 'waiting', 'unsynced']

function badness(state: EntryState): number {
  return ORDER.indexOf(state)
}

interface Faults {
  readonly at: ReadonlyMap<Place, Unsynced>
  /** Directories with something below that is not in sync. */
  readonly above: ReadonlySet<Path>
}

/** Of each list once: there may be very many, and every entry of a page asks. */
const known = new WeakMap<readonly Unsynced[], Faults>()

function faultsIn(unsynced: readonly Unsynced[]): Faults {
  const before = known.get(unsynced)
  if (before !== undefined) return before
  const above = new Set<Path>()
  for (const { path } of unsynced) if (path !== '') for (const place of ancestorsOf(path)) above.add(place)
  const faults = { at: new Map(unsynced.map(each => [each.path, each])), above }
  known.set(unsynced, faults)
  return faults
}
