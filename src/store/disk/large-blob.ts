// Writes a body that is too large to hold, and finds what it is while it passes.
import { contentIdOf } from '../../index/content-id.ts'
import type { ChecksumKind, ContentId } from '../../model/content.ts'
import type { Tree } from '../../platform/tree.ts'
import type { Blob } from '../blobs.ts'
import { wrongLength } from './blob-faults.ts'
import { ContentHash, Sums } from './blob-hash.ts'

export interface LargeBlob {
  readonly tree: Tree
  /** Where to stage it. What is there after a failure is the caller's to remove. */
  readonly path: string
  readonly bytes: AsyncIterable<Uint8Array>
  readonly size: number | undefined
  readonly kinds: readonly ChecksumKind[]
}

export async function writeLarge({ tree, path, bytes, size, kinds }: LargeBlob): Promise<Blob> {
  const writing = await tree.openWrite(path, 0)
  const hash = size === undefined ? undefined : new ContentHash(size)
  const sums = new Sums(kinds)
  let written = 0
  try {
    for await (const chunk of bytes) {
      written += chunk.length
      // No more is stored than was announced.
      if (size !== undefined && written > size) throw wrongLength(size, 'more')
      hash?.update(chunk)
      sums.update(chunk)
      await writing.write(chunk)
    }
  } catch (error) {
    await writing.abandon()
    throw error
  }
  await writing.finish({ mode: 0o600 })
  if (size !== undefined && written !== size) throw wrongLength(size, String(written))
  return { id: hash?.content() ?? (await contentOf(tree, path)), size: written, sums: sums.values() }
}

/** The size of a block follows from the size of the whole: where that was not known, the bytes are read once more. */
async function contentOf(tree: Tree, path: string): Promise<ContentId> {
  const [hashed] = await tree.hash([path], NEVER)
  if (hashed === undefined || hashed instanceof Error) throw hashed
  return contentIdOf(hashed.blocks)
}

const NEVER = new AbortController().signal
