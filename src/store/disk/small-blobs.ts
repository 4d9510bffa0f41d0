// Small blobs that arrive together are made durable together, by the journal, and then put in their places.
import type { ContentId } from '../../model/content.ts'
import { codeOf, type Tree } from '../../platform/tree.ts'
import { pathOf, placeOf } from './blob-place.ts'
import type { Directories } from './directories.ts'
import type { Journal } from './journal.ts'

interface Writing {
  readonly id: ContentId
  readonly bytes: Uint8Array
  readonly settle: (error: unknown) => void
}

/** So few are written quicker by this thread than sent to another. */
const WRITTEN_HERE = 8
/** Up to here a blob is read in one go. */
const READ_WHOLE_BYTES = 64 * 1024

export class SmallBlobs {
  readonly #tree: Tree
  readonly #directories: Directories
  readonly #journal: Journal
  readonly #underWay = new Map<ContentId, Promise<void>>()
  #waiting: Writing[] = []
  #isRunning = false
  /** Of all before: durable, and in their places. */
  #placed: Promise<unknown> = Promise.resolve()

  constructor(tree: Tree, directories: Directories, journal: Journal) {
    this.#tree = tree
    this.#directories = directories
    this.#journal = journal
  }

  /** It may have its name already, and not be whole yet. */
  isUnderWay(id: ContentId): boolean {
    return this.#underWay.has(id)
  }

  /** Resolves when the blob is durable. Whoever writes the same meanwhile waits for the same. */
  write(id: ContentId, bytes: Uint8Array): Promise<void> {
    const known = this.#underWay.get(id)
    if (known !== undefined) return known
    const written = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ id, bytes, settle: error => (error === undefined ? resolve() : reject(error)) })
    })
    const done = written.finally(() => this.#underWay.delete(id))
    this.#underWay.set(id, done)
    if (!this.#isRunning) void this.#run()
    return done
  }

  /** Undefined: it is not small. */
  async read(id: ContentId): Promise<Uint8Array | undefined> {
    try {
      return (await this.#tree.readSmall(pathOf(id), READ_WHOLE_BYTES)).bytes
    } catch (error) {
      if (codeOf(error) === 'EFBIG') return undefined
      throw error
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay.values())
  }

  /** While one group is put in its places, the next is on its way to the journal. */
  async #run(): Promise<void> {
    this.#isRunning = true
    // The rest of this turn's arrivals come along.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0)
      try {
        if (this.#journal.isFull) await this.#placed.then(() => this.#journal.turn())
        await this.#journal.append(group)
        this.#placed = this.#placed.then(() => this.#placeAll(group))
      } catch (error) {
        for (const { settle } of group) settle(error)
      }
    }
    this.#isRunning = false
  }

  /**
   * Under their names at once, without a flush: a crash that leaves half a blob there, of the program or of the machine, finds it
   * whole in the journal.
   */
  async #placeAll(group: readonly Writing[]): Promise<void> {
    for (let at = 0; at < group.length; at += WRITTEN_HERE) {
      const some = group.slice(at, at + WRITTEN_HERE)
      try {
        await this.#place(some)
      } catch (error) {
        for (const { settle } of some) settle(error)
      }
    }
  }

  async #place(some: readonly Writing[]): Promise<void> {
    for (const { id } of some) await this.#directories.ensure(placeOf(id))
    const files = some.map(({ id, bytes }) => ({ path: pathOf(id), bytes, mode: 0o600 }))
    const written = await this.#tree.writeSmall(files)
    for (const [i, { id, settle }] of some.entries()) {
      const fault = written[i] instanceof Error ? written[i] : undefined
      // What is there now is not whole, and must not be taken for it by the next who puts it.
      if (fault !== undefined) await this.#tree.removeFile(pathOf(id)).catch(() => undefined)
      settle(fault)
    }
  }
}
