// What one user sees: his home, with the folders that were granted to him at the top. The one place where rights are decided.
import { createHash } from 'node:crypto'
import { SyncError } from '../model/errors.ts'
import type { Path, Place } from '../model/path.ts'
import { copyAcross, moveAcross } from './copy-across.ts'
import { type Member, Members, type Mount, outer, type Resolved, rootOf, shown, shownChange } from './members.ts'
import { MountedTrash } from './mounted-trash.ts'
import { MountedVersions } from './mounted-versions.ts'
import { refuse } from './refuse.ts'
import type {
  ByteRange,
  Changed,
  DirectoryNode,
  Etag,
  FileNode,
  Incoming,
  NodeId,
  Received,
  Space,
  SpaceChange,
  SpaceNode,
  Usage,
} from './space.ts'

export interface MountedSpaceOptions {
  /** The user may do everything here. */
  readonly home: Space
  readonly mounts: readonly Mount[]
}

/** Neither the home nor what is mounted is closed by it: make one whenever the grants of a user have changed. */
export function mountedSpace({ home, mounts }: MountedSpaceOptions): Space {
  return new MountedSpace(new Members(home, mounts))
}

class MountedSpace implements Space {
  readonly id: string
  readonly label: string
  readonly trash: MountedTrash
  readonly versions: MountedVersions
  readonly #members: Members
  /** Which space has what was received. */
  readonly #received = new WeakMap<Received, Space>()
  readonly #watches = new Set<Disposable>()

  constructor(members: Members) {
    this.id = members.home.space.id
    this.label = members.home.space.label
    this.trash = new MountedTrash(members)
    this.versions = new MountedVersions(members)
    this.#members = members
  }

  async find(path: Place): Promise<SpaceNode | undefined> {
    const { member, inner } = await this.#members.resolve(path)
    if (inner === '') return this.#root(member)
    const node = await member.space.find(inner)
    return node && shown(member, node)
  }

  async findById(id: NodeId): Promise<SpaceNode | undefined> {
    const owner = await this.#members.ownerOf(id)
    if (owner === undefined) return undefined
    return owner.node.path === '' ? this.#root(owner.member) : shown(owner.member, owner.node)
  }

