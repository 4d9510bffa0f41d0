// Where a file or directory that is new under its path was before, told by its inode.
import type { FolderIndex, NodeId, Row } from '../index/folder-index.ts'
import { isWithin, type Path } from '../model/path.ts'
import type { Stat, Tree } from '../platform/tree.ts'
import { lookAt } from './look-at.ts'

export class Origins {
  readonly #tree: Tree
  readonly #index: FolderIndex
  readonly #willSee: (path: Path) => boolean
  // A folder that was never scanned has nothing to find.
  readonly #isFirst: boolean
  // Two paths never share a node.
  readonly #claimed = new Set<NodeId>()

  /** `willSee`: whether this scan looks at a path. */
  constructor(tree: Tree, index: FolderIndex, willSee: (path: Path) => boolean) {
    this.#tree = tree
    this.#index = index
    this.#willSee = willSee
    this.#isFirst = index.sequence === 0
  }

  /** Whether `find` may have an answer: saves waiting for it where there is none. */
  mayKnow(stat: Stat): boolean {
    return !this.#isFirst && this.#candidates(stat).length > 0
  }

  /** The row of what is now at `path`, under the path that it has left; claimed by this path from now on. */
  async find(path: Path, stat: Stat): Promise<Row | undefined> {
    for (const row of this.#candidates(stat)) {
      if (isWithin(path, row.path) || isWithin(row.path, path) || !(await this.#hasLeft(row, stat))) continue
      if (this.#claimed.has(row.node)) continue
      this.#claimed.add(row.node)
      return row
    }
    return undefined
  }

  /** Gives a claim up: what was found could not be recorded. */
  release(row: Row): void {
    this.#claimed.delete(row.node)
  }

  #candidates(stat: Stat): readonly Row[] {
    return this.#index.rowsByInode(stat.inode).filter(row => isSameThing(row, stat) && !this.#claimed.has(row.node))
  }

  async #hasLeft(row: Row, stat: Stat): Promise<boolean> {
    const there = await lookAt(this.#tree, row.path)
    if (there === 'unknown') return false
    if (there === undefined) return true
    // What has come in its place will be recorded as something new, so this scan must look at it too. A directory would
    // leave its children behind under a name that is still there: that is no move of a tree.
    return there.inode !== stat.inode && stat.kind !== 'directory' && this.#willSee(row.path)
  }
}

function isSameThing({ state }: Row, stat: Stat): boolean {
  if (state.kind === 'deleted' || state.kind === 'blocked' || state.kind !== stat.kind) return false
  return state.inode === BigInt.asIntN(64, stat.inode) && (state.kind !== 'file' || state.size === stat.size)
}
