// Moves: a deletion and a creation that are one act. Found by id or content, ordered so that each can be done, and then taken
// into account by rewriting the triples, so that the rest of the plan sees the trees as they will be after the moves.
import { compareChecksums } from '../model/content.ts'
import type { DirectoryEntry, Entry, Kind, Syncable } from '../model/entry.ts'
import {
  comparePaths,
  depthOf,
  isBelow,
  isWithin,
  nameOf,
  type Path,
  parentOf,
  pathIn,
  rebasePath,
} from '../model/path.ts'
import type { PlanContext } from './context.ts'
import type { Follow, MakeDirectory, Move } from './step.ts'
import { otherSide, type Side, type Triple, withEntry } from './triple.ts'

/** Done one after another, in this order. */
export type MoveStep = Move | MakeDirectory | Follow

export interface Moved {
  readonly steps: readonly MoveStep[]
  /** The triples as they are once the steps are done. */
  readonly triples: ReadonlyMap<Path, Triple>
}

/** One entry that is at another path than agreed on one side, and still at the agreed one on the side `on`. */
interface Candidate {
  readonly on: Side
  /** Where it was when both sides agreed. */
  readonly origin: Path
  readonly from: Path
  readonly to: Path
  readonly kind: Kind
  readonly because: Move['because']
}

/** Names of entries that are on their way in a ring of moves (a to b, b to a). Ignored by every device. */
export const SWAP_PREFIX = '.syncline-swap-'

/** Finds and orders the moves among the dirty `triples`. */
export function planMoves(triples: ReadonlyMap<Path, Triple>, context: PlanContext): Moved {
  if (context.moves === 'off') return { steps: [], triples }
  const candidates = findCandidates(triples, context)
  if (candidates.length === 0) return { steps: [], triples }
  return new MoveOrder(triples, context).run(candidates)
}

// --- finding ---------------------------------------------------------------------------------------------------------------

function findCandidates(triples: ReadonlyMap<Path, Triple>, context: PlanContext): Candidate[] {
  const local = pairMoves(triples, 'local')
  const remote = pairMoves(triples, 'remote')
  const found: Candidate[] = []
  for (const [from, to] of local) {
    const elsewhere = remote.get(from)
    const kind = triples.get(from)?.agreed?.kind
    if (kind === undefined) continue
    // Moved on both sides: the other side's place is kept, so the move is to be done here.
    if (elsewhere !== undefined)
      found.push({ on: 'local', origin: from, from: to, to: elsewhere, kind, because: 'both-moved' })
    else found.push({ on: 'remote', origin: from, from, to, kind, because: 'push-moved' })
  }
  for (const [from, to] of remote) {
    const kind = triples.get(from)?.agreed?.kind
    if (kind !== undefined && !local.has(from))
      found.push({ on: 'local', origin: from, from, to, kind, because: 'pull-moved' })
  }
  return found.filter(candidate => canMove(candidate, context)).sort(shallowFirst)
}

function shallowFirst(a: Candidate, b: Candidate): number {
  return depthOf(a.from) - depthOf(b.from) || comparePaths(a.from, b.from)
}

function canMove({ on, kind }: Candidate, context: PlanContext): boolean {
  const { moves } = context.can[on]
  return moves === 'trees' || (moves === 'files' && kind !== 'directory')
}

/** Where on `side` each vacated agreed path went: by id first, by content where no id tells. */
function pairMoves(triples: ReadonlyMap<Path, Triple>, side: Side): Map<Path, Path> {
  const moves = new Map<Path, Path>()
  const vacated = new Map<string, Triple>()
  const leftover: Triple[] = []
  const arrived: Triple[] = []
  for (const triple of triples.values()) {
    if (isVacated(triple, side)) {
      const id = agreedId(triple, side)
      if (id === undefined) leftover.push(triple)
      else vacated.set(id, triple)
    }
    if (isArrived(triple, side)) arrived.push(triple)
  }
  const unmatched: Triple[] = []
  for (const triple of arrived) {
    const entry = entryOf(triple, side)
    const from = entry?.id === undefined ? undefined : vacated.get(entry.id)
    if (from?.agreed !== undefined && from.agreed.kind === entry?.kind) {
      moves.set(from.path, triple.path)
      vacated.delete(entry.id ?? '')
    } else if (triple.agreed === undefined) unmatched.push(triple)
  }
  pairByContent(
    [...leftover, ...vacated.values()].filter(triple => entryOf(triple, side) === undefined),
    unmatched,
    side,
    moves,
  )
  return moves
}