  async *list(place: Place): AsyncGenerator<readonly SpaceNode[]> {
    const { member, inner } = await this.#members.resolve(place)
    const pages = member.space.list(inner)
    if (place === '') yield* withMounts(pages, await this.#mountRoots())
    else if (member.at === '') yield* pages
    else for await (const page of pages) yield page.map(node => shown(member, node))
  }

  async *read(file: FileNode, range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { member, inner } = await this.#members.resolve(file.path)
    const { rights: _, place: __, ...node } = file
    yield* member.space.read({ ...node, path: inner as Path }, range, signal)
  }

  async receive(incoming: Incoming, signal: AbortSignal): Promise<Received> {
    const { at } = incoming
    const { member, inner } = await this.#members.resolve(at)
    if (member.rights === 'read' || inner === '')
      throw new SyncError('denied', `You may not write to ${at}.`, { path: at })
    const received = await member.space.receive({ ...incoming, at: inner }, signal)
    this.#received.set(received, member.space)
    return received
  }

  async discard(received: Received): Promise<void> {
    await (this.#received.get(received) ?? this.#members.home.space).discard(received)
  }

  async change(change: SpaceChange, signal: AbortSignal): Promise<Changed> {
    if (change.do === 'move' || change.do === 'copy') return this.#changeTwo(change, signal)
    const { member, inner } = await this.#members.resolve(change.at)
    if (inner === '') return refuse(AT_MOUNT[change.do], change.at)
    if (member.rights === 'read') return refuse('not-permitted', change.at)
    if (change.do === 'put') this.#assertHere(change.received, member, change.at)
    return shownChange(member, await member.space.change({ ...change, at: inner }, signal))
  }

  async usage(place: Place): Promise<Usage> {
    const { member, inner } = await this.#members.resolve(place)
    return member.space.usage(inner)
  }

  async properties(node: NodeId): Promise<ReadonlyMap<string, string>> {
    return (await this.#members.ownerOf(node))?.member.space.properties(node) ?? new Map()
  }

  async propertiesOf(nodes: readonly NodeId[]): Promise<ReadonlyMap<NodeId, ReadonlyMap<string, string>>> {
    const found = new Map<NodeId, ReadonlyMap<string, string>>()
    for (const space of this.#members.spaces) {
      for (const [node, properties] of await space.propertiesOf(nodes)) found.set(node, properties)
    }
    return found
  }

  async setProperties(node: NodeId, changes: ReadonlyMap<string, string | undefined>): Promise<void> {
    const owner = await this.#members.ownerOf(node)
    if (owner === undefined) throw new SyncError('missing', 'It is not there any more.')
    const { member, node: found } = owner
    if (member.rights === 'read') throw new SyncError('denied', `You may not change ${outer(member, found.path)}.`)
    await member.space.setProperties(node, changes)
  }

  watch(onChange: (changed: readonly NodeId[]) => void): Disposable {
    const watches = this.#members.spaces.map(space => space.watch(onChange))
    const all: Disposable = {
      [Symbol.dispose]: () => {
        this.#watches.delete(all)
        for (const watch of watches) watch[Symbol.dispose]()
      },
    }
    this.#watches.add(all)
    return all
  }

  async close(): Promise<void> {
    for (const watch of [...this.#watches]) watch[Symbol.dispose]()
  }

  async #changeTwo(change: SpaceChange & { readonly do: 'move' | 'copy' }, signal: AbortSignal): Promise<Changed> {
    const from = await this.#members.resolve(change.from)
    const to = await this.#members.resolve(change.to)
    const fault = faultOf(change.do, from, to)
    if (fault !== undefined) return refuse(fault.why, fault.at === 'from' ? change.from : change.to)
    const target = to.inner as Path
    if (from.member.at === to.member.at) {
      const inner = { ...change, from: from.inner as Path, to: target }
      return shownChange(to.member, await to.member.space.change(inner, signal))
    }
    const ends = { from: placeOf(from), to: { ...placeOf(to), at: target } }
    const { overwrite, when } = change
    const changed =
      change.do === 'move'
        ? await moveAcross({ ...ends, overwrite, when, depth: 'tree' }, signal)
        : await copyAcross({ ...ends, overwrite, when, depth: change.depth }, signal)
    return shownChange(to.member, changed)
  }

  #assertHere(received: Received, member: Member, at: Path): void {
    if ((this.#received.get(received) ?? member.space) === member.space) return
    throw new SyncError('missing', `What was sent for ${at} was sent to another place. Send it again.`, { path: at })
  }

  /** The root of the tree tells of everything below: of what is mounted, too. */
  async #root(member: Member): Promise<DirectoryNode> {
    const root = await rootOf(member)
    if (member.at !== '') return shown(member, root)
    const mounts = await this.#mountRoots()
    if (mounts.length === 0) return root
    const size = mounts.reduce((sum, mount) => sum + mount.size, root.size)
    return { ...root, size, etag: etagOver(root, mounts) }
  }

  /** In the order of their names. */
  async #mountRoots(): Promise<readonly DirectoryNode[]> {
    const found: DirectoryNode[] = []
    for (const member of await this.#members.mounted()) found.push(shown(member, await rootOf(member)))
    return found.sort(byName)
  }
}

const AT_MOUNT = {
  put: 'is-a-directory',
  'make-directory': 'exists',
  trash: 'not-permitted',
  'set-mtime': 'not-permitted',
} as const

function faultOf(act: 'move' | 'copy', from: Resolved, to: Resolved) {
  const isSame = from.member.at === to.member.at
  if (isSame && from.inner === '') return { why: 'into-itself', at: 'to' } as const
  if (act === 'move' && (from.inner === '' || from.member.rights === 'read')) {
    return { why: 'not-permitted', at: 'from' } as const
  }
  if (to.inner === '' || to.member.rights === 'read') return { why: 'not-permitted', at: 'to' } as const
  return undefined
}

function placeOf({ member, inner }: Resolved): { readonly space: Space; readonly at: Place } {
  return { space: member.space, at: inner }
}

function etagOver(root: DirectoryNode, mounts: readonly DirectoryNode[]): Etag {
  const hash = createHash('sha256').update(root.etag)
  for (const { path, id, etag } of mounts) hash.update(`\0${path}\0${id}\0${etag}`)
  return hash.digest('hex').slice(0, 32) as Etag
}

async function* withMounts(
  pages: AsyncIterable<readonly SpaceNode[]>,
  mounts: readonly SpaceNode[],
): AsyncGenerator<readonly SpaceNode[]> {
  let left = [...mounts]
  for await (const page of pages) {
    const last = page.at(-1)
    const due = left.filter(mount => last !== undefined && byName(mount, last) < 0)
    left = left.filter(mount => !due.includes(mount))
    yield due.length === 0 ? page : [...page, ...due].sort(byName)
  }
  if (left.length > 0) yield left
}

/** Names at the top are compared as bytes, as in every listing. */
function byName(a: SpaceNode, b: SpaceNode): number {
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))
}
