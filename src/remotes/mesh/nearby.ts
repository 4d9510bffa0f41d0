// Blocks that are here already: of zeros, in the file that is at the path now, in another file with the same content, or shifted in the old one.
import { hash as hashOnce } from 'node:crypto'
import type { FolderIndex } from '../../index/folder-index.ts'
import type { Announcement, MeshRecords } from '../../index/mesh.ts'
import { isOneBlock } from '../../model/content.ts'
import type { Path } from '../../model/path.ts'
import type { Tree } from '../../platform/tree.ts'
import type { Block } from './announcements.ts'
import { readBlock } from './serve.ts'
import { ShiftedBlocks } from './shifted.ts'

export interface NearbyParts {
  readonly index: FolderIndex
  readonly mesh: MeshRecords
  readonly tree: Tree
}

/** Looks for blocks of what was announced. */
export type Nearby = (announcement: Announcement) => BlocksNearby

export interface BlocksNearby {
  /** Whether it is known where the block is; if it is not there any more, `read` finds out. */
  has(block: Block): boolean
  /** What may be its bytes, in `into` where that is given: whoever asks proves it. Resolves to undefined where they cannot be read. */
  read(block: Block, into?: Uint8Array): Promise<Uint8Array | undefined>
}

export function nearbyBlocks({ index, mesh, tree }: NearbyParts): Nearby {
  return ({ path, blocks, size, blockSize }) => {
    // What is only one block long has next to nothing in common with what was there.
    const old = size > blockSize ? hashesAt(path, index) : undefined
    // A rename, or a copy: what is told of as new is what another file has.
    const twin = blocks === undefined ? undefined : mesh.announcedWith(blocks.key, path)
    const from = twin?.size === size && twin.blockSize === blockSize ? twin.path : undefined
    const placeOf = (block: Block) => (old !== undefined && hasAt(old, block) ? path : from)
    return {
      has: block => isZeros(block) || placeOf(block) !== undefined,
      read: async (block, into) => {
        if (isZeros(block)) return into?.fill(0) ?? new Uint8Array(block.size)
        const place = placeOf(block)
        if (place === undefined) return undefined
        return readBlock(tree, place, block.offset, block.size, into).then(
          bytes => (bytes.length === block.size ? bytes : undefined),
          () => undefined,
        )
      },
    }
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

/** The hashes of the file that is at the path, as far as the index knows: of one block there is nothing to look for, another file has others. */
function hashesAt(path: Path, index: FolderIndex): Uint8Array | undefined {
  const state = index.row(path)?.state
  return state?.kind === 'file' && !isOneBlock(state) ? index.blocks(state.content) : undefined
}

/** Whether this block is among them, at its place. */
function hasAt(hashes: Uint8Array, { index: number, hash }: Block): boolean {
  const own = hashes.subarray(number * hash.length, (number + 1) * hash.length)
  return Buffer.compare(own, hash) === 0
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
