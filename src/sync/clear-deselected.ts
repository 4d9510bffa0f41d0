// Lets go of what the user does not keep on this device any more: only what the other side shows now as it was agreed on, and only after
// the index says for good that it is not ours. So whatever happens in between, nobody takes its absence here for a deletion.
import { type FolderIndex, type Row, stampOfRow } from '../index/folder-index.ts'
import type { Stamp } from '../model/entry.ts'
import { isWithin, type Path, parentOf } from '../model/path.ts'
import type { Selection } from '../scan/ignore-rules.ts'
import { withoutDoubt } from '../scan/mark.ts'
import { type Candidate, disown, finishPiece, isThere, type LettingGo, pathsOf, releasePiece } from './let-go.ts'
import type { RemoteView } from './observation.ts'

/** What went is on record in pieces of this size: after a crash in between, a piece is what has to be looked at again. */
const PIECE = 256

/**
 * Clears every deselected directory that is not, by what `view` and the index have just found. What cannot be told of now waits for the
 * next run; returns those places.
 */
export async function clearDeselected(
  view: RemoteView,
  parts: LettingGo,
  signal: AbortSignal,
): Promise<readonly Path[]> {
  const { selection } = parts.ignore
  if (selection === undefined) return []
  if ((await finishPiece(selection, parts, signal)) === 'waits') return selection.uncleared
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
  parts: LettingGo,
  signal: AbortSignal,
): Promise<boolean> {
  const unlisted = [...view.unlisted.keys()].some(blank => isWithin(blank, place) || isWithin(place, blank))
  if (unlisted) return false
  const release = new Release(parts, signal)
  const directories: Candidate[] = []
  for (const row of rowsWithin(place, parts.index)) {
    signal.throwIfAborted()
    const going = goingOf(row, view, parts)
    if (going === 'doubtful') release.waits += 1
    else if (going === undefined) release.stayed += isThere(row.state) ? 1 : 0
    else if (going.kind === 'directory') directories.push(going)
    else await release.add(going)
  }
  await release.rest()
  // What was found to change as it was read is looked at again before it is judged.
  if (release.waits > 0) return false
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop())
    await release.add(directory)
  await release.rest()
  if (release.waits > 0) return false
  putOnRecord(place, selection, parts)
  tell(place, release, parts)
  return true
}

/** Goes piece by piece, and counts. */
class Release {
  went = 0
  stayed = 0
  waits = 0
  readonly #parts: LettingGo
  readonly #signal: AbortSignal
  #piece: Candidate[] = []

  constructor(parts: LettingGo, signal: AbortSignal) {
    this.#parts = parts
    this.#signal = signal
  }

  async add(candidate: Candidate): Promise<void> {
    this.#piece.push(candidate)
    if (this.#piece.length >= PIECE) await this.rest()
  }

  async rest(): Promise<void> {
    const { went, stayed, waits } = await releasePiece(this.#piece, this.#parts, this.#signal)
    this.#piece = []
    this.went += went
    this.stayed += stayed
    this.waits += waits
  }
}

function* rowsWithin(place: Path, index: FolderIndex): Generator<Row> {
  const own = index.row(place)
  if (own !== undefined) yield own
  yield* index.rowsBelow(place)
}

/** What of `row` may go: what was agreed on and is so on both sides still. */
function goingOf(row: Row, view: RemoteView, { records }: LettingGo): Candidate | undefined | 'doubtful' {
  const { path, state } = row
  const agreed = records.agreement(path)
  if (agreed === undefined || !('mark' in state) || agreed.kind !== state.kind) return undefined
  const local = withoutDoubt(state.mark) as string as Stamp
  const size = state.kind === 'file' ? state.size : 0
  const going = { path, kind: agreed.kind, local, remote: agreed.remote, size, row: row.sequence, state, agreed }
  if (agreed.kind === 'directory') {
    const isDirectory = !view.dirty.has(path) || view.dirty.get(path)?.kind === 'directory'
    return isDirectory ? going : undefined
  }
  if (view.dirty.has(path) || agreed.local !== stampOfRow(row)) return undefined
  return state.mark === withoutDoubt(state.mark) ? going : 'doubtful'
}

/** What has stayed is left alone from now on. */
function putOnRecord(place: Path, selection: Selection, parts: LettingGo): void {
  const { index, remote } = parts
  index.transaction(() => {
    const rest = [...rowsWithin(place, index)].filter(({ state }) => isThere(state))
    disown(pathsOf(rest), parts)
    for (const id of index.remotes()) index.pair(id).forget([place])
    selection.cleared(place)
    remote.leave?.(place)
  })
}

function tell(place: Path, { went, stayed }: { went: number; stayed: number }, { report }: LettingGo): void {
  if (went === 0 && stayed === 0) return
  const stays = stayed === 0 ? '' : `, and ${stayed} stay, because the other side does not have them as they are here`
  report({
    type: 'notice',
    path: place,
    text: `it is not kept on this device any more: ${went} entries went from here${stays}`,
  })
}
