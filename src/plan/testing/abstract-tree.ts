// One side of the abstract world: a tree in memory that gives stamps as a folder's index, or as a server, does.
import type { Checksum, ContentId } from '../../model/content.ts'
import type { EntryId, Stamp, Syncable } from '../../model/entry.ts'
import { assert } from '../../model/errors.ts'
import {
  ancestorsOf,
  isBelow,
  isWithin,
  nameOf,
  type Path,
  type Place,
  parentOf,
  rebasePath,
} from '../../model/path.ts'
import type { Side } from '../triple.ts'

export interface Node {
  readonly id: number
  readonly kind: Syncable['kind']
  /** Of a file its bytes, of a symlink its target. */
  readonly content: string
  readonly mtime: bigint
  readonly mode: number
  readonly stamp: number
}

export interface Flavour {
  readonly ids: 'ids' | 'none'
  readonly sums: 'sums' | 'none'
  readonly directoryStamps: 'recursive' | 'constant'
  readonly modes: boolean
  readonly moves: 'trees' | 'files' | 'none'
  readonly removesTrees: boolean
  readonly caseSensitive: boolean
  readonly setsMtime: 'always' | 'with-content' | 'never'
}

export class AbstractTree {
  readonly nodes = new Map<Path, Node>()
  readonly side: Side
  readonly #flavour: Flavour
  #count = 0

  constructor(side: Side, flavour: Flavour) {
    this.side = side
    this.#flavour = flavour
  }

  clone(): AbstractTree {
    const copy = new AbstractTree(this.side, this.#flavour)
    for (const [path, node] of this.nodes) copy.nodes.set(path, node)
    copy.#count = this.#count
    return copy
  }

  entry(path: Path): Syncable | undefined {
    const node = this.nodes.get(path)
    if (node === undefined) return undefined
    const { ids, sums, modes } = this.#flavour
    const stamp = String(node.stamp) as Stamp
    const id = this.side === 'remote' && ids === 'none' ? {} : { id: `${this.side[0]}${node.id}` as EntryId }
    const mode = modes ? { mode: node.mode } : {}
    if (node.kind === 'symlink') return { kind: 'symlink', stamp, target: node.content, ...id }
    if (node.kind === 'directory') return { kind: 'directory', stamp, ...mode, ...id }
    const known = this.side === 'local' ? { content: `c-${node.content}` as ContentId } : {}
    const summed = this.side === 'remote' && sums === 'sums' ? { sums: [`SHA1:${node.content}` as Checksum] } : {}
    return { kind: 'file', stamp, size: 3, mtimeNs: node.mtime, ...mode, ...id, ...known, ...summed }
  }

  hasPlace(place: Place): boolean {
    return place === '' || this.nodes.get(place)?.kind === 'directory'
  }

  within(place: Path): Path[] {
    return [...this.nodes.keys()].filter(path => isWithin(path, place))
  }

  isEmpty(place: Path): boolean {
    return ![...this.nodes.keys()].some(path => isBelow(path, place))
  }

  /** What has the name already, for a side that takes `a` and `A` for one. */
  twinOf(path: Path): Path | undefined {
    if (this.side === 'local' || this.#flavour.caseSensitive) return this.nodes.has(path) ? path : undefined
    const same = (other: Path) =>
      parentOf(other) === parentOf(path) && nameOf(other).toLowerCase() === nameOf(path).toLowerCase()
    return [...this.nodes.keys()].find(same)
  }

  /** Puts something at a free path, or in place of what is there. */
  put(path: Path, state: { kind: Node['kind']; content?: string; mtime?: bigint; mode?: number; id?: number }): void {
    assert(this.hasPlace(parentOf(path)), `${this.side}: ${path} is put where no directory is`)
    const twin = this.twinOf(path)
    assert(twin === undefined || twin === path, `${this.side}: ${path} is put where ${twin} is`)
    const { kind, content = '', mtime = 0n, mode = 0 } = state
    const id = state.id ?? this.nodes.get(path)?.id ?? this.#next()
    this.nodes.set(path, { kind, content, mtime, mode, id, stamp: this.#next() })
    this.#bump(path)
  }

  remove(path: Path): void {
    for (const below of this.within(path)) this.nodes.delete(below)
    this.#bump(path)
  }

  move(from: Path, to: Path): void {
    assert(this.hasPlace(parentOf(to)), `${this.side}: ${from} is moved to ${to}, where no directory is`)
    const twin = this.twinOf(to)
    assert(twin === undefined || twin === from, `${this.side}: ${from} is moved to ${to}, where ${twin} is`)
    assert(!isBelow(to, from), `${this.side}: ${from} is moved into itself`)
    const moved = this.within(from).map(path => [path, this.nodes.get(path)] as const)
    for (const [path] of moved) this.nodes.delete(path)
    for (const [path, node] of moved) {
      if (node !== undefined)
        this.nodes.set(rebasePath(path, from, to), this.side === 'local' ? { ...node, stamp: this.#next() } : node)
    }
    this.#bump(from)
    this.#bump(to)
  }

  #next(): number {
    this.#count += 1
    return this.#count
  }

  /** Recursive stamps change with everything below. */
  #bump(path: Path): void {
    if (this.side === 'local' || this.#flavour.directoryStamps === 'constant') return
    for (const place of ancestorsOf(path)) {
      const node = this.nodes.get(place)
      if (node !== undefined) this.nodes.set(place, { ...node, stamp: this.#next() })
    }
  }
}
