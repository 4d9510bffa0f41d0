// Small blobs that were read lately: most are asked for by several clients, one soon after the other.
import type { ContentId } from '../../model/content.ts'

const MOST_BYTES = 16 * 1024 * 1024

export class KnownBytes {
  /** Those that were used last are last. */
  readonly #bytes = new Map<ContentId, Uint8Array>()
  #size = 0

  get(id: ContentId): Uint8Array | undefined {
    const known = this.#bytes.get(id)
    if (known === undefined) return undefined
    this.#bytes.delete(id)
    this.#bytes.set(id, known)
    return known
  }

  keep(id: ContentId, bytes: Uint8Array): void {
    this.drop(id)
    this.#bytes.set(id, bytes)
    this.#size += bytes.length
    for (const oldest of this.#bytes.keys()) {
      if (this.#size <= MOST_BYTES) return
      this.drop(oldest)
    }
  }

  /** It is removed. */
  drop(id: ContentId): void {
    this.#size -= this.#bytes.get(id)?.length ?? 0
    this.#bytes.delete(id)
  }
}
