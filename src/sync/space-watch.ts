// Tells who watches a folder's space which nodes changed, whoever changed them, once that is on disk.
import type { NodeId as RowNode } from '../index/folder-index.ts'
import type { NodeId } from '../store/space.ts'
import type { Folder } from './folder.ts'
import type { FolderNodes } from './folder-nodes.ts'

const NEVER = new AbortController().signal

export class SpaceWatch {
  readonly #folder: Folder
  readonly #nodes: FolderNodes
  readonly #watchers = new Set<(changed: readonly NodeId[]) => void>()
  #listening: Disposable | undefined
  #waiting = new Set<RowNode>()
  #flushing = false

  constructor(folder: Folder, nodes: FolderNodes) {
    this.#folder = folder
    this.#nodes = nodes
  }

  add(onChange: (changed: readonly NodeId[]) => void): Disposable {
    // A function of its own: the same one may watch twice.
    const watcher = (changed: readonly NodeId[]) => onChange(changed)
    this.#watchers.add(watcher)
    this.#listening ??= this.#folder.index.onRecorded(nodes => this.#note(nodes))
    return {
      [Symbol.dispose]: () => {
        this.#watchers.delete(watcher)
        if (this.#watchers.size === 0) this.close()
      },
    }
  }

  close(): void {
    this.#watchers.clear()
    this.#listening?.[Symbol.dispose]()
    this.#listening = undefined
    this.#waiting.clear()
  }

  #note(nodes: ReadonlySet<RowNode>): void {
    for (const node of nodes) this.#waiting.add(node)
    if (this.#flushing) return
    this.#flushing = true
    void this.#tell()
  }

  /** A client that hears of a change fetches it, and takes its absence later for a change back: it must be durable first. */
  async #tell(): Promise<void> {
    // What is recorded in this turn shares the flush.
    await new Promise(setImmediate)
    const nodes = this.#waiting
    this.#waiting = new Set()
    try {
      await this.#folder.home.flush(NEVER)
    } catch (error) {
      // They are told all the same: whoever looks sees what is there, and a disk that fails is told by the next change.
      this.#folder.world.log('warn', 'what changed could not be made durable before it was told', {
        error: String(error),
      })
    }
    const changed = [...nodes].map(node => this.#nodes.idOf(node))
    if (changed.length > 0) for (const watcher of [...this.#watchers]) watcher(changed)
    this.#flushing = false
    if (this.#waiting.size > 0) this.#note(new Set())
  }
}
