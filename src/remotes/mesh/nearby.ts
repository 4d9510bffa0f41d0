// Blocks that are here already: of zeros, in the file that is at the path now, in another file with the same content, or shifted in the old one.
import { hash as hashOnce } from 'node:crypto'
import type { FolderIndex } from '../../index/folder-index.ts'
import type { Announcement, MeshRecords } from '../../index/mesh.ts'
import type { Path } from '../../model/path.ts'
import type { Tree } from '../../platform/tree.ts'
import type { Block } from './announcements.ts'
import { isBlock } from './is-block.ts'
import { readBlock } from './serve.ts'
import { ShiftedBlocks } from './shifted.ts'

export interface NearbyParts {
  readonly index: FolderIndex
  readonly mesh: MeshRecords
  readonly tree: Tree
}

/** The bytes of a block of what was announced, when they are here; proven by the block's hash. */
export type Nearby = (block: Block, announcement: Announcement) => Promise<Uint8Array | undefined>

export function nearbyBlocks({ index, mesh, tree }: NearbyParts): Nearby {
  const read = async (path: Path, block: Block) => {
    const bytes = await readBlock(tree, path, block.offset, block.size).catch(() => undefined)
    return bytes !== undefined && isBlock(bytes, block) ? bytes : undefined
  }
  return async (block, { path, blocks, size, blockSize }) => {
    if (isZeros(block)) return new Uint8Array(block.size)
    if (hasAt(path, block, index)) {
      const bytes = await read(path, block)
      if (bytes !== undefined) return bytes
    }
    // A rename, or a copy: what is told of as new is what another file has.
    const twin = blocks === undefined ? undefined : mesh.announcedWith(blocks.key, path)
    return twin?.size === size && twin.blockSize === blockSize ? read(twin.path, block) : undefined
  }
}

/** The old version of the file, where there is one that may have some of the new one's bytes. */
export function shiftedBlocks({ index, tree }: NearbyParts) {
  return ({ path, size, blockSize }: Announcement): ShiftedBlocks | undefined => {
    const state = index.row(path)?.state
    if (state?.kind !== 'file' || size <= blockSize || state.size <= blockSize / 2) return undefined
    return new ShiftedBlocks((from, length) => readBlock(tree, path, from, length), state.size)
  }
}

/** Whether the file at the path has this block at this place, as far as the index knows. */
function hasAt(path: Path, { index: number, hash }: Block, index: FolderIndex): boolean {
  const state = index.row(path)?.state
  const hashes = state?.kind === 'file' ? index.blocks(state.content) : undefined
  const own = hashes?.subarray(number * hash.length, (number + 1) * hash.length)
  return own !== undefined && Buffer.compare(own, hash) === 0
}

const zeroHashes = new Map<number, Uint8Array>()

function isZeros({ hash, size }: Block): boolean {
  // Only whole blocks are worth the memory.
  if (size < 128 * 1024 || (size & (size - 1)) !== 0) return false
  let known = zeroHashes.get(size)
  if (known === undefined) {
    known = hashOnce('sha256', new Uint8Array(size), 'buffer')
    zeroHashes.set(size, known)
  }
  return Buffer.compare(known, hash) === 0
}
