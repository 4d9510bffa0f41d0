// A deselected directory that gets another name on the other side stays deselected, where the other side tells by an id what it is.
import type { FolderIndex, PairRecords } from '../index/folder-index.ts'
import type { EntryId } from '../model/entry.ts'
import { nameOf, type Path, parentOf } from '../model/path.ts'
import type { Replica } from '../replica/replica.ts'
import type { IgnoreRules, Selection } from '../scan/ignore-rules.ts'
import type { Moved } from '../scan/selection.ts'
import { withdraw } from './clear-deselected.ts'
import type { Report } from './events.ts'
import { holdsSomething } from './leftovers.ts'
import type { RemoteView } from './observation.ts'

export interface FollowParts {
  readonly remote: Replica
  readonly index: FolderIndex
  readonly records: PairRecords
  readonly ignore: IgnoreRules
  /** What is really there, ignored entries included. */
  readonly disk: Replica
  readonly report: Report
}

/** What a deselected directory was when it was last looked at. */
interface Known {
  readonly place: Path
  readonly id: EntryId
  /** Some of the names in it, where ids may come again: by them it is known. */
  readonly names: readonly string[]
}

/** Where a pair remembers what deselected directories are on its remote. */
const KNOWN = 'selection-ids'
const MOST_NAMES = 20

/** To be called while what is deselected is still looked at: when it is cleared, nobody asks for it any more. */
export function noteDeselected(view: RemoteView, parts: FollowParts): void {
  const { selection } = parts.ignore
  if (selection === undefined || !parts.remote.can.ids) return
  const fresh = selection.uncleared.flatMap(place => knownOf(place, view, parts) ?? [])
  if (fresh.length === 0) return
  const places = new Set(fresh.map(({ place }) => place))
  remember([...recalled(selection, parts).filter(({ place }) => !places.has(place)), ...fresh], parts)
}

function knownOf(place: Path, view: RemoteView, parts: FollowParts): Known | undefined {
  const { records, remote } = parts
  const shown = view.dirty.get(place)
  const agreed = view.dirty.has(place) ? undefined : records.agreement(place)?.remoteId
  const id = shown?.kind === 'directory' ? shown.id : agreed
  if (id === undefined) return undefined
  return { place, id, names: remote.can.reusesIds === true ? namesIn(place, view, parts) : [] }
}

function namesIn(place: Path, view: RemoteView, { index }: FollowParts): readonly string[] {
  const here = index.rowsIn(place).map(({ path }) => path)
  const there = [...view.dirty.keys()].filter(path => parentOf(path) === place)
  return [...new Set([...here, ...there])].slice(0, MOST_NAMES).map(nameOf)
}

/** What came under a new name, and is known to be deselected under another that is gone, is taken out of `view` and put on the list. */
export async function followRenamed(view: RemoteView, parts: FollowParts, signal: AbortSignal): Promise<void> {
  const { selection } = parts.ignore
  if (selection === undefined || !parts.remote.can.ids) return
  const deselected = recalled(selection, parts)
  const moves: Moved[] = []
  for (const known of deselected) {
    const to = newNameOf(known, view, selection, parts)
    if (to === undefined || (await parts.remote.look(known.place, signal)) !== undefined) continue
    moves.push({ from: known.place, to })
  }
  if (moves.length === 0) return
  await selection.renamed(moves, await leftOf(moves, parts, signal))
  noteMoved(moves, parts)
  for (const move of moves) tell(move, view, parts)
}

function newNameOf(known: Known, view: RemoteView, selection: Selection, { remote, records }: FollowParts) {
  for (const [path, entry] of view.dirty) {
    if (entry?.kind !== 'directory' || entry.id !== known.id || records.agreement(path) !== undefined) continue
    if (selection.isDeselected(path)) continue
    const { names } = known
    const isIt = remote.can.reusesIds !== true || names.some(name => view.dirty.has(`${path}/${name}` as Path))
    return isIt ? path : undefined
  }
  return undefined
}

/** Directories were moved here or there, and what is deselected in them went along. */
export function noteMoved(moves: readonly Moved[], parts: Pick<FollowParts, 'records'>): void {
  const to = new Map(moves.map(move => [move.from, move.to]))
  if (moves.length > 0)
    remember(
      all(parts).map(known => ({ ...known, place: to.get(known.place) ?? known.place })),
      parts,
    )
}

/** Where something stays here under the old name, nobody syncs that now either. */
async function leftOf(moves: readonly Moved[], { ignore, disk }: FollowParts, signal: AbortSignal): Promise<Path[]> {
  const left: Path[] = []
  for (const { from } of moves)
    if (await holdsSomething(from, disk, ignore.unselected ?? ignore, signal)) left.push(from)
  return left
}

function tell({ from, to }: Moved, view: RemoteView, { report }: FollowParts): void {
  withdraw(to, view)
  report({ type: 'notice', path: to, text: `it is not kept on this device, as '${from}' was not, which it was before` })
}

/** Of what is deselected still. */
function recalled({ deselected }: Selection, parts: FollowParts): readonly Known[] {
  return all(parts).filter(({ place }) => deselected.includes(place))
}

function all({ records }: Pick<FollowParts, 'records'>): readonly Known[] {
  return JSON.parse(records.get(KNOWN) ?? '[]') as readonly Known[]
}

function remember(known: readonly Known[], { records }: Pick<FollowParts, 'records'>): void {
  records.set(KNOWN, known.length === 0 ? undefined : JSON.stringify(known))
}
