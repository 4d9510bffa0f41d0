// The content id: one name for the bytes of a file, the same on every replica that can hash.
import { hash } from 'node:crypto'
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

/** The content id of bytes that are all at hand. */
export function contentIdOfBytes(bytes: Uint8Array): ContentId {
  return contentIdOf(blocksOf(bytes))
}
