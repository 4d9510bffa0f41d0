// The order of moves: one after another, so that each target is free and each parent is there; rings are broken by stepping aside.
import type { DirectoryEntry, Kind, Syncable } from '../model/entry.ts'
import { clashKey, faultOfNameFor, type NameRules } from '../model/names.ts'
import { ancestorsOf, isBelow, nameOf, type Path, type Place, parentOf, pathIn } from '../model/path.ts'
import type { PlanContext } from './context.ts'
import type { Candidate } from './find-moves.ts'
import { MovedTrees } from './moved-trees.ts'
import type { Follow, MakeDirectory, Move } from './step.ts'
import { entryOn, otherSide, type Side, syncableOn, type Triple } from './triple.ts'

/** Done one after another, in this order. */
export type MoveStep = Move | MakeDirectory | Follow

/** Names of entries on their way in a ring of moves (a to b, b to a). Not ignored: after a crash half-way they are found and moved on like any other. */
const SWAP_PREFIX = '.syncline-swap-'

/** What a candidate came to: it is settled (done, or to be done without a move), or waits for what is at a path to change. */
type Try = 'settled' | { readonly waitsFor: Path }

const SETTLED = 'settled'

/** Lays out moves one after another, keeping account of the trees as they are by then. Lives for one plan. */
export class MoveOrder {
  readonly trees: MovedTrees
  readonly steps: MoveStep[] = []
  /** Left to the next plan, with everything below: what they are about has a stamp by now that nobody has seen yet. */
  readonly deferred = new Set<Path>()
  readonly #context: PlanContext
  readonly #waiting = new Map<string, Candidate[]>()
  readonly #pending: Set<Candidate>
  readonly #names = new SharedNames()
  readonly #byOrigin: ReadonlyMap<Path, Candidate>
  readonly #byFrom: ReadonlyMap<string, Candidate>
  /** Where moves that are not done yet will arrive. */
  readonly #arriving = new Map<string, number>()
  #ready: Candidate[] = []
  #carry: 'along' | 'nothing' = 'along'
  /** Where each of those is that made room for others. */
  readonly #aside = new Map<Candidate, Path>()

  constructor(triples: ReadonlyMap<Path, Triple>, candidates: readonly Candidate[], context: PlanContext) {
    this.trees = new MovedTrees(triples)
    this.#context = context
    this.#pending = new Set(candidates)
    this.#byOrigin = new Map(candidates.map(candidate => [candidate.origin, candidate]))
    this.#byFrom = new Map(candidates.map(candidate => [keyOf(candidate.on, candidate.from), candidate]))
    this.#ready = [...candidates].reverse()
    for (const candidate of candidates) this.#expectArrival(candidate, 1)
  }

