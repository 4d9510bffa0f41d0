// Which deletions and creations are moves: found by id, by content where no id tells, on each side and then for both together.
import { compareChecksums } from '../model/content.ts'
import type { Entry, Kind } from '../model/entry.ts'
import { comparePaths, depthOf, nameOf, type Path, parentOf, pathIn } from '../model/path.ts'
import type { PlanContext } from './context.ts'
import { compareEntries, relate, relateFile } from './relate.ts'
import type { Move } from './step.ts'
import { entryOn, otherSide, type Side, syncableOn, type Triple } from './triple.ts'

/** One entry that is to be moved on the side `on`, because the other side has moved it. */
export interface Candidate {
  readonly on: Side
  /** Where it was when both sides agreed. */
  readonly origin: Path
  /** Where `on` shows it. */
  readonly from: Path
  /** Where the other side shows it. */
  readonly to: Path
  readonly kind: Kind
  /** Carried along: the directory it is in was moved the same way, and moving that is enough. */
  readonly alone: 'alone' | 'along'
  readonly because: Move['because']
}

type Moves = ReadonlyMap<Path, Path>
type Triples = ReadonlyMap<Path, Triple>

export interface Found {
  /** The moves that the sides can carry out, directories before what was in them. */
  readonly candidates: readonly Candidate[]
  /** Agreed paths of which the side has what was there at another path now, whether the other side can follow by a move or not. */
  readonly moved: { readonly [S in Side]: ReadonlySet<Path> }
}

/** The moves among the dirty `triples`. */
export function findMoves(triples: Triples, context: PlanContext): Found {
  const local = pairMoves(triples, 'local', context)
  const remote = pairMoves(triples, 'remote', context)
  const candidates = [...new Set([...local.keys(), ...remote.keys()])]
    .map(origin => candidateFor(origin, triples, local, remote))
    .filter(candidate => candidate !== undefined)
    .filter(({ on, kind }) => canMove(context.can[on].moves, kind))
    .filter(candidate => !isReplacedAlike(candidate, triples))
    .filter(candidate => context.moves !== 'plain' || isPlain(candidate, triples))
    .sort((a, b) => depthOf(a.origin) - depthOf(b.origin) || comparePaths(a.origin, b.origin))
  return { candidates, moved: { local: new Set(local.keys()), remote: new Set(remote.keys()) } }
}

function canMove(moves: 'trees' | 'files' | 'none', kind: Kind): boolean {
  return moves === 'trees' || (moves === 'files' && kind !== 'directory')
}

/** Whether a file only has another name on the other side, where there was none, and `on` shows it as agreed. */
function isPlain({ on, origin, from, to, because }: Candidate, triples: Triples): boolean {
  const before = triples.get(origin)
  const after = triples.get(to)
  const arrived = after === undefined ? undefined : syncableOn(after, otherSide(on))
  const { agreed } = before ?? {}
  if (before === undefined || agreed === undefined || arrived?.kind !== 'file') return false
  if (because === 'both-moved' || from !== origin || after?.agreed !== undefined) return false
  const isFree = entryOn(before, otherSide(on)) === undefined && after !== undefined && entryOn(after, on) === undefined
  const isAsAgreed = relate(entryOn(before, on), agreed, on) === 'unchanged'
  return isFree && isAsAgreed && relateFile(arrived, agreed, otherSide(on)) === 'unchanged'
}

/**
 * Whether `on` has not what was moved any more, but just what the other side has put in its place: that came here by another way, and
 * belongs where it is.
 */
function isReplacedAlike({ on, origin, from }: Candidate, triples: Triples): boolean {
  const here = triples.get(from)
  const replaced = here === undefined ? undefined : syncableOn(here, on)
  const successor = here === undefined ? undefined : syncableOn(here, otherSide(on))
  if (replaced === undefined || successor === undefined || replaced.kind === 'directory') return false
  const isEdited = relate(replaced, triples.get(origin)?.agreed, on) === 'edited'
  return isEdited && compareEntries(replaced, successor) === 'same'
}

function candidateFor(origin: Path, triples: Triples, local: Moves, remote: Moves): Candidate | undefined {
  const kind = triples.get(origin)?.agreed?.kind
  const here = local.get(origin)
  const there = remote.get(origin)
  if (kind === undefined || (here === undefined && there === undefined)) return undefined
  const wasCarriedHere = isCarried(origin, local)
  const wasCarriedThere = isCarried(origin, remote)
  const pulled = { on: 'local', origin, from: here ?? origin, to: there ?? origin, kind } as const
  const pushed = { on: 'remote', origin, from: there ?? origin, to: here ?? origin, kind } as const
  const push = { ...pushed, alone: wasCarriedHere ? 'along' : 'alone', because: 'push-moved' } as const
  const pull = { ...pulled, alone: wasCarriedThere ? 'along' : 'alone', because: 'pull-moved' } as const
  if (there === undefined) return push
  if (here === undefined) return pull
  // Moved along with its directory on one side and by itself on the other: the latter is the wish that is about this entry.
  if (wasCarriedHere !== wasCarriedThere) return wasCarriedHere ? pull : push
  return { ...pull, because: 'both-moved' }
}

/** Whether it only moved along with the directory it is in. */
function isCarried(origin: Path, moves: Moves): boolean {
  const place = parentOf(origin)
  const to = moves.get(origin)
  return place !== '' && to !== undefined && moves.get(place) === parentOf(to) && nameOf(to) === nameOf(origin)
}

