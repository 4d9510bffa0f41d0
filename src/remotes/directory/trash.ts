// Keeps what is replaced or removed, sorted by when that was.
import type { Path } from '../../model/path.ts'
import { codeOf, isMissing, type Stat, type Tree } from '../../platform/tree.ts'
import { randomHex, type World } from '../../platform/world.ts'
import type { KeptWhy, Revisions } from '../../revisions/revisions.ts'
import { ensureDirectory, TRASH } from './place.ts'

/** One heap takes what goes within this time, so that a run's deletions lie together. */
const HEAP_MS = 10 * 60 * 1000
/** Names before those of the path: own directory, trash, heap. */
const TRASH_DEPTH = 3

/** Takes away what is replaced or removed; the result puts it back, unless something else is in its place by then. */
export interface Keeping {
  keep(path: Path, why: KeptWhy): Promise<() => Promise<void>>
}

/** The folder's own trash, which can be listed and searched. */
export function keepIn(revisions: Revisions): Keeping {
  return {
    async keep(path, why) {
      const kept = await revisions.keep(path, why)
      return () => unlessTaken(revisions.take(kept, path))
    },
  }
}

async function unlessTaken(puttingBack: Promise<void>): Promise<void> {
  try {
    await puttingBack
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' && codeOf(error) !== 'changed') throw error
  }
}

export class Trash implements Keeping {
  readonly #tree: Tree
  readonly #world: World
  #heap: { readonly path: string; readonly openedAt: number } | undefined
  /** The directory in the heap that was made last: deletions come in runs from one directory. */
  #lastParent: string | undefined

  constructor(tree: Tree, world: World) {
    this.#tree = tree
    this.#world = world
  }

  async keep(path: Path): Promise<() => Promise<void>> {
    const kept = await this.take(path)
    return () => unlessTaken(this.#tree.rename(kept, path, 'keep'))
  }

  /** Moves the file or symlink at `path` to `.syncline/trash/<yyyymmdd-hhmmss-random>/<path>`; returns where it is now. */
  async take(path: Path): Promise<string> {
    for (;;) {
      const heap = await this.#openHeap()
      const to = `${heap}/${path}`
      try {
        await this.#makeParents(to)
        await this.#tree.rename(path, to, 'keep')
        return to
      } catch (error) {
        // The same name, or a file where a directory is needed, went into this heap before.
        const code = codeOf(error)
        const taken = (code === 'EEXIST' || code === 'ENOTDIR') && (await this.#isThere(to))
        // Somebody emptied the trash.
        const swept = code === 'ENOENT' && (await this.#tree.stat(heap)) === undefined
        if (!taken && !swept) throw error
        this.#heap = undefined
        this.#lastParent = undefined
      }
    }
  }

  async #isThere(path: string): Promise<boolean> {
    const names = path.split('/')
    // The target itself, or a file on the way to it.
    for (let count = names.length; count > TRASH_DEPTH; count -= 1) {
      const stat = await statIfReachable(this.#tree, names.slice(0, count).join('/'))
      if (stat !== undefined) return stat.kind !== 'directory' || count === names.length
    }
    return false
  }

  async #makeParents(to: string): Promise<void> {
    const parent = to.slice(0, to.lastIndexOf('/'))
    if (parent === this.#lastParent) return
    const names = parent.split('/')
    for (let count = TRASH_DEPTH + 1; count <= names.length; count += 1) {
      await ensureDirectory(this.#tree, names.slice(0, count).join('/'))
    }
    this.#lastParent = parent
  }

  async #openHeap(): Promise<string> {
    const now = this.#world.clock.now()
    if (this.#heap !== undefined && Math.abs(now - this.#heap.openedAt) < HEAP_MS) return this.#heap.path
    await ensureDirectory(this.#tree, TRASH)
    const path = `${TRASH}/${timeName(now)}-${randomHex(this.#world.random, 4)}`
    await this.#tree.makeDirectory(path, 0o700)
    this.#heap = { path, openedAt: now }
    return path
  }
}

/** `20260131-235959`, in UTC. */
function timeName(nowMs: number): string {
  const [date = '', time = ''] = new Date(nowMs).toISOString().split('T')
  return `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`
}

async function statIfReachable(tree: Tree, path: string): Promise<Stat | undefined> {
  try {
    return await tree.stat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
