// One user's files on the fake server: nodes with ids that survive moves and etags that change up to the root.
import { randomBytes } from 'node:crypto'

export interface Node {
  readonly id: number
  name: string
  parent: Node | undefined
  etag: string
  /** Unix seconds. */
  mtime: number
  /** Of a file; undefined for a collection. */
  bytes: Buffer | undefined
  /** Checksums as `KIND:hex`. */
  sums: readonly string[]
  /** What the owner of a share left us; undefined is everything. */
  rights: Restriction | undefined
  /** A mount whose storage does not answer. */
  unavailable: boolean
  readonly children: Map<string, Node>
}

/** `oc:permissions` of a node and of what is below it. */
export interface Restriction {
  readonly own: string
  readonly files: string
  readonly directories: string
}

export interface Trashed {
  readonly path: string
  readonly node: Node
}

export interface TreeOptions {
  readonly flavour: 'owncloud' | 'nextcloud'
  readonly caseSensitive: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export const READ_ONLY_SHARE: Restriction = { own: 'SGDNV', files: 'SG', directories: 'SG' }

/** What another client of the same account, or the server's owner, would do to the tree. Paths are relative to the user's root. */
export class FakeTree {
  readonly root: Node
  readonly trash: Trashed[] = []
  /** Bytes the user may store; undefined is no limit. */
  quota: number | undefined
  readonly #options: TreeOptions
  #nextId = 100

  constructor(options: TreeOptions) {
    this.#options = options
    this.root = this.#make('', undefined, undefined)
  }

  /** The node at `path` ('' is the root), or undefined. */
  find(path: string): Node | undefined {
    let at: Node | undefined = this.root
    for (const name of namesOf(path)) at = at?.children.get(this.#key(name))
    return at
  }

  get(path: string): Node {
    const node = this.find(path)
    if (node === undefined) throw new Error(`the fake server has no ${path}`)
    return node
  }

  /** Writes a file, making the directories above it; replaces the content of one that is there, keeping its id. */
  put(path: string, content: string | Uint8Array, more: { mtime?: number; sums?: readonly string[] } = {}): Node {
    const parent = this.mkdir(parentOf(path))
    const bytes = Buffer.from(content)
    const old = parent.children.get(this.#key(nameOf(path)))
    const node = old ?? this.#make(nameOf(path), parent, bytes)
    node.bytes = bytes
    node.sums = more.sums ?? []
    node.mtime = more.mtime ?? this.#seconds()
    parent.children.set(this.#key(node.name), node)
    this.#changed(node)
    return node
  }

  /** Makes a directory and those above it; does nothing where one is. */
  mkdir(path: string): Node {
    let at = this.root
    for (const name of namesOf(path)) {
      let child = at.children.get(this.#key(name))
      if (child === undefined) {
        child = this.#make(name, at, undefined)
        at.children.set(this.#key(name), child)
        this.#changed(child)
      }
      at = child
    }
    return at
  }

  move(from: string, to: string): Node {
    const node = this.get(from)
    const target = this.mkdir(parentOf(to))
    const left = node.parent
    if (left !== undefined) {
      left.children.delete(this.#key(node.name))
      this.#changed(left)
    }
    node.name = this.#stored(nameOf(to))
    node.parent = target
    target.children.set(this.#key(node.name), node)
    this.#changed(target)
    return node
  }

  remove(path: string): void {
    const node = this.get(path)
    this.trash.push({ path, node })
    node.parent?.children.delete(this.#key(node.name))
    if (node.parent !== undefined) this.#changed(node.parent)
  }

  read(path: string): Buffer {
    const { bytes } = this.get(path)
    if (bytes === undefined) throw new Error(`${path} is a directory`)
    return bytes
  }

  text(path: string): string {
    return this.read(path).toString()
  }

  /** Every path in order; directories end in '/'. */
  list(place = ''): string[] {
    const paths: string[] = []
    const visit = (node: Node, prefix: string): void => {
      for (const child of [...node.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
        paths.push(prefix + child.name + (child.bytes === undefined ? '/' : ''))
        visit(child, `${prefix}${child.name}/`)
      }
    }
    visit(this.get(place), '')
    return paths
  }

  /** Every path with its content; null for a directory. */
  contents(): Record<string, string | null> {
    return Object.fromEntries(
      this.list().map(path => (path.endsWith('/') ? [path.slice(0, -1), null] : [path, this.text(path)])),
    )
  }

  /** Gives the node, and all above it, new etags, as a change of its shares does. */
  touchEtag(path: string): void {
    this.#changed(this.get(path))
  }

  setMtime(node: Node, seconds: number): void {
    node.mtime = seconds
    this.#changed(node)
  }

  restrict(path: string, restriction: Restriction | undefined): void {
    this.get(path).rights = restriction
    this.touchEtag(path)
  }

  setUnavailable(path: string, unavailable: boolean): void {
    this.get(path).unavailable = unavailable
  }

  permissionsOf(node: Node): string {
    for (let at: Node | undefined = node; at !== undefined; at = at.parent) {
      if (at.rights === undefined) continue
      if (at === node) return at.rights.own
      return node.bytes === undefined ? at.rights.directories : at.rights.files
    }
    const readable = this.#options.flavour === 'nextcloud' ? 'G' : ''
    if (node.parent === undefined) return `${readable}DNVCK`
    return `R${readable}DNV${node.bytes === undefined ? 'CK' : 'W'}`
  }

  sizeOf(node: Node): number {
    if (node.bytes !== undefined) return node.bytes.length
    return [...node.children.values()].reduce((sum, child) => sum + this.sizeOf(child), 0)
  }

  /** Bytes that still fit. */
  free(): number {
    return this.quota === undefined ? Number.POSITIVE_INFINITY : Math.max(0, this.quota - this.sizeOf(this.root))
  }

  #make(name: string, parent: Node | undefined, bytes: Buffer | undefined): Node {
    this.#nextId += 1
    const stored = this.#stored(name)
    const common = { etag: newEtag(), mtime: this.#seconds(), sums: [], rights: undefined, unavailable: false }
    return { id: this.#nextId, name: stored, parent, bytes, children: new Map(), ...common }
  }

  #changed(node: Node): void {
    for (let at: Node | undefined = node; at !== undefined; at = at.parent) {
      at.etag = newEtag()
      if (at.bytes === undefined) at.mtime = this.#seconds()
    }
  }

  #stored(name: string): string {
    return name.normalize('NFC')
  }

  #key(name: string): string {
    const normal = this.#stored(name)
    return this.#options.caseSensitive ? normal : normal.toLowerCase()
  }

  #seconds(): number {
    return Math.floor(this.#options.now() / 1000)
  }
}

export function namesOf(path: string): string[] {
  return path.split('/').filter(name => name !== '')
}

export function parentOf(path: string): string {
  return namesOf(path).slice(0, -1).join('/')
}

export function nameOf(path: string): string {
  return namesOf(path).at(-1) ?? ''
}

export function pathOf(node: Node): string {
  return node.parent === undefined ? '' : [pathOf(node.parent), node.name].filter(part => part !== '').join('/')
}

function newEtag(): string {
  return randomBytes(16).toString('hex')
}
