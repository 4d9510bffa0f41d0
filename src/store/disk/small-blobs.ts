// Small blobs that arrive together are written and made durable together.
import type { ContentId } from '../../model/content.ts'
import type { SmallFile, Tree } from '../../platform/tree.ts'
import { type Random, randomHex } from '../../platform/world.ts'
import { pathOf, placeOf, STAGING } from './blob-place.ts'
import type { Directories } from './directories.ts'

interface Writing {
  readonly id: ContentId
  readonly bytes: Uint8Array
  readonly settle: (error: unknown) => void
}

export class SmallBlobs {
  readonly #tree: Tree
  readonly #directories: Directories
  readonly #random: Random
  readonly #underWay = new Map<ContentId, Promise<void>>()
  #waiting: Writing[] = []
  #isRunning = false

  constructor(tree: Tree, directories: Directories, random: Random) {
    this.#tree = tree
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

  /** Data before names: after a crash a blob is whole, or not there. A fault for each that failed. */
  async #writeAll(batch: readonly Writing[]): Promise<readonly unknown[]> {
    const files = this.#filesFor(batch)
    const written = await this.#tree.writeSmall(files)
    const faults: unknown[] = written.map(result => (result instanceof Error ? result : undefined))
    await this.#tree.flush()
    for (const [i, { id }] of batch.entries()) {
      if (faults[i] !== undefined) continue
      await this.#directories.ensure(placeOf(id))
      await this.#tree.rename((files[i] as SmallFile).path, pathOf(id), 'replace')
    }
    await this.#tree.flush()
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