function pairByContent(gone: readonly Triple[], arrived: readonly Triple[], side: Side, moves: Map<Path, Path>): void {
  const byContent = new Map<string, Triple[]>()
  for (const triple of gone) {
    const { agreed } = triple
    if (agreed?.kind !== 'file' || !agreed.size) continue
    for (const key of [agreed.content, ...(agreed.sums ?? [])]) {
      if (key !== undefined) byContent.set(key, [...(byContent.get(key) ?? []), triple])
    }
  }
  if (byContent.size === 0) return
  for (const triple of arrived) {
    const entry = entryOf(triple, side)
    if (entry?.kind !== 'file' || entry.size === 0) continue
    const keys = [entry.content, ...(entry.sums ?? [])]
    const from = keys
      .flatMap(key => (key === undefined ? [] : (byContent.get(key) ?? [])))
      .find(candidate => !moves.has(candidate.path) && isSameContent(entry, candidate))
    if (from !== undefined) moves.set(from.path, triple.path)
  }
}

function isSameContent(entry: Extract<Entry, { kind: 'file' }>, { agreed }: Triple): boolean {
  if (agreed?.kind !== 'file' || entry.size !== agreed.size) return false
  if (entry.content !== undefined && agreed.content !== undefined) return entry.content === agreed.content
  return compareChecksums(entry.sums ?? [], agreed.sums ?? []) === 'same'
}

/** What was agreed at this path is not there any more on `side`: nothing is, or something with another id. */
function isVacated(triple: Triple, side: Side): boolean {
  const { agreed } = triple
  if (agreed === undefined) return false
  const entry = side === 'local' ? triple.local : triple.remote
  if (entry === undefined) return true
  const id = agreedId(triple, side)
  return entry.kind !== 'blocked' && id !== undefined && entry.id !== undefined && entry.id !== id
}

/** Something is there on `side` that was not agreed at this path. */
function isArrived(triple: Triple, side: Side): boolean {
  const entry = entryOf(triple, side)
  if (entry === undefined) return false
  if (triple.agreed === undefined) return true
  const id = agreedId(triple, side)
  return id !== undefined && entry.id !== undefined && entry.id !== id
}

function agreedId({ agreed }: Triple, side: Side): string | undefined {
  return side === 'local' ? agreed?.localId : agreed?.remoteId
}

function entryOf(triple: Triple, side: Side): Syncable | undefined {
  const entry = side === 'local' ? triple.local : triple.remote
  return entry?.kind === 'blocked' ? undefined : entry
}

// --- ordering --------------------------------------------------------------------------------------------------------------

/** The trees while moves are laid out one after another. Lives for one plan. */
class MoveOrder {
  readonly #triples: Map<Path, Triple>
  readonly #context: PlanContext
  readonly #steps: MoveStep[] = []
  /** Moves laid out so far, to find where something is by now. */
  readonly #done: { readonly on: Side; readonly from: Path; readonly to: Path; readonly kind: Kind }[] = []

  constructor(triples: ReadonlyMap<Path, Triple>, context: PlanContext) {
    this.#triples = new Map(triples)
    this.#context = context
  }

