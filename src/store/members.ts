// Which spaces a user's tree is put together from, and where in it each of them is.
import { type Path, type Place, pathIn } from '../model/path.ts'
import { namesLike } from './free-name.ts'
import type { Changed, DirectoryNode, NodeId, Space, SpaceNode } from './space.ts'

export interface Mount {
  /** At the top of the tree, unless that is taken. */
  readonly name: string
  readonly space: Space
  readonly rights: 'read' | 'write'
}

/** One space in the tree. */
export interface Member {
  readonly space: Space
  readonly rights: 'read' | 'write'
  /** Where its root is: '' for the home, else one name. */
  readonly at: Place
}

/** Where a path leads. */
export interface Resolved {
  readonly member: Member
  readonly inner: Place
}

/** Ids of nodes begin with the number of their space (decision 0008). */
const NODES_PER_SPACE = 2 ** 40

export class Members {
  readonly #home: Member
  readonly #mounts: readonly Mount[]

  constructor(home: Space, mounts: readonly Mount[]) {
    this.#home = { space: home, rights: 'write', at: '' }
    this.#mounts = mounts
  }

  get home(): Member {
    return this.#home
  }

  get spaces(): readonly Space[] {
    return [this.#home.space, ...this.#mounts.map(({ space }) => space)]
  }

  /**
   * The mounts under the names they have now. What the home contains has its name first: else it could not be reached. It is asked
   * anew each time, because what is in the home may come from elsewhere too.
   */
  async mounted(): Promise<readonly Member[]> {
    const found: Member[] = []
    const taken = new Set<string>()
    for (const { name, space, rights } of this.#mounts) {
      const free = await this.#freeName(name, taken)
      taken.add(free)
      found.push({ space, rights, at: free as Path })
    }
    return found
  }

  async all(): Promise<readonly Member[]> {
    return [this.#home, ...(await this.mounted())]
  }

  async resolve(place: Place): Promise<Resolved> {
    if (place === '' || this.#mounts.length === 0) return { member: this.#home, inner: place }
    const slash = place.indexOf('/')
    const first = slash < 0 ? place : place.slice(0, slash)
    const member = (await this.mounted()).find(({ at }) => at === first)
    if (member === undefined) return { member: this.#home, inner: place }
    return { member, inner: slash < 0 ? '' : (place.slice(slash + 1) as Path) }
  }

  /** Who has a node that is there; undefined when nobody has. */
  async ownerOf(id: NodeId): Promise<{ readonly member: Member; readonly node: SpaceNode } | undefined> {
    for (const member of await this.all()) {
      const node = (await mayOwn(member, id)) ? await member.space.findById(id) : undefined
      if (node !== undefined) return { member, node }
    }
    return undefined
  }

  async #freeName(name: string, taken: ReadonlySet<string>): Promise<string> {
    for (const candidate of namesLike(name)) {
      if (!taken.has(candidate) && (await this.#home.space.find(candidate as Path)) === undefined) return candidate
    }
    return name
  }
}

/** How each mount's root looked last. */
const lastSeen = new WeakMap<Space, DirectoryNode>()

/**
 * The root of a member. A folder whose disk is not there for the moment is shown as it was last: that it is missing would be taken
 * for a deletion, and a tree that fails as a whole would stop everything else.
 */
export async function rootOf({ space }: Member): Promise<DirectoryNode> {
  try {
    const root = (await space.find('')) as DirectoryNode
    lastSeen.set(space, root)
    return root
  } catch (error) {
    const last = lastSeen.get(space)
    if (last === undefined) throw error
    return last
  }
}

/** The number that the ids of its nodes begin with. */
export async function numberOf(member: Member): Promise<number> {
  return Math.floor((await rootOf(member)).id / NODES_PER_SPACE)
}

async function mayOwn(member: Member, id: NodeId): Promise<boolean> {
  return (await numberOf(member)) === Math.floor(id / NODES_PER_SPACE)
}

/** Where in the tree something of a member is. */
export function outer({ at }: Member, inner: Path): Path
export function outer({ at }: Member, inner: Place): Place
export function outer({ at }: Member, inner: Place): Place {
  return inner === '' ? at : pathIn(at, inner)
}

/** A node of a member as it is in the tree, with what may be done there. */
export function shown<N extends SpaceNode>(member: Member, node: N): N {
  if (member.at === '') return node
  const path = outer(member, node.path)
  const isRoot = node.path === ''
  const rights = member.rights === 'read' ? NOTHING : isRoot ? INSIDE_ONLY : node.rights
  return { ...node, path, place: isRoot ? 'mount' : 'mounted', ...(rights && { rights }) }
}

export function shownChange(member: Member, changed: Changed): Changed {
  if (changed.as === 'refused' || changed.node === undefined) return changed
  return { ...changed, node: shown(member, changed.node) }
}

const NOTHING = {
  write: false,
  remove: false,
  rename: false,
  move: false,
  addFiles: false,
  addDirectories: false,
}
const INSIDE_ONLY = { ...NOTHING, addFiles: true, addDirectories: true }