  run(): void {
    this.#attemptReady()
    while (this.#breakRings());
    // What still waits to be carried along by a directory that cannot move goes by itself.
    this.#carry = 'nothing'
    for (const waiting of this.#waiting.values()) this.#ready.push(...waiting)
    this.#waiting.clear()
    this.#attemptReady()
    while (this.#breakRings());
  }

  /** Those that made room and never got to where they belong. */
  get stranded(): ReadonlySet<Candidate> {
    const isThere = ([{ on, from }, aside]: [Candidate, Path]) => this.trees.now(from, on) === aside
    return new Set([...this.#aside].filter(isThere).map(([candidate]) => candidate))
  }

  #isCarriedBy({ on, origin, alone }: Candidate): boolean {
    if (this.#carry === 'nothing' || alone === 'alone') return false
    const directory = this.#byOrigin.get(parentOf(origin) as Path)
    return directory?.on === on && this.#pending.has(directory)
  }

  #attemptReady(): void {
    for (let next = this.#ready.pop(); next !== undefined; next = this.#ready.pop()) this.#attempt(next)
  }

  #attempt(candidate: Candidate): void {
    const result = this.#tryMove(candidate)
    if (result === SETTLED) {
      this.#pending.delete(candidate)
      this.#expectArrival(candidate, -1)
      this.#wake(candidate.on, this.trees.now(candidate.to, otherSide(candidate.on)))
      this.#wake('local', candidate.origin)
      this.#wake('remote', candidate.origin)
      return
    }
    const key = keyOf(candidate.on, result.waitsFor)
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) this.#waiting.set(key, [candidate])
    else waiting.push(candidate)
  }

  #wake(side: Side, path: Path): void {
    const key = keyOf(side, path)
    this.#ready.push(...(this.#waiting.get(key) ?? []))
    this.#waiting.delete(key)
  }

  #expectArrival({ on, to }: Candidate, change: 1 | -1): void {
    const key = keyOf(on, to)
    this.#arriving.set(key, (this.#arriving.get(key) ?? 0) + change)
  }

  #tryMove(candidate: Candidate): Try {
    const { on, origin, kind } = candidate
    const from = this.trees.now(candidate.from, on)
    // The other side's own tree may have been rearranged since, by moves that carried the target along.
    const to = this.trees.now(candidate.to, otherSide(on))
    const entry = this.#entry(from, on)
    if (entry === undefined || entry.kind !== kind) return SETTLED
    if (this.#isCarriedBy(candidate)) return { waitsFor: parentOf(origin) as Path }
    const at = this.trees.agreedAt(origin)
    // What moved into a new directory of its old name on both sides: records cannot move into themselves, and equal content settles it.
    if (isBelow(from, at)) return SETTLED
    if (this.#isAgreementInUse(at, from, to, on)) return { waitsFor: from }
    if (from === to) return this.#follow(at, from)
    if (isBelow(to, from)) return { waitsFor: from }
    if (this.#presentKind(to, on) !== undefined) return { waitsFor: to }
    if (this.#isPartOfLocalMove(from, on)) return this.#defer(to)
    if (!this.#permits(on, entry, from, to) || this.#isUnnameable(to, on)) return SETTLED
    const twin = this.#twinOf(from, to, on)
    if (twin !== undefined) return { waitsFor: twin }
    const missing = this.#missingParents(to, on)
    if (missing === SETTLED || 'waitsFor' in missing) return missing
    // Only now: an agreement that followed a move which then is not done would call the other place deleted.
    this.#follow(at, from)
    for (const parent of missing) this.#makeDirectory(parent, on)
    this.#move(on, from, to, entry, candidate.because)
    return SETTLED
  }

  #entry(path: Path, side: Side): Syncable | undefined {
    const triple = this.trees.get(path)
    return triple === undefined ? undefined : syncableOn(triple, side)
  }

  #presentKind(path: Path, side: Side): Kind | 'blocked' | undefined {
    const triple = this.trees.get(path)
    return triple === undefined ? this.#context.agreedKind(path) : entryOn(triple, side)?.kind
  }

  /** Whether what both sides have moved from `at` to `from` has to wait, because another agreement is there that the other side still keeps. */
  #isAgreementInUse(at: Path, from: Path, to: Path, on: Side): boolean {
    if (at === from || from === to) return false
    const target = this.trees.get(from)
    return target?.agreed !== undefined && entryOn(target, otherSide(on)) !== undefined
  }

  #follow(at: Path, to: Path): Try {
    if (at === to) return SETTLED
    this.steps.push({ do: 'follow', from: at, path: to, because: 'both-moved' })
    this.trees.follow(at, to)
    return SETTLED
  }

  /** A move of a directory here gives everything in it new stamps, which only the next plan sees. */
  #isPartOfLocalMove(from: Path, on: Side): boolean {
    return on === 'local' && this.trees.isStale(from) && !this.trees.isTop(from)
  }