  run(candidates: readonly Candidate[]): Moved {
    let pending = [...candidates]
    while (pending.length > 0) {
      const left = pending.filter(candidate => !this.#tryMove(candidate, pending))
      if (left.length === pending.length && !this.#breakRing(left)) break
      pending = left
    }
    return { steps: this.#steps, triples: this.#triples }
  }

  /** Lays the candidate out if it can be done now; true when it needs no more thought. */
  #tryMove(candidate: Candidate, pending: readonly Candidate[]): boolean {
    const { on, to, kind } = candidate
    const from = this.#now(candidate.from, on)
    if (candidate.because === 'both-moved') this.#follow(candidate.origin, from, kind)
    if (from === to) return true
    const entry = this.#entry(from, on)
    if (entry === undefined || entry.kind !== kind) return true
    if (isBelow(to, from) || this.#presentKind(to, on) !== undefined) return false
    if (!this.#permits(candidate, entry, from)) return true
    if (!this.#makeParents(to, on, pending)) return false
    this.#move(on, from, to, entry, candidate.because)
    return true
  }

  /** Where what was at `path` on `side` is after the moves so far. */
  #now(path: Path, side: Side): Path {
    let at = path
    for (const move of this.#done) {
      if (move.on === side && (at === move.from || (move.kind === 'directory' && isWithin(at, move.from))))
        at = rebasePath(at, move.from, move.to)
    }
    return at
  }

  #entry(path: Path, side: Side): Syncable | undefined {
    const triple = this.#triples.get(path)
    return triple === undefined ? undefined : entryOf(triple, side)
  }

  #presentKind(path: Path, side: Side): string | undefined {
    const triple = this.#triples.get(path)
    if (triple === undefined) return this.#context.agreedKind(path)
    return (side === 'local' ? triple.local : triple.remote)?.kind
  }

  #permits({ on, to }: Candidate, entry: Syncable, from: Path): boolean {
    if (on === 'local') return true
    const rights = entry.kind === 'symlink' ? undefined : entry.rights
    const parent = this.#context.rightsIn(parentOf(to))
    const renames = parentOf(from) === parentOf(to)
    if (rights !== undefined && !(renames ? rights.rename : rights.move)) return false
    if (renames || parent === undefined) return true
    return entry.kind === 'directory' ? parent.addDirectories : parent.addFiles
  }

  /** Makes the directories above `to` that the other side has and this one does not; false while one of them is still to arrive by a move. */
  #makeParents(to: Path, on: Side, pending: readonly Candidate[]): boolean {
    const missing: { path: Path; source: DirectoryEntry }[] = []
    for (let place = parentOf(to); place !== ''; place = parentOf(place)) {
      const kind = this.#presentKind(place, on)
      if (kind === 'directory') break
      const source = this.#entry(place, otherSide(on))
      const arrives = place
      if (kind !== undefined || source?.kind !== 'directory') return false
      if (pending.some(other => other.on === on && other.to === arrives)) return false
      missing.unshift({ path: place, source })
    }
    for (const { path, source } of missing) {
      this.#steps.push({
        do: 'make-directory',
        on,
        path,
        source,
        because: on === 'remote' ? 'push-created' : 'pull-created',
      })
      const triple = this.#triples.get(path)
      // Seen as there from now on; its stamp is not known yet, and directories are not compared by it.
      if (triple !== undefined)
        this.#triples.set(path, withEntry(triple, on, { kind: 'directory', stamp: source.stamp }))
    }
    return true
  }

  #move(on: Side, from: Path, to: Path, entry: Syncable, because: Move['because']): void {
    this.#steps.push({ do: 'move', on, from, path: to, kind: entry.kind, expect: entry.stamp, because })
    this.#done.push({ on, from, to, kind: entry.kind })
    for (const path of this.#within(from, entry.kind)) this.#rebase(path, rebasePath(path, from, to), on)
  }

  #within(from: Path, kind: Kind): Path[] {
    if (kind !== 'directory') return [from]
    return [...this.#triples.keys()].filter(path => isWithin(path, from))
  }

  /** Moves what `side` shows at `from`, and what is agreed there, to `to`. */
  #rebase(from: Path, to: Path, side: Side): void {
    const source = this.#triples.get(from)
    if (source === undefined) return
    const entry = side === 'local' ? source.local : source.remote
    const target = this.#triples.get(to) ?? { path: to }
    // A move on both sides leaves the agreement where the other side's move put it.
    const agreed = source.agreed === undefined ? target.agreed : { ...source.agreed, path: to }
    this.#triples.set(to, { ...withEntry(target, side, entry), agreed })
    this.#triples.set(from, { ...withEntry(source, side, undefined), agreed: undefined })
  }

  /** Both sides moved it: what was agreed at `origin` is now about what is at `path` here. */
  #follow(origin: Path, path: Path, kind: Kind): void {
    if (origin === path || this.#triples.get(origin)?.agreed === undefined) return
    this.#steps.push({ do: 'follow', from: origin, path, because: 'both-moved' })
    for (const from of this.#within(origin, kind)) {
      const source = this.#triples.get(from)
      const to = rebasePath(from, origin, path)
      if (source?.agreed === undefined) continue
      this.#triples.set(to, { ...(this.#triples.get(to) ?? { path: to }), agreed: { ...source.agreed, path: to } })
      this.#triples.set(from, { ...source, agreed: undefined })
    }
  }

  /** What is left blocks each other: one of them steps aside under a name of its own. */
  #breakRing(left: readonly Candidate[]): boolean {
    for (const candidate of left) {
      const { on } = candidate
      const from = this.#now(candidate.from, on)
      const entry = this.#entry(from, on)
      const isInTheWay = left.some(other => other !== candidate && other.on === on && other.to === from)
      if (entry === undefined || !isInTheWay || nameOf(from).startsWith(SWAP_PREFIX)) continue
      this.#move(on, from, pathIn(parentOf(from), swapName(from, entry.stamp)), entry, candidate.because)
      return true
    }
    return false
  }
}

/** A name that another plan will not choose again for another state, should this one be interrupted half-way. */
function swapName(path: Path, stamp: string): string {
  let hash = 0x811c9dc5
  for (const char of `${path}\0${stamp}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return `${SWAP_PREFIX}${hash.toString(16).padStart(8, '0')}`
}
