// Puts small blobs, which are durable in the journal, in their places: in groups, while more of them arrive.
import type { ContentId } from '../../model/content.ts'
import type { Tree } from '../../platform/tree.ts'
import { pathOf, placeOf } from './blob-place.ts'
import type { Directories } from './directories.ts'
import type { JournalEntry } from './journal.ts'
import { PACKED_BYTES, type Packs } from './packs.ts'

const MOST_AT_ONCE = 128
/** So many are worth the way to another thread; fewer wait a moment for others. */
const WORTH_BEGINNING = 64
const MOMENT_MS = 50
/** So much is held in memory; then those who bring more wait. */
const MOST_BYTES = 16 * 1024 * 1024

/**
 * They go into packs, and those too large for that into files under their names, without a flush: what a crash leaves of one, of the
 * program or of the machine, is found whole in the journal. Until then, nobody reads what is there but the bytes in memory.
 */
export class Placing {
  readonly #tree: Tree
  readonly #directories: Directories
  readonly #packs: Packs
  readonly #waiting = new Map<ContentId, Uint8Array>()
  #bytes = 0
  #running: Promise<void> | undefined
  /** How many wait for all to be in its place. */
  #settling = 0
  /** Ends the moment. */
  #begin: () => void = () => {}
  /** Why the last group could not be written. */
  #fault: unknown

  constructor(tree: Tree, directories: Directories, packs: Packs) {
    this.#tree = tree
    this.#directories = directories
    this.#packs = packs
  }

  has(id: ContentId): boolean {
    return this.#waiting.has(id)
  }

  bytesOf(id: ContentId): Uint8Array | undefined {
    return this.#waiting.get(id)
  }

  add(entries: readonly JournalEntry[]): void {
    for (const { id, bytes } of entries) {
      this.#bytes += bytes.length - (this.#waiting.get(id)?.length ?? 0)
      this.#waiting.set(id, bytes)
    }
    this.#start()
    if (this.#waiting.size >= WORTH_BEGINNING) this.#begin()
  }

  /** Resolves when there is room for more; throws what keeps it from being made. */
  async room(): Promise<void> {
    if (this.#bytes >= MOST_BYTES) await this.settle()
  }

  /** Resolves when all that was added is in its place; throws why it cannot be. */
  async settle(): Promise<void> {
    this.#settling += 1
    this.#begin()
    // What failed before is tried once more.
    this.#start()
    await this.#running
    this.#settling -= 1
    if (this.#waiting.size > 0) throw this.#fault
  }

  #start(): void {
    this.#running ??= this.#placeAll().finally(() => {
      this.#running = undefined
    })
  }

  async #placeAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      await this.#company()
      try {
        await this.#placeSome([...this.#waiting].slice(0, MOST_AT_ONCE))
      } catch (error) {
        this.#fault = error
        return
      }
    }
  }

  /** Until there are enough, or a moment has passed, or somebody waits. */
  #company(): Promise<void> {
    if (this.#settling > 0 || this.#waiting.size >= WORTH_BEGINNING) return Promise.resolve()
    return new Promise(resolve => {
      const timer = setTimeout(resolve, MOMENT_MS)
      this.#begin = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async #placeSome(some: readonly (readonly [ContentId, Uint8Array])[]): Promise<void> {
    const packed = some.filter(([, bytes]) => bytes.length <= PACKED_BYTES).map(([id, bytes]) => ({ id, bytes }))
    if (packed.length > 0) await this.#packs.append(packed)
    for (const { id, bytes } of packed) this.#placed(id, bytes)
    await this.#makeFiles(some.filter(([, bytes]) => bytes.length > PACKED_BYTES))
  }

  async #makeFiles(some: readonly (readonly [ContentId, Uint8Array])[]): Promise<void> {
    for (const [id] of some) await this.#directories.ensure(placeOf(id))
    const files = some.map(([id, bytes]) => ({ path: pathOf(id), bytes, mode: 0o600 }))
    const results = files.length === 0 ? [] : await this.#tree.writeSmall(files)
    for (const [i, [id, bytes]] of some.entries()) if (!(results[i] instanceof Error)) this.#placed(id, bytes)
    const fault = results.find(result => result instanceof Error)
    if (fault !== undefined) throw fault
  }

  #placed(id: ContentId, bytes: Uint8Array): void {
    this.#waiting.delete(id)
    this.#bytes -= bytes.length
  }
}
