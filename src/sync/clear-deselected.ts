// Lets go of what the user does not keep on this device any more: only what the other side shows now as it was agreed on, and only after
// the index says for good that it is not ours. So whatever happens in between, nobody takes its absence here for a deletion.
import { type FolderIndex, type PairRecords, type Row, type RowState, stampOfRow } from '../index/folder-index.ts'
import type { Kind, Stamp } from '../model/entry.ts'
import { SyncError } from '../model/errors.ts'
import { ancestorsOf, isWithin, type Path, type Place, parentOf, ROOT } from '../model/path.ts'
import type { Remove } from '../plan/step.ts'
import type { Committed, Replica } from '../replica/replica.ts'
import type { IgnoreRules, Selection } from '../scan/ignore-rules.ts'
import { withoutDoubt } from '../scan/mark.ts'
import type { Report } from './events.ts'
import type { Home } from './home.ts'
import { clearJunk } from './left-alone.ts'
import type { RemoteView } from './observation.ts'

export interface ClearParts {
  readonly home: Home
  readonly remote: Replica
  readonly index: FolderIndex
  readonly records: PairRecords
  readonly ignore: IgnoreRules
  readonly report: Report
}

/** Something that may go from this disk. */
interface Going {
  readonly path: Path
  readonly kind: Kind
  /** The state on disk that was agreed on; of a directory any, as it goes only when it is empty. */
  readonly local: Stamp
  readonly remote: Stamp
  /** The sequence of its row. */
  readonly row: number
}

/** What went is on record in pieces of this size: after a crash in between, a piece is what has to be looked at again. */
const PIECE = 256
/** Where the index remembers the piece that is going. */
const GOING = 'selection-going'

/**
 * Clears every deselected directory that is not, by what `view` and the index have just found. What cannot be told of now waits for the
 * next run; returns those places.
 */
export async function clearDeselected(
  view: RemoteView,
  parts: ClearParts,
  signal: AbortSignal,
): Promise<readonly Path[]> {
  const { selection } = parts.ignore
  if (selection === undefined) return []
  // Devices that were told of something need not have it.
  if (parts.remote.can.isAnnouncedTo === true) return selection.uncleared
  await finishPiece(selection, parts, signal)
  const waiting: Path[] = []
  for (const place of selection.uncleared) {
    if (await clearPlace(place, selection, view, parts, signal)) withdraw(place, view)
    else waiting.push(place)
  }
  return waiting
}

/** What is deselected is nothing that the other side and this one have to agree on; but it is there, and what it is in must stay. */
export function withdraw(place: Path, view: RemoteView): void {
  const isThere = view.dirty.get(place) !== undefined || !view.dirty.has(place)
  for (const path of [...view.dirty.keys()]) if (isWithin(path, place)) view.dirty.delete(path)
  for (const left of view.leftAlone) if (isWithin(left, place)) view.leftAlone.delete(left)
  if (isThere) view.leftAlone.add(parentOf(place))
}

async function clearPlace(
  place: Path,
  selection: Selection,
  view: RemoteView,
  parts: ClearParts,
  signal: AbortSignal,
): Promise<boolean> {
  const unlisted = [...view.unlisted.keys()].some(blank => isWithin(blank, place) || isWithin(place, blank))
  if (unlisted) return false
  const { index } = parts
  let [went, stayed, isDoubtful] = [0, 0, false]
  const directories: Going[] = []
  let piece: Going[] = []
  const release = async () => {
    const gone = await releasePiece(piece, parts, signal)
    went += gone
    stayed += piece.length - gone
    piece = []
  }
  for (const row of rowsWithin(place, index)) {
    signal.throwIfAborted()
    const going = goingOf(row, view, parts)
    if (going === 'doubtful') isDoubtful = true
    else if (going === undefined) stayed += isThere(row.state) ? 1 : 0
    else if (going.kind === 'directory') directories.push(going)
    else piece.push(going)
    if (piece.length >= PIECE) await release()
  }
  await release()
  // What was found to change as it was read is looked at again before it is judged.
  if (isDoubtful) return false
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    piece.push(directory)
    if (piece.length >= PIECE) await release()
  }
  await release()
  putOnRecord(place, selection, index)
  tell(place, { went, stayed }, parts)
  return true
}

function* rowsWithin(place: Path, index: FolderIndex): Generator<Row> {
  const own = index.row(place)
  if (own !== undefined) yield own
  yield* index.rowsBelow(place)
}

function isThere({ kind }: RowState): boolean {
  return kind !== 'deleted' && kind !== 'blocked'
}

/** What of `row` may go: what was agreed on and is so on both sides still. */
function goingOf(row: Row, view: RemoteView, { records }: ClearParts): Going | undefined | 'doubtful' {
  const { path, state } = row
  const agreed = records.agreement(path)
  if (agreed === undefined || !('mark' in state) || agreed.kind !== state.kind) return undefined
  const local = withoutDoubt(state.mark) as string as Stamp
  const going = { path, kind: agreed.kind, local, remote: agreed.remote, row: row.sequence }
  if (agreed.kind === 'directory') {
    const isDirectory = !view.dirty.has(path) || view.dirty.get(path)?.kind === 'directory'
    return isDirectory ? going : undefined
  }
  if (view.dirty.has(path) || agreed.local !== stampOfRow(row)) return undefined
  return state.mark === withoutDoubt(state.mark) ? going : 'doubtful'
}

