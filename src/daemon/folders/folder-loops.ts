// All folders of the daemon: each as the configuration says, none in the way of another.
import type { Config, FolderConfig } from '../config/config.ts'
import { FolderLoop, type FolderLoopParts } from './folder-loop.ts'

export class FolderLoops {
  readonly #partsOf: (config: FolderConfig) => FolderLoopParts
  #loops = new Map<string, FolderLoop>()
  #turn: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(partsOf: (config: FolderConfig) => FolderLoopParts) {
    this.#partsOf = partsOf
  }

  /** In the order of the configuration. */
  list(): readonly FolderLoop[] {
    return [...this.#loops.values()]
  }

  /** Starts, changes and stops folders so that they are as `config` says. */
  apply(config: Config): Promise<void> {
    this.#turn = this.#turn.then(() => this.#apply(config))
    return this.#turn
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#turn
    await Promise.all(this.list().map(loop => loop.stop()))
  }

  async #apply({ folders }: Config): Promise<void> {
    if (this.#isStopped) return
    const before = this.#loops
    const now = new Map<string, FolderLoop>()
    for (const folder of folders) now.set(folder.id, before.get(folder.id) ?? new FolderLoop(this.#partsOf(folder)))
    this.#loops = now
    // What is gone lets go of its directory before something else may want that.
    await Promise.all([...before.values()].filter(({ id }) => !now.has(id)).map(loop => loop.stop()))
    for (const folder of folders) {
      const loop = now.get(folder.id)
      if (before.has(folder.id)) await loop?.update(folder)
      else loop?.start()
    }
  }
}
