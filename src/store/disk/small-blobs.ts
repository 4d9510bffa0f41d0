// Small blobs: durable by the journal, together with all that arrive at the same time, and put in their places afterwards.
import type { ContentId } from '../../model/content.ts'
import { codeOf, type Tree } from '../../platform/tree.ts'
import { pathOf } from './blob-place.ts'
import type { Directories } from './directories.ts'
import type { Journal, JournalEntry } from './journal.ts'
import { KnownBytes } from './known-bytes.ts'
import type { Packs } from './packs.ts'
import { Placing } from './placing.ts'

interface Writing extends JournalEntry {
  readonly settle: (error: unknown) => void
}

/** Up to here a blob is read in one go. */
const READ_WHOLE_BYTES = 64 * 1024

export class SmallBlobs {
  readonly #tree: Tree
  readonly #journal: Journal
  readonly #packs: Packs
  readonly #placing: Placing
  readonly #known = new KnownBytes()
  readonly #underWay = new Map<ContentId, Promise<void>>()
  #waiting: Writing[] = []
  #isRunning = false

  constructor(tree: Tree, directories: Directories, journal: Journal, packs: Packs) {
    this.#tree = tree
    this.#journal = journal
    this.#packs = packs
    this.#placing = new Placing(tree, directories, packs)
  }

  /** Whether it is durable, and not in its place yet. */
  has(id: ContentId): boolean {
    return this.#placing.has(id)
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
    const there = this.#placing.bytesOf(id) ?? this.#known.get(id)
    if (there !== undefined) return there
    try {
      const bytes = (await this.#packs.read(id)) ?? (await this.#tree.readSmall(pathOf(id), READ_WHOLE_BYTES)).bytes
      this.#known.keep(id, bytes)
      return bytes
    } catch (error) {
      if (codeOf(error) === 'EFBIG') return undefined
      throw error
    }
  }

  /** It is going to be removed. */
  forget(id: ContentId): void {
    this.#known.drop(id)
  }

  /** Resolves when everything is in its place; throws why it cannot be. */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay.values())
    await this.#placing.settle()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    // The rest of this turn's arrivals come along.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0)
      try {
        await this.#writeAll(group)
        for (const { settle } of group) settle(undefined)
      } catch (error) {
        for (const { settle } of group) settle(error)
      }
    }
    this.#isRunning = false
  }

  async #writeAll(group: readonly Writing[]): Promise<void> {
    await this.#placing.room()
    if (this.#journal.isFull) {
      await this.#placing.settle()
      await this.#journal.turn()
    }
    await this.#journal.append(group)
    this.#placing.add(group)
  }
}
