// Blobs that somebody put, or asked for, a short while ago: a sweep leaves them, for a row may be about to name them.
import type { ContentId } from '../../model/content.ts'
import type { Clock } from '../../platform/world.ts'

export class Recent {
  readonly #clock: Clock
  /** Milliseconds since 1970, in the order in which they were last asked for. */
  readonly #at = new Map<ContentId, number>()
  readonly #removals = new Map<ContentId, Promise<unknown>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get now(): number {
    return this.#clock.now()
  }

  add(id: ContentId): void {
    this.#at.delete(id)
    this.#at.set(id, this.#clock.now())
  }

  /** Forgets those older than `graceMs`; nobody asks for them again. */
  trim(graceMs: number): void {
    for (const [id, at] of this.#at) {
      if (Math.abs(this.now - at) < graceMs) return
      this.#at.delete(id)
    }
  }

  has(id: ContentId, graceMs: number): boolean {
    const at = this.#at.get(id)
    return at !== undefined && Math.abs(this.now - at) < graceMs
  }

  /** Runs a removal that whoever puts the same blob waits for. */
  async removing(id: ContentId, removal: () => Promise<void>): Promise<void> {
    const running = removal()
    this.#removals.set(id, running)
    await running.finally(() => this.#removals.delete(id))
  }

  /** Resolves when no removal of this blob is under way. */
  async settled(id: ContentId): Promise<void> {
    await this.#removals.get(id)?.catch(() => undefined)
  }
}
