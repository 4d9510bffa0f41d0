// The content id: one name for the bytes of a file, the same on every replica that can hash.
import { createHash, hash } from 'node:crypto'
import { blockSizeOf, type ContentId } from '../model/content.ts'

/**
 * The content id of a file whose SHA-256 block hashes (32 bytes each, concatenated, at the block size of `blockSizeOf(size)`)
 * are `blocks`. An empty file has one empty block.
 */
export function contentIdOf(blocks: Uint8Array): ContentId {
  return hash('sha256', blocks, 'base64url') as ContentId
}

/** The block hashes of bytes that are all at hand. */
export function blocksOf(bytes: Uint8Array): Uint8Array {
  const blockSize = blockSizeOf(bytes.length)
  const count = Math.max(1, Math.ceil(bytes.length / blockSize))
  const blocks = new Uint8Array(count * 32)
  for (let i = 0; i < count; i += 1) {
    blocks.set(hash('sha256', bytes.subarray(i * blockSize, (i + 1) * blockSize), 'buffer'), i * 32)
  }
  return blocks
}

/** The block hashes of bytes that come one after another, each as soon as its block is there; of nothing, none. */
export async function* blockHashes(chunks: AsyncIterable<Uint8Array>, blockSize: number): AsyncGenerator<Uint8Array> {
  let hash = createHash('sha256')
  let filled = 0
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + blockSize - filled)
      hash.update(piece)
      filled += piece.length
      at += piece.length
      if (filled < blockSize) break
      yield hash.digest()
      hash = createHash('sha256')
      filled = 0
    }
  }
  if (filled > 0) yield hash.digest()
}

/** The content id of bytes that are all at hand. */
export function contentIdOfBytes(bytes: Uint8Array): ContentId {
  return contentIdOf(blocksOf(bytes))
}
