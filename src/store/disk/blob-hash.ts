// What bytes are, found while they pass: the content id, and checksums of the whole.
import { createHash, type Hash } from 'node:crypto'
import { contentIdOf } from '../../index/content-id.ts'
import { blockSizeOf, type Checksum, type ChecksumKind, type ContentId } from '../../model/content.ts'
import { summing } from '../../platform/node/sum-file.ts'

/** The content id of bytes that come in pieces, of which the size is known before. */
export class ContentHash {
  readonly #blockSize: number
  readonly #blocks: Buffer[] = []
  #hash: Hash = createHash('sha256')
  #room: number

  constructor(size: number) {
    this.#blockSize = blockSizeOf(size)
    this.#room = this.#blockSize
  }

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#room === 0) this.#next()
      const piece = bytes.subarray(at, at + this.#room)
      this.#hash.update(piece)
      this.#room -= piece.length
      at += piece.length
    }
  }

  /** Ends it. */
  content(): ContentId {
    this.#next()
    return contentIdOf(Buffer.concat(this.#blocks))
  }

  #next(): void {
    this.#blocks.push(this.#hash.digest())
    this.#hash = createHash('sha256')
    this.#room = this.#blockSize
  }
}

/** Checksums of bytes that come in pieces. */
export class Sums {
  readonly #sums: readonly (readonly [ChecksumKind, ReturnType<typeof summing>])[]

  constructor(kinds: readonly ChecksumKind[]) {
    this.#sums = [...new Set(kinds)].map(kind => [kind, summing(kind)])
  }

  update(bytes: Uint8Array): void {
    for (const [, sum] of this.#sums) sum.update(bytes)
  }

  /** Ends it. */
  values(): readonly Checksum[] {
    return this.#sums.map(([kind, sum]) => `${kind}:${sum.value()}` as Checksum)
  }
}
