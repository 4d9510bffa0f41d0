// The triples of every path that is not as agreed on either side.
import { entryOfRow, type Failure, type FolderIndex, type PairRecords } from '../index/folder-index.ts'
import type { Agreement } from '../model/agreement.ts'
import type { BlockedEntry, Entry, Stamp } from '../model/entry.ts'
import { ancestorsOf, type Path, type Place } from '../model/path.ts'
import type { Triple } from '../plan/triple.ts'
import type { IgnoreRules } from '../scan/ignore-rules.ts'
import type { Hindsight } from './hindsight.ts'
import { type RemoteView, unlistedAbove } from './observation.ts'

/** What the last scan could not tell of the disk. */
export interface LocalBlanks {
  readonly unreadable: ReadonlySet<Place>
  readonly unsupported: ReadonlySet<Path>
}

export interface TripleParts {
  readonly index: FolderIndex
  readonly records: PairRecords
  readonly view: RemoteView
  readonly blanks: LocalBlanks
  readonly ignore: IgnoreRules
  /** Milliseconds since 1970, for failures whose time has not come. */
  readonly now: number
  /** Where changes may come by several ways. */
  readonly hindsight?: Hindsight | undefined
}

/** One triple for each path that is not as agreed on at least one side. `sort` may leave out some that are not as agreed here. */
export function collectTriples(
  parts: TripleParts,
  sort: (triple: Triple) => 'kept' | 'left out' = () => 'kept',
): Map<Path, Triple> {
  const { index, records, view } = parts
  const triples = new Map<Path, Triple>()
  const tripleOf = triplesOf(parts)
  // Nothing of ours has changed in between: two passes over everything in the index are saved.
  const { sequence } = index
  if (!records.isCleanAt(sequence)) {
    let isClean = true
    for (const triple of dirtyTriples(parts, tripleOf)) {
      isClean = false
      if (sort(triple) === 'kept') triples.set(triple.path, triple)
    }
    if (isClean) records.noteClean(sequence)
  }
  for (const path of view.dirty.keys()) {
    if (triples.has(path)) continue
    const { row, agreed } = records.known(path)
    triples.set(path, tripleOf(path, row && entryOfRow(row), agreed))
  }
  if (view.isWhole) parts.hindsight?.keepOnly(triples)
  return triples
}

/** Of the paths that are not as agreed here, in their order; then of those that were agreed on and have no row. */
export function* dirtyTriples(parts: TripleParts, tripleOf = triplesOf(parts)): Generator<Triple> {
  for (const { row, agreed, doubted } of parts.records.dirtyRows())
    yield tripleOf(row.path, entryOfRow(row), agreed, doubted)
  for (const agreed of parts.records.withoutRows()) yield tripleOf(agreed.path, undefined, agreed)
}

function triplesOf(parts: TripleParts) {
  const { records, view, hindsight, now } = parts
  const failures = new Map(records.failures().map(failure => [failure.path, failure]))
  return (path: Path, local: Entry | undefined, agreed: Agreement | undefined, doubted?: Agreement): Triple => {
    const remote = remoteEntry(path, agreed ?? doubted, parts)
    const plain = { path, local: localEntry(path, local, remote, parts), remote, agreed }
    const triple = hindsight?.judge(plain, isSeen(path, view) ? 'seen' : 'assumed') ?? plain
    return isBackingOff(triple, failures.get(path), now) ? { ...triple, backingOff: 'backing-off' } : triple
  }
}

/** The triple of one path, dirty or not. */
export function tripleAt(path: Path, parts: TripleParts): Triple {
  const { row, agreed, doubted } = parts.records.known(path)
  const remote = remoteEntry(path, agreed ?? doubted, parts)
  const local = localEntry(path, row && entryOfRow(row), remote, parts)
  const triple = { path, local, remote, agreed }
  return parts.hindsight?.judge(triple, isSeen(path, parts.view) ? 'seen' : 'assumed') ?? triple
}

/** Whether somebody has looked at what is there; otherwise it is taken to be as agreed. */
function isSeen(path: Path, { isWhole, dirty }: RemoteView): boolean {
  return isWhole || dirty.has(path)
}

const blocked = (why: BlockedEntry['why']): BlockedEntry => ({ kind: 'blocked', why })

function localEntry(
  path: Path,
  entry: Entry | undefined,
  remote: Entry | undefined,
  { blanks, ignore }: TripleParts,
): Entry | undefined {
  // Also while it is still here.
  if (ignore.selection?.isDeselected(path) === true) return blocked('ignored')
  if (blanks.unsupported.has(path)) return blocked('unsupported-kind')
  if (blanks.unreadable.size > 0 && isUnreadable(path, blanks.unreadable)) return blocked('unreadable')
  if (entry !== undefined) return entry
  // What is ignored here has no row, whether it is there or not.
  const kind = remote?.kind === 'directory' ? 'directory' : 'other'
  return ignore.verdict(path, kind) === 'kept' ? undefined : blocked('ignored')
}

function isUnreadable(path: Path, unreadable: ReadonlySet<Place>): boolean {
  if (unreadable.has('') || unreadable.has(path)) return true
  for (const place of ancestorsOf(path)) if (unreadable.has(place)) return true
  return false
}

/** `known`: what was agreed on, whether it still counts or not. */
function remoteEntry(path: Path, known: Agreement | undefined, { view, records }: TripleParts): Entry | undefined {
  if (view.dirty.has(path)) return view.dirty.get(path)
  if (unlistedAbove(path, view) !== undefined) return blocked('unlisted')
  if (known === undefined) return undefined
  const entry = entryOfAgreement(known, view.stamps.get(path) ?? records.seen(path))
  const rights = view.rights.get(path)
  return rights === undefined || entry.kind === 'blocked' || entry.kind === 'symlink' ? entry : { ...entry, rights }
}

/** What the remote showed when it was agreed on, which it still shows. A directory's recursive stamp is the one last seen. */
export function entryOfAgreement(agreed: Agreement, seen: Stamp | undefined): Entry {
  const id = agreed.remoteId === undefined ? {} : { id: agreed.remoteId }
  const mode = agreed.mode === undefined ? {} : { mode: agreed.mode }
  const stamp = agreed.remote
  switch (agreed.kind) {
    case 'directory':
      return { kind: 'directory', stamp: seen ?? stamp, ...id, ...mode }
    case 'symlink':
      return { kind: 'symlink', stamp, target: agreed.target ?? '', ...id }
    case 'file':
      return {
        kind: 'file',
        stamp,
        size: agreed.size ?? 0,
        mtimeNs: agreed.remoteMtimeNs,
        ...id,
        ...mode,
        ...(agreed.content === undefined ? {} : { content: agreed.content }),
        ...(agreed.sums === undefined ? {} : { sums: agreed.sums }),
      }
  }
}

/** A failure counts as long as both sides are as they were when it happened. */
function isBackingOff(triple: Triple, failure: Failure | undefined, now: number): boolean {
  return (
    failure !== undefined &&
    now < failure.nextTryAt &&
    failure.local === stampOf(triple.local) &&
    failure.remote === stampOf(triple.remote)
  )
}

/** The stamp of what is there, for comparing later. */
export function stampOf(entry: Entry | undefined): Stamp | 'absent' {
  return entry === undefined || entry.kind === 'blocked' ? 'absent' : entry.stamp
}
