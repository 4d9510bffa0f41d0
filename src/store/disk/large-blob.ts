// Writes a body that is too large to hold, and finds what it is while it passes.
import { webcrypto } from 'node:crypto'
import { contentIdOf } from '../../index/content-id.ts'
import { blockSizeOf, type ChecksumKind, type ContentId } from '../../model/content.ts'
import type { Tree, Writing } from '../../platform/tree.ts'
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

export async function writeLarge({ tree, path, bytes, size, kinds }: LargeBlob): Promise<Blob> {
  const sums = new Sums(kinds)
  const writing = await tree.openWrite(path, 0)
  const pass = { writing, sums, hashes: [] as Promise<ArrayBuffer>[] }
  let written: number
  try {
    written = await passOn(pass, bytes, size)
  } catch (error) {
    await Promise.allSettled(pass.hashes)
    await writing.abandon()
    throw error
  }
  await writing.finish({ mode: 0o600 })
  if (size !== undefined && written !== size) throw wrongLength(size, String(written))
  const id = size === undefined ? await contentOf(tree, path) : await joined(pass.hashes)
  return { id, size: written, sums: sums.values() }
}

interface Pass {
  readonly writing: Writing
  readonly sums: Sums
  /** Of each block, where the size of one is known. */
  readonly hashes: Promise<ArrayBuffer>[]
}

/** Each block is written and hashed by other threads, while this one adds up checksums, which no two threads could share, and gathers the next. Returns how many bytes there were. */
async function passOn(
  { writing, sums, hashes }: Pass,
  bytes: AsyncIterable<Uint8Array>,
  size: number | undefined,
): Promise<number> {
  let taken = 0
  let last: Promise<unknown> = Promise.resolve()
  for await (const block of inBlocks(bytes, size === undefined ? PIECE_BYTES : blockSizeOf(size))) {
    taken += block.length
    // No more is stored than was announced.
    if (size !== undefined && taken > size) {
      await last
      throw wrongLength(size, 'more')
    }
    await last
    const act: Promise<unknown>[] = [writing.write(block)]
    if (size !== undefined) {
      const hash = webcrypto.subtle.digest('SHA-256', block)
      hashes.push(hash)
      act.push(hash)
    }
    last = Promise.all(act)
    // Its failure is told when it is waited for.
    last.catch(() => undefined)
    sums.update(block)
  }
  await last
  return taken
}

async function joined(hashes: readonly Promise<ArrayBuffer>[]): Promise<ContentId> {
  const blocks = await Promise.all(hashes)
  return contentIdOf(Buffer.concat(blocks.map(block => new Uint8Array(block))))
}

/** The bytes are read once more. */
async function contentOf(tree: Tree, path: string): Promise<ContentId> {
  const [hashed] = await tree.hash([path], NEVER)
  if (hashed === undefined || hashed instanceof Error) throw hashed
  return contentIdOf(hashed.blocks)
}

const NEVER = new AbortController().signal
