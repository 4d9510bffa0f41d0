// Lets a piece of what this device does not keep go: first the index says for good that it is not ours, then it goes from the disk.
import { type FolderIndex, type PairRecords, type RowState, stampOfRow } from '../index/folder-index.ts'
import type { Agreement } from '../model/agreement.ts'
import type { Kind, Stamp } from '../model/entry.ts'
import { SyncError } from '../model/errors.ts'
import { ancestorsOf, type Path, type Place, ROOT } from '../model/path.ts'
import type { Remove } from '../plan/step.ts'
import type { Committed, Replica } from '../replica/replica.ts'
import type { IgnoreRules, Selection } from '../scan/ignore-rules.ts'
import type { Report } from './events.ts'
import type { Home } from './home.ts'
import { clearJunk } from './left-alone.ts'

export interface LettingGo {
  readonly home: Home
  readonly remote: Replica
  readonly index: FolderIndex
  readonly records: PairRecords
  readonly ignore: IgnoreRules
  readonly report: Report
}

/** Something that may go from this disk. */
export interface Going {
  readonly path: Path
  readonly kind: Kind
  /** The state on disk that was agreed on; of a directory any, as it goes only when it is empty. */
  readonly local: Stamp
  readonly remote: Stamp
  /** Bytes of a file. */
  readonly size: number
  /** The sequence of its row. */
  readonly row: number
}

/** With what it was, should it turn out that it has to stay. */
export interface Candidate extends Going {
  readonly state: RowState
  readonly agreed: Agreement
}

/** `waits`: nobody else who can be asked now has it. */
export interface Released {
  readonly went: number
  readonly stayed: number
  readonly waits: number
}

const NONE: Released = { went: 0, stayed: 0, waits: 0 }
/** Where the index remembers the piece that is going. */
const GOING = 'selection-going'

export async function releasePiece(
  piece: readonly Candidate[],
  parts: LettingGo,
  signal: AbortSignal,
): Promise<Released> {
  if (piece.length === 0) return NONE
  const { home, index } = parts
  const able = await keptThere(piece, parts, signal)
  const waits = piece.length - able.length
  if (able.length === 0) return { ...NONE, waits }
  return home.alone(pathsOf(able), async () => {
    const still = able.filter(({ path, row }) => index.row(path)?.sequence === row)
    // First the record, for good; then the disk. The other way round a crash would leave a deletion to be told to everybody.
    index.durably(() => {
      disown(pathsOf(still), parts)
      remember(still, parts)
    })
    // Who lets go of the same at the same time has to hear of ours first: one of the two keeps it.
    const proven = await keptThere(still, parts, signal)
    const missed = still.filter(one => !proven.includes(one))
    if (missed.length > 0) takeBack(missed, parts)
    const went = await removePiece(proven, parts, signal)
    return { went, stayed: able.length - missed.length - went, waits: waits + missed.length }
  })
}

/** Those that the other side keeps, whatever becomes of what is here. Where it is one place, what it shows it has. */
async function keptThere<G extends Going>(
  piece: readonly G[],
  { remote }: LettingGo,
  signal: AbortSignal,
): Promise<readonly G[]> {
  if (remote.keeps === undefined || piece.length === 0) return piece
  const kept = await remote.keeps(
    piece.map(({ path, kind, remote: expect, size }) => ({ path, kind, expect, size })),
    signal,
  )
  return piece.filter(({ path }) => kept.has(path))
}

/** As if nothing had been said: it is ours, and as agreed. */
function takeBack(missed: readonly Candidate[], { index, records }: LettingGo): void {
  index.transaction(() => {
    for (const { path, state, agreed } of missed) {
      // A scan may have found it again meanwhile.
      const found = index.row(path)
      if (found !== undefined && 'mark' in found.state && !isSameState(found.state, state)) continue
      const [row] = found !== undefined && 'mark' in found.state ? [found] : index.record([{ path, state }])
      if (row !== undefined) records.agree([{ ...agreed, local: stampOfRow(row) }])
    }
  })
}

function isSameState(a: RowState, b: RowState): boolean {
  if (a.kind === 'file' && b.kind === 'file') return a.content === b.content && a.mtimeNs === b.mtimeNs
  if (a.kind === 'symlink' && b.kind === 'symlink') return a.target === b.target
  return a.kind === b.kind
}

export function pathsOf(piece: readonly Pick<Going, 'path'>[]): readonly Path[] {
  return piece.map(({ path }) => path)
}

function remember(piece: readonly Going[], { index, remote }: LettingGo): void {
  const plain = piece.map(({ path, kind, local, remote: there, size, row }) => ({
    ...{ path, kind, local, size, row },
    remote: there,
  }))
  index.set(GOING, plain.length === 0 ? undefined : JSON.stringify({ remote: remote.id, piece: plain }))
}

async function removePiece(piece: readonly Going[], parts: LettingGo, signal: AbortSignal): Promise<number> {
  const { home, index } = parts
  let gone = 0
  for (const going of piece) if (await removeOne(going, parts, signal)) gone += 1
  await home.flush(signal)
  index.set(GOING, undefined)
  return gone
}

async function removeOne(going: Going, parts: LettingGo, signal: AbortSignal): Promise<boolean> {
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
async function removeDirectory(going: Going, { home, ignore }: LettingGo, signal: AbortSignal): Promise<Committed> {
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
export function disown(paths: readonly Path[], { index, records, remote }: LettingGo): void {
  index.record(paths.map(path => ({ path, state: { kind: 'blocked', why: 'ignored' } })))
  // Should it be selected again, nobody may take what is above for seen with all that is in it.
  const places = new Set<Place>([ROOT, ...paths, ...paths.flatMap(path => [...ancestorsOf(path)])])
  for (const id of index.remotes()) {
    // To some it has to be told.
    const pair = id === remote.id ? records : index.pair(id)
    pair.forget(paths)
    pair.unsee(places)
  }
}

/**
 * A piece that was going when the program ended: what the other side still shows as it was goes now. `waits`: that cannot be told yet,
 * and until it can, nothing else goes.
 */
export async function finishPiece(
  selection: Selection,
  parts: LettingGo,
  signal: AbortSignal,
): Promise<'finished' | 'waits'> {
  const { home, index, remote } = parts
  const text = index.get(GOING)
  if (text === undefined) return 'finished'
  const was = JSON.parse(text) as { readonly remote: string; readonly piece: readonly Going[] }
  // Where it has been selected again, or another remote is asked, nobody has to go.
  const still = was.remote === remote.id ? was.piece.filter(({ path }) => selection.isDeselected(path)) : []
  const there: Going[] = []
  for (const going of still) {
    const found = await remote.look(going.path, signal)
    const isAsAgreed = found?.kind === going.kind && (going.kind === 'directory' || found.stamp === going.remote)
    if (isAsAgreed) there.push(going)
  }
  const proven = await keptThere(there, parts, signal)
  await home.alone(pathsOf(proven), async () => {
    // What a scan has found there again meanwhile.
    const found = pathsOf(proven).filter(path => isThere(index.row(path)?.state ?? GONE))
    index.durably(() => disown(found, parts))
    await removePiece(proven, parts, signal)
  })
  const unproven = there.filter(going => !proven.includes(going))
  remember(unproven, parts)
  return unproven.length === 0 ? 'finished' : 'waits'
}

export function isThere({ kind }: RowState): boolean {
  return kind !== 'deleted' && kind !== 'blocked'
}

const GONE: RowState = { kind: 'deleted' }