/** Resolves with how many of them went. */
function releasePiece(piece: readonly Going[], parts: ClearParts, signal: AbortSignal): Promise<number> {
  if (piece.length === 0) return Promise.resolve(0)
  const { home, index, remote } = parts
  return home.alone(pathsOf(piece), async () => {
    const still = piece.filter(({ path, row }) => index.row(path)?.sequence === row)
    // First the record, for good; then the disk. The other way round a crash would leave a deletion to be told to everybody.
    index.durably(() => {
      disown(pathsOf(still), index)
      index.set(GOING, JSON.stringify({ remote: remote.id, piece: still }))
    })
    return removePiece(still, parts, signal)
  })
}

function pathsOf(piece: readonly Going[]): readonly Path[] {
  return piece.map(({ path }) => path)
}

async function removePiece(piece: readonly Going[], parts: ClearParts, signal: AbortSignal): Promise<number> {
  const { home, index } = parts
  let gone = 0
  for (const going of piece) if (await removeOne(going, parts, signal)) gone += 1
  await home.flush(signal)
  index.set(GOING, undefined)
  return gone
}

async function removeOne(going: Going, parts: ClearParts, signal: AbortSignal): Promise<boolean> {
  const { home, report } = parts
  try {
    const removed =
      going.kind === 'directory'
        ? await removeDirectory(going, parts, signal)
        : await home.disk.commit(removalOf(going), signal)
    return removed.as === 'done'
  } catch (error) {
    if (!(error instanceof SyncError) || error.scope !== 'entry') throw error
    report({ type: 'notice', path: going.path, text: `it stays here: ${error.message}` })
    return false
  }
}

function removalOf({ path, kind, local }: Going) {
  return { do: 'remove', path, kind, expect: local } as const
}

/** Only when nothing is in it but junk. */
async function removeDirectory(going: Going, { home, ignore }: ClearParts, signal: AbortSignal): Promise<Committed> {
  const removed = await removeEmpty(going, home.disk, signal)
  if (removed.as === 'done' || removed.found?.kind !== 'directory') return removed
  const step: Remove = { ...removalOf(going), on: 'local', because: 'pull-deleted' }
  const clearing = await clearJunk(step, home.disk, ignore.unselected ?? ignore, signal)
  return clearing === 'cleared' ? removeEmpty(going, home.disk, signal) : removed
}

async function removeEmpty(going: Going, disk: Replica, signal: AbortSignal): Promise<Committed> {
  const found = await disk.look(going.path, signal)
  if (found?.kind !== 'directory') return { as: 'stale', found }
  return disk.commit(removalOf({ ...going, local: found.stamp }), signal)
}

/** From now on these paths are not ours: no remote has agreed on them with us, and there is nothing that we could have deleted. */
function disown(paths: readonly Path[], index: FolderIndex): void {
  index.record(paths.map(path => ({ path, state: { kind: 'blocked', why: 'ignored' } })))
  // Should it be selected again, nobody may take what is above for seen with all that is in it.
  const places = new Set<Place>([ROOT, ...paths, ...paths.flatMap(path => [...ancestorsOf(path)])])
  for (const remote of index.remotes()) {
    const records = index.pair(remote)
    records.forget(paths)
    records.unsee(places)
  }
}

/** What has stayed is left alone from now on. */
function putOnRecord(place: Path, selection: Selection, index: FolderIndex): void {
  index.transaction(() => {
    const rest = [...rowsWithin(place, index)].filter(({ state }) => isThere(state)).map(({ path }) => path)
    disown(rest, index)
    for (const remote of index.remotes()) index.pair(remote).forget([place])
    selection.cleared(place)
  })
}

function tell(place: Path, { went, stayed }: { went: number; stayed: number }, { report }: ClearParts): void {
  if (went === 0 && stayed === 0) return
  const stays = stayed === 0 ? '' : `, and ${stayed} stay, because the other side does not have them as they are here`
  report({
    type: 'notice',
    path: place,
    text: `it is not kept on this device any more: ${went} entries went from here${stays}`,
  })
}

/** A piece that was going when the program ended: what the other side still shows as it was goes now. */
async function finishPiece(selection: Selection, parts: ClearParts, signal: AbortSignal): Promise<void> {
  const { home, index, remote } = parts
  const text = index.get(GOING)
  if (text === undefined) return
  const was = JSON.parse(text) as { readonly remote: string; readonly piece: readonly Going[] }
  // Where it has been selected again, or another remote is asked, nobody has to go.
  const still = was.remote === remote.id ? was.piece.filter(({ path }) => selection.isDeselected(path)) : []
  const proven: Going[] = []
  for (const going of still) {
    const there = await remote.look(going.path, signal)
    const isAsAgreed = there?.kind === going.kind && (going.kind === 'directory' || there.stamp === going.remote)
    if (isAsAgreed) proven.push(going)
  }
  await home.alone(pathsOf(proven), async () => {
    // What a scan has found there again meanwhile.
    const found = pathsOf(proven).filter(path => isThere(index.row(path)?.state ?? GONE))
    index.durably(() => disown(found, index))
    await removePiece(proven, parts, signal)
  })
}

const GONE: RowState = { kind: 'deleted' }
