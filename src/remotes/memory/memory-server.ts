// A server that is only memory: a tree of nodes with ids, stamps and mtimes. Every method is one atomic act; tests use it as another client would.
import { comparePaths, isBelow, type Path, type Place, parentOf, rebasePath } from '../../model/path.ts'

export interface Node {
  readonly id: number
  readonly kind: 'file' | 'directory' | 'symlink'
  readonly stamp: string
  readonly bytes: Uint8Array
  readonly mtimeNs: bigint
  readonly mode: number
  readonly target: string
}

export class MemoryServer {
  readonly nodes = new Map<Path, Node>()
  rootStamp = 's0'
  #next = 1
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  put(path: Path, bytes: Uint8Array, mtimeNs?: bigint, mode = 0o644): void {
    const before = this.nodes.get(path)
    const id = before?.kind === 'file' ? before.id : this.#count()
    this.nodes.set(path, {
      id,
      kind: 'file',
      stamp: this.#stamp(),
      bytes,
      mtimeNs: mtimeNs ?? BigInt(this.#now()) * 1_000_000n,
      mode,
      target: '',
    })
    this.#touchAbove(path)
  }

  makeDirectory(path: Path, mode = 0o755): void {
    if (this.nodes.get(path)?.kind === 'directory') return
    this.nodes.set(path, {
      id: this.#count(),
      kind: 'directory',
      stamp: this.#stamp(),
      bytes: NOTHING,
      mtimeNs: 0n,
      mode,
      target: '',
    })
    this.#touchAbove(path)
  }

  makeSymlink(path: Path, target: string): void {
    this.nodes.set(path, {
      id: this.#count(),
      kind: 'symlink',
      stamp: this.#stamp(),
      bytes: NOTHING,
      mtimeNs: 0n,
      mode: 0o777,
      target,
    })
    this.#touchAbove(path)
  }

  move(from: Path, to: Path): void {
    for (const path of this.below(from, 'with-itself')) {
      const node = this.nodes.get(path)
      if (node === undefined) continue
      this.nodes.delete(path)
      this.nodes.set(rebasePath(path, from, to), node)
    }
    this.#touchAbove(from)
    this.#touchAbove(to)
  }

  remove(path: Path): void {
    for (const below of this.below(path, 'with-itself')) this.nodes.delete(below)
    this.#touchAbove(path)
  }

  setMetadata(path: Path, mtimeNs: bigint | undefined, mode: number | undefined): void {
    const node = this.nodes.get(path)
    if (node === undefined) return
    this.nodes.set(path, { ...node, stamp: this.#stamp(), mtimeNs: mtimeNs ?? node.mtimeNs, mode: mode ?? node.mode })
    this.#touchAbove(path)
  }

  children(place: Place): Path[] {
    return [...this.nodes.keys()].filter(path => parentOf(path) === place)
  }

  below(place: Path, itself?: 'with-itself'): Path[] {
    return [...this.nodes.keys()]
      .filter(path => isBelow(path, place) || (itself !== undefined && path === place))
      .sort(comparePaths)
  }

  #count(): number {
    this.#next += 1
    return this.#next
  }

  #stamp(): string {
    return `s${this.#count()}`
  }

  #touchAbove(path: Path): void {
    for (let place = parentOf(path); place !== ''; place = parentOf(place)) {
      const node = this.nodes.get(place)
      if (node !== undefined) this.nodes.set(place, { ...node, stamp: this.#stamp() })
    }
    this.rootStamp = this.#stamp()
  }
}

const NOTHING = new Uint8Array()
