// The triples while moves are laid out: what each side shows, and what is agreed, as it will be after the moves so far.
import type { DirectoryEntry } from '../model/entry.ts'
import { ancestorsOf, type Path, type Place, parentOf, rebasePath } from '../model/path.ts'
import { entryOn, type Side, type Triple, withEntry } from './triple.ts'

/** Where things that were at one path are by now, and what they were before. */
class Whereabouts {
  readonly #now = new Map<Path, Path>()
  readonly #before = new Map<Path, Path>()

  now(path: Path): Path {
    return this.#now.get(path) ?? path
  }

  before(path: Path): Path {
    return this.#before.get(path) ?? path
  }

  move(from: Path, to: Path): void {
    const before = this.#before.get(from) ?? from
    this.#before.delete(from)
    this.#now.set(before, to)
    this.#before.set(to, before)
  }
}

export class MovedTrees {
  /** Paths at which a move arrived that concerned the agreement as well: our records take care of what is as agreed there. */
  readonly moved = new Set<Path>()
  /** Directories that were made on the way: nothing is left to do for these. */
  readonly made = new Set<Path>()
  readonly #triples: Map<Path, Triple>
  readonly #children = new Map<Place, Set<Path>>()
  readonly #sides = { local: new Whereabouts(), remote: new Whereabouts() }
  readonly #agreements = new Whereabouts()
  /** What has another stamp by now on that side, or may have. */
  readonly #touched = { local: new Set<Path>(), remote: new Set<Path>() }
  /** What was itself moved on this side, and what went along. */
  readonly #tops = new Set<Path>()
  readonly #stale = new Set<Path>()

  constructor(triples: ReadonlyMap<Path, Triple>) {
    this.#triples = new Map(triples)
    for (const path of triples.keys()) this.#enter(path)
  }

  get(path: Path): Triple | undefined {
    return this.#triples.get(path)
  }

  childrenOf(place: Place): Iterable<Path> {
    return this.#children.get(place) ?? []
  }

  /** Where what `side` showed at `path` is by now. */
  now(path: Path, side: Side): Path {
    return this.#sides[side].now(path)
  }

  /** Where what `side` shows at `path` by now was before. */
  before(path: Path, side: Side): Path {
    return this.#sides[side].before(path)
  }

  /** Where the agreement that was about `path` is by now. */
  agreedAt(path: Path): Path {
    return this.#agreements.now(path)
  }

  /** Where the agreement that is about `path` by now was before. */
  agreedFrom(path: Path): Path {
    return this.#agreements.before(path)
  }

  /** Whether earlier steps moved what is at `path`, or changed something in it. */
  isTouched(path: Path, side: Side): boolean {
    return this.#touched[side].has(path)
  }

  /** Whether what this side shows at `path` has another stamp by now than its triple says. */
  isStale(path: Path): boolean {
    return this.#stale.has(path)
  }

  isTop(path: Path): boolean {
    return this.#tops.has(path)
  }

  /** The triples after all moves. */
  get triples(): ReadonlyMap<Path, Triple> {
    return this.#triples
  }

  move(from: Path, to: Path, side: Side): void {
    for (const path of this.#within(from)) this.#rebase(path, rebasePath(path, from, to), side)
    for (const place of [to, ...ancestorsOf(to), ...ancestorsOf(from)]) this.#touched[side].add(place)
    if (side === 'local') this.#tops.add(to)
  }

  follow(from: Path, to: Path): void {
    for (const path of this.#within(from)) {
      const { agreed, ...source } = this.#triples.get(path) ?? { path }
      if (agreed === undefined) continue
      const target = rebasePath(path, from, to)
      this.#set({ ...(this.#triples.get(target) ?? { path: target }), agreed: { ...agreed, path: target } })
      this.#set(source)
      this.#agreements.move(path, target)
      this.moved.add(target)
    }
  }

  /** A directory is made on `side` like the one on the other. */
  make(path: Path, side: Side, source: DirectoryEntry): void {
    this.#set(withEntry(this.#triples.get(path) ?? { path }, side, { kind: 'directory', stamp: source.stamp }))
    this.made.add(path)
    for (const place of ancestorsOf(path)) this.#touched[side].add(place)
  }

  /** Moves what `side` shows at `from`, and what is agreed there, to `to`. */
  #rebase(from: Path, to: Path, side: Side): void {
    const { agreed, ...source } = this.#triples.get(from) ?? { path: from }
    const entry = entryOn(source, side)
    const target = withEntry(this.#triples.get(to) ?? { path: to }, side, entry)
    this.#set(agreed === undefined ? target : { ...target, agreed: { ...agreed, path: to } })
    this.#set(withEntry(source, side, undefined))
    if (agreed !== undefined) {
      this.#agreements.move(from, to)
      this.moved.add(to)
    }
    if (entry === undefined) return
    this.#sides[side].move(from, to)
    // Not the same on both sides any more: there is something to do for it again.
    this.made.delete(from)
    if (this.#touched[side].delete(from)) this.#touched[side].add(to)
    if (side !== 'local') return
    this.#stale.add(to)
    this.#stale.delete(from)
    if (this.#tops.delete(from)) this.#tops.add(to)
  }

  #within(from: Path): Path[] {
    const paths = [from]
    for (const path of paths) paths.push(...(this.#children.get(path) ?? []))
    return paths.filter(path => this.#triples.has(path))
  }

  #set(triple: Triple): void {
    if (!this.#triples.has(triple.path)) this.#enter(triple.path)
    this.#triples.set(triple.path, triple)
  }

  /** Also enters the directories above, which need not be in a triple, so that everything below a path can be found. */
  #enter(path: Path): void {
    for (let at: Path = path; ; ) {
      const place = parentOf(at)
      const siblings = this.#children.get(place)
      if (siblings?.has(at)) return
      if (siblings === undefined) this.#children.set(place, new Set([at]))
      else siblings.add(at)
      if (place === '') return
      at = place
    }
  }
}
