// Small blobs that arrive together are written and made durable together.
import type { ContentId } from '../../model/content.ts'
import type { SmallFile, Tree } from '../../platform/tree.ts'
import { type Random, randomHex } from '../../platform/world.ts'
import { pathOf, placeOf, STAGING } from './blob-place.ts'
import type { Directories } from './directories.ts'
import type { Journal } from './journal.ts'

interface Writing {
  readonly id: ContentId
  readonly bytes: Uint8Array
  readonly settle: (error: unknown) => void
}

export class SmallBlobs {
  readonly #tree: Tree
  readonly #directories: Directories
  readonly #random: Random
  readonly #journal: Journal
  readonly #underWay = new Map<ContentId, Promise<void>>()
  #waiting: Writing[] = []
  #isRunning = false

  constructor(tree: Tree, directories: Directories, random: Random, journal: Journal) {
    this.#tree = tree
    this.#journal = journal
    this.#directories = directories
    this.#random = random
  }

  /** It may have its name already, and not be durable yet. */
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

  async #run(): Promise<void> {
    this.#isRunning = true
    // The rest of this turn's arrivals come along.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0)
      try {
        const faults = await this.#writeAll(batch)
        for (const [i, { settle }] of batch.entries()) settle(faults[i])
      } catch (error) {
        for (const { settle } of batch) settle(error)
      }
    }
    this.#isRunning = false
  }

  /**
   * The journal makes them durable; what is in their places needs no flush then. A fault for each that failed. It is staged first
   * all the same: a program that is killed must not leave half a blob under its name.
   */
  async #writeAll(batch: readonly Writing[]): Promise<readonly unknown[]> {
    const placed = this.#placeAll(batch)
    // It is waited for after the journal: until then nobody hears of its failure.
    placed.catch(() => undefined)
    try {
      await this.#journal.append(batch, placed)
      return await placed
    } catch (error) {
      // Under its name without being durable, a blob would be taken for stored by the next who puts it.
      await placed.catch(() => undefined)
      for (const { id } of batch) await this.#tree.removeFile(pathOf(id)).catch(() => undefined)
      throw error
    }
  }

  async #placeAll(batch: readonly Writing[]): Promise<readonly unknown[]> {
    const files = this.#filesFor(batch)
    const written = await this.#tree.writeSmall(files)
    const faults: unknown[] = written.map(result => (result instanceof Error ? result : undefined))
    for (const [i, { id }] of batch.entries()) {
      if (faults[i] !== undefined) continue
      await this.#directories.ensure(placeOf(id))
      await this.#tree.rename((files[i] as SmallFile).path, pathOf(id), 'replace')
    }
    return faults
  }

  #filesFor(batch: readonly Writing[]): readonly SmallFile[] {
    const series = randomHex(this.#random, 8)
    return batch.map(({ bytes }, i) => ({
      path: `${STAGING}/${series}${i.toString(16).padStart(8, '0')}`,
      bytes,
      mode: 0o600,
    }))
  }
}
