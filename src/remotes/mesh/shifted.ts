// Blocks that are in the old version of a file, at another place than in the new one: where the end of a block that had to be fetched
// lies in the old version tells where what follows is to be looked for.
import { asSyncError } from '../../model/errors.ts'
import type { Block } from './announcements.ts'
import { isBlock } from './is-block.ts'

/** Reads the old version; fewer bytes at its end. */
export type ReadOld = (from: number, size: number) => Promise<Uint8Array>

/** Long enough that it is hardly anywhere by chance; what is there by chance is found out by its hash. */
const NEEDLE_BYTES = 64
/** How far something may have moved by one change. */
const RANGE_BYTES = 4 * 1024 * 1024
/** So many blocks in a row that are nowhere: it is another file. */
const MOST_MISSES = 6

export class ShiftedBlocks {
  readonly #read: ReadOld
  readonly #size: number
  #shift = 0
  #misses = 0

  /** `size`: of the old version, in bytes. */
  constructor(read: ReadOld, size: number) {
    this.#read = read
    this.#size = size
  }

  /** While there is hope, blocks are best looked for one after the other. */
  get isHopeful(): boolean {
    return this.#misses < MOST_MISSES
  }

  /** The block's bytes, proven by its hash; undefined where they are not. */
  async find(block: Block): Promise<Uint8Array | undefined> {
    const at = block.offset + this.#shift
    if (at < 0 || at + block.size > this.#size) return undefined
    const bytes = await this.#readOld(at, block.size)
    if (!isBlock(bytes, block)) return undefined
    this.#misses = 0
    return bytes
  }

  /** This block had to be fetched: finds out where it goes on in the old version. */
  async learn({ offset, size }: Block, bytes: Uint8Array): Promise<void> {
    this.#misses += 1
    if (size < NEEDLE_BYTES) return
    const end = offset + size
    const from = Math.max(0, end - RANGE_BYTES)
    const around = Buffer.from(await this.#readOld(from, Math.min(this.#size, end + RANGE_BYTES) - from))
    const found = nearest(around, bytes.subarray(-NEEDLE_BYTES), end + this.#shift - NEEDLE_BYTES - from)
    if (found !== undefined) this.#shift = from + found + NEEDLE_BYTES - end
  }

  async #readOld(from: number, size: number): Promise<Uint8Array> {
    if (size <= 0) return new Uint8Array(0)
    try {
      return await this.#read(from, size)
    } catch (error) {
      // It is not there any more, or cannot be read: then everything is fetched.
      this.#misses = asSyncError(error).scope === 'entry' ? MOST_MISSES : this.#misses
      return new Uint8Array(0)
    }
  }
}

/** Where `needle` is in `bytes`, closest to `expected`. */
function nearest(bytes: Buffer, needle: Uint8Array, expected: number): number | undefined {
  const start = Math.max(0, Math.min(bytes.length, expected))
  const after = bytes.indexOf(needle, start)
  const before = bytes.lastIndexOf(needle, start)
  if (after < 0 && before < 0) return undefined
  if (after < 0) return before
  if (before < 0) return after
  return after - expected <= expected - before ? after : before
}