/** Where on `side` each vacated agreed path went. */
function pairMoves(triples: Triples, side: Side, context: PlanContext): Map<Path, Path> {
  const moves = new Map<Path, Path>()
  const vacated = new Map<string, Triple>()
  const nameless: Triple[] = []
  const arrived: Triple[] = []
  for (const triple of triples.values()) {
    if (isVacated(triple, side)) {
      const id = agreedId(triple, side)
      if (id === undefined) nameless.push(triple)
      else vacated.set(id, triple)
    }
    if (isArrived(triple, side)) arrived.push(triple)
  }
  const unmatched: Triple[] = []
  for (const triple of arrived) {
    const { id, kind } = syncableOn(triple, side) ?? {}
    const from = id === undefined ? undefined : vacated.get(id)
    if (id !== undefined && from?.agreed !== undefined && from.agreed.kind === kind) {
      vacated.delete(id)
      if (kind === 'directory' && hasRemained(from, side, triples, context)) continue
      moves.set(from.path, triple.path)
    } else if (triple.agreed === undefined) unmatched.push(triple)
  }
  const gone = [...nameless, ...vacated.values()].filter(triple => entryOn(triple, side) === undefined)
  for (const [from, to] of pairByContent(gone, unmatched, side)) moves.set(from, to)
  return moves
}

/**
 * Whether something that was agreed on is still at its path, in a new directory that took the place of the one that moved. A move of the
 * directory would drag it along.
 */
function hasRemained({ path }: Triple, side: Side, triples: Triples, context: PlanContext): boolean {
  const successor = triples.get(path)
  if (successor !== undefined && syncableOn(successor, side)?.kind !== 'directory') return false
  return context.agreedNames(path).some(name => {
    const child = triples.get(pathIn(path, name))
    return child === undefined || isSameFile(child, side) || hasRemained(child, side, triples, context)
  })
}

/** Whether what was agreed at this path is there, and its id says so, whatever else has changed about it. */
function isSameFile(triple: Triple, side: Side): boolean {
  const { id, kind } = syncableOn(triple, side) ?? {}
  return id !== undefined && kind !== 'directory' && kind === triple.agreed?.kind && id === agreedId(triple, side)
}

/** What was agreed at this path is not there any more on `side`: nothing is, or something with another id. */
function isVacated(triple: Triple, side: Side): boolean {
  if (triple.agreed === undefined) return false
  const entry = entryOn(triple, side)
  return entry === undefined || (entry.kind !== 'blocked' && isAnother(triple, entry.id, side))
}

/** Something is there on `side` that was not agreed at this path. */
function isArrived(triple: Triple, side: Side): boolean {
  const entry = syncableOn(triple, side)
  return entry !== undefined && (triple.agreed === undefined || isAnother(triple, entry.id, side))
}

function isAnother(triple: Triple, id: string | undefined, side: Side): boolean {
  const agreed = agreedId(triple, side)
  return agreed !== undefined && id !== undefined && id !== agreed
}

function agreedId({ agreed }: Triple, side: Side): string | undefined {
  return side === 'local' ? agreed?.localId : agreed?.remoteId
}

// --- by content ------------------------------------------------------------------------------------------------------------

/** Files without a common id that have the same bytes. Of several, one of the same name, else the first that is left. */
function* pairByContent(gone: readonly Triple[], arrived: readonly Triple[], side: Side): Generator<[Path, Path]> {
  const byName = new Shelf()
  const byContent = new Shelf()
  for (const triple of gone) {
    for (const key of keysOf(triple.agreed)) {
      byName.add(`${key} ${nameOf(triple.path)}`, triple)
      byContent.add(key, triple)
    }
  }
  const taken = new Set<Triple>()
  for (const sameName of [true, false]) {
    for (const triple of arrived) {
      const entry = syncableOn(triple, side)
      if (entry?.kind !== 'file' || taken.has(triple)) continue
      const keys = keysOf(entry)
      const from = sameName
        ? byName.take(
            keys.map(key => `${key} ${nameOf(triple.path)}`),
            entry,
            taken,
          )
        : byContent.take(keys, entry, taken)
      if (from === undefined) continue
      taken.add(from).add(triple)
      yield [from.path, triple.path]
    }
  }
}

/** What is comparable of a file's content. Empty files are all alike and say nothing. */
function keysOf(file: Partial<Extract<Entry, { kind: 'file' }>> | Triple['agreed']): string[] {
  if (file?.kind !== 'file' || !file.size) return []
  return [...(file.content === undefined ? [] : [file.content]), ...(file.sums ?? [])]
}

/** Triples by key, first come first served. */
class Shelf {
  readonly #rows = new Map<string, { readonly triples: Triple[]; next: number }>()

  add(key: string, triple: Triple): void {
    const row = this.#rows.get(key)
    if (row === undefined) this.#rows.set(key, { triples: [triple], next: 0 })
    else row.triples.push(triple)
  }

  /** The first that is left under one of the keys and has the content of `entry`. */
  take(
    keys: readonly string[],
    entry: Extract<Entry, { kind: 'file' }>,
    taken: ReadonlySet<Triple>,
  ): Triple | undefined {
    for (const key of keys) {
      const row = this.#rows.get(key)
      if (row === undefined) continue
      // What is taken stays taken, so that no row is walked twice.
      for (
        let triple = row.triples[row.next];
        triple !== undefined && taken.has(triple);
        triple = row.triples[row.next]
      )
        row.next += 1
      const found = row.triples[row.next]
      if (found !== undefined && isSameContent(entry, found)) return found
    }
    return undefined
  }
}

function isSameContent(entry: Extract<Entry, { kind: 'file' }>, { agreed }: Triple): boolean {
  if (agreed?.kind !== 'file' || entry.size !== agreed.size) return false
  if (entry.content !== undefined && agreed.content !== undefined) return entry.content === agreed.content
  return compareChecksums(entry.sums ?? [], agreed.sums ?? []) === 'same'
}