  #defer(to: Path): Try {
    this.deferred.add(to)
    return SETTLED
  }

  #permits(on: Side, entry: Syncable, from: Path, to: Path): boolean {
    if (on === 'local') return true
    const rights = entry.kind === 'symlink' ? undefined : entry.rights
    const parent = this.#context.rightsIn(parentOf(to))
    const renames = parentOf(from) === parentOf(to)
    if (rights !== undefined && !(renames ? rights.rename : rights.move)) return false
    if (renames || parent === undefined) return true
    return entry.kind === 'directory' ? parent.addDirectories : parent.addFiles
  }

  #isUnnameable(path: Path, side: Side): boolean {
    return faultOfNameFor(this.#context.can[side].names, nameOf(path)) !== undefined
  }

  /** What is on `side` under a name that it takes for the same as the name of `path`. */
  #twinOf(from: Path, path: Path, side: Side): Path | undefined {
    const rules = this.#context.can[side].names
    if (rules.caseSensitive && !rules.normalizes) return undefined
    for (const twin of this.#names.sharing(path, side, rules, place => this.#known(place)))
      if (twin !== path && twin !== from && this.#presentKind(twin, side) !== undefined) return twin
    return undefined
  }

  #known(place: Place): Path[] {
    return [...this.trees.childrenOf(place), ...this.#context.agreedNames(place).map(name => pathIn(place, name))]
  }

  /** The directories above `to` that the other side has and this one does not, from the top. */
  #missingParents(to: Path, on: Side): readonly Path[] | Try {
    const missing: Path[] = []
    for (const place of ancestorsOf(to)) {
      const kind = this.#presentKind(place, on)
      // What is put into a directory that is still to move would go along with it.
      if (this.#isLeaving(place, on)) return { waitsFor: place }
      if (kind === 'directory') break
      if (kind !== undefined) return { waitsFor: place }
      // Something is still to arrive there, or what was agreed there is still to go elsewhere.
      if (this.#isArriving(place, on) || this.#isAboutAnother(place)) return { waitsFor: place }
      if (this.#entry(place, otherSide(on))?.kind !== 'directory') return SETTLED
      const isHindered = this.trees.get(place)?.backingOff !== undefined || this.#isUnnameable(place, on)
      if (isHindered || this.#twinOf(place, place, on) !== undefined) return SETTLED
      missing.unshift(place)
    }
    const top = missing[0]
    const rights = top === undefined || on === 'local' ? undefined : this.#context.rightsIn(parentOf(top))
    return rights?.addDirectories === false ? SETTLED : missing
  }

  #isLeaving(place: Path, on: Side): boolean {
    const mover = this.#byFrom.get(keyOf(on, this.trees.before(place, on)))
    return this.#carry === 'along' && mover !== undefined && this.#pending.has(mover)
  }

  #isArriving(place: Path, on: Side): boolean {
    return (this.#arriving.get(keyOf(on, this.trees.before(place, otherSide(on)))) ?? 0) > 0
  }

  /** Whether the agreement at `place` belongs to something that has moved away and not been dealt with yet. */
  #isAboutAnother(place: Path): boolean {
    const owner = this.#byOrigin.get(this.trees.agreedFrom(place))
    return owner !== undefined && this.#pending.has(owner)
  }

  #makeDirectory(path: Path, on: Side): void {
    const source = this.#entry(path, otherSide(on)) as DirectoryEntry
    const because = on === 'remote' ? 'push-created' : 'pull-created'
    this.steps.push({ do: 'make-directory', on, path, source, because })
    this.trees.make(path, on, source)
    this.#names.enter(path, on, this.#context.can[on].names)
  }

  #move(on: Side, from: Path, to: Path, entry: Syncable, because: Move['because']): void {
    const carried = this.trees.isTouched(from, on) ? { carried: 'carried' as const } : {}
    this.steps.push({ do: 'move', on, from, path: to, kind: entry.kind, expect: entry.stamp, ...carried, because })
    this.trees.move(from, to, on)
    this.#names.enter(to, on, this.#context.can[on].names)
    if (entry.kind === 'directory') this.#names.forgetBelow()
    this.#wake(on, from)
  }

  /** What is left blocks each other: one of each ring steps aside under a name of its own. True when that helped somewhere. */
  #breakRings(): boolean {
    const left = [...this.#waiting.values()].flat()
    const targets = new Set(left.map(({ on, to }) => keyOf(on, this.trees.now(to, otherSide(on)))))
    let helped = false
    for (const candidate of left) {
      if (!this.#pending.has(candidate) || !this.#stepAside(candidate, targets)) continue
      helped = true
      this.#attemptReady()
    }
    return helped
  }

  #stepAside(candidate: Candidate, targets: ReadonlySet<string>): boolean {
    const { on, from: origin, to, because } = candidate
    const from = this.trees.now(origin, on)
    const entry = this.#entry(from, on)
    const isInTheWay = targets.has(keyOf(on, from)) || isBelow(this.trees.now(to, otherSide(on)), from)
    if (entry === undefined || !isInTheWay || nameOf(from).startsWith(SWAP_PREFIX)) return false
    const aside = pathIn(parentOf(from), swapName(from, entry.stamp))
    if (this.#isPartOfLocalMove(from, on) || !this.#permits(on, entry, from, aside)) return false
    this.#move(on, from, aside, entry, because)
    this.#aside.set(candidate, aside)
    return true
  }
}

function keyOf(side: Side, path: Place): string {
  return `${side}:${path}`
}

/** Paths by the key under which their names clash, remembered for each place that was asked about. */
class SharedNames {
  readonly #places = new Map<string, Map<string, Set<Path>>>()

  /** The paths in the place of `path` whose names clash with its name; `known` tells what may be in a place. */
  sharing(path: Path, side: Side, rules: NameRules, known: (place: Place) => readonly Path[]): Iterable<Path> {
    const place = keyOf(side, parentOf(path))
    if (!this.#places.has(place)) {
      this.#places.set(place, new Map())
      for (const one of known(parentOf(path))) this.enter(one, side, rules)
    }
    return this.#places.get(place)?.get(clashKey(rules, nameOf(path))) ?? []
  }

  enter(path: Path, side: Side, rules: NameRules): void {
    const place = this.#places.get(keyOf(side, parentOf(path)))
    if (place === undefined) return
    const key = clashKey(rules, nameOf(path))
    const paths = place.get(key)
    if (paths === undefined) place.set(key, new Set([path]))
    else paths.add(path)
  }

  /** After a directory has moved: what is in it is elsewhere now. */
  forgetBelow(): void {
    this.#places.clear()
  }
}

/** A name that another plan will not choose again for another state, should this one be interrupted half-way. */
function swapName(path: Path, stamp: string): string {
  let hash = 0x811c9dc5
  for (const char of `${path}\0${stamp}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return `${SWAP_PREFIX}${hash.toString(16).padStart(8, '0')}`
}
