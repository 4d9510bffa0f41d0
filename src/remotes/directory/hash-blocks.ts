// The content id of bytes that come in pieces.
import { createHash } from 'node:crypto'
import { contentIdOf } from '../../index/content-id.ts'
import { blockSizeOf, type ContentId } from '../../model/content.ts'

export class BlockHasher {
  readonly #blockSize: number
  readonly #blocks: Uint8Array[] = []
  #hash = createHash('sha256')
  #inBlock = 0

  /** `size` is that of the whole file: it rules the size of the blocks. */
  constructor(size: number) {
    this.#blockSize = blockSizeOf(size)
  }

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(bytes.length, at + this.#blockSize - this.#inBlock)
      this.#hash.update(bytes.subarray(at, end))
      this.#inBlock += end - at
      at = end
      if (this.#inBlock === this.#blockSize) this.#endBlock()
    }
  }

  /** Ends it. */
  content(): ContentId {
    if (this.#inBlock > 0 || this.#blocks.length === 0) this.#endBlock()
    return contentIdOf(Buffer.concat(this.#blocks))
  }

  #endBlock(): void {
    this.#blocks.push(this.#hash.digest())
    this.#hash = createHash('sha256')
    this.#inBlock = 0
  }
}
