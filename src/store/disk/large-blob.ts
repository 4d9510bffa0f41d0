// Writes a body that is too large to hold, and finds what it is while it passes.
import { contentIdOf } from '../../index/content-id.ts'
import type { ChecksumKind } from '../../model/content.ts'
import type { Tree } from '../../platform/tree.ts'
import type { Blob } from '../blobs.ts'
import { wrongLength } from './blob-faults.ts'
import { inBlocks } from './blocks.ts'
import { Sums } from './sums.ts'

export interface LargeBlob {
  readonly tree: Tree
  /** Where to stage it. What is there after a failure is the caller's to remove. */
  readonly path: string
  readonly bytes: AsyncIterable<Uint8Array>
  readonly size: number | undefined
  readonly kinds: readonly ChecksumKind[]
}

/** Where the size, and so the size of a block, is not known. */
const PIECE_BYTES = 1024 * 1024

export async function writeLarge(large: LargeBlob): Promise<Blob> {
  const sums = new Sums(large.kinds)
  const { id, size } = await (large.size === undefined
    ? writeUnsized(large, sums)
    : writeSized(large, large.size, sums))
  return { id, size, sums: sums.values() }
}

type Content = Pick<Blob, 'id' | 'size'>

/** Another thread writes and hashes, while this one takes the next bytes and adds up checksums. */
async function writeSized({ tree, path, bytes }: LargeBlob, size: number, sums: Sums): Promise<Content> {
  const receiving = await tree.receive(path, size)
  let taken = 0
  try {
    for await (const chunk of bytes) {
      taken += chunk.length
      // No more is stored than was announced.
      if (taken > size) throw wrongLength(size, 'more')
      sums.update(chunk)
      await receiving.write(chunk)
    }
    if (taken !== size) throw wrongLength(size, String(taken))
  } catch (error) {
    await receiving.abandon()
    throw error
  }
  const { blocks } = await receiving.finish({ mode: 0o600 })
  return { id: contentIdOf(blocks), size }
}

/** The bytes are read once more. */
async function writeUnsized({ tree, path, bytes }: LargeBlob, sums: Sums): Promise<Content> {
  const writing = await tree.openWrite(path, 0)
  let size = 0
  try {
    for await (const block of inBlocks(bytes, PIECE_BYTES)) {
      size += block.length
      sums.update(block)
      await writing.write(block)
    }
  } catch (error) {
    await writing.abandon()
    throw error
  }
  await writing.finish({ mode: 0o600 })
  const [hashed] = await tree.hash([path], NEVER)
  if (hashed === undefined || hashed instanceof Error) throw hashed
  return { id: contentIdOf(hashed.blocks), size }
}

const NEVER = new AbortController().signal
