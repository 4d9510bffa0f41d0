// What is here already of large files that are still on their way: others may have it, before we have all of it.
import type { Announcement } from '../../index/mesh.ts'
import type { Path } from '../../model/path.ts'
import type { Block } from './announcements.ts'

export interface UnfinishedFile {
  readonly announcement: Announcement
  /** Numbers of the blocks that came, in the order in which they did. */
  readonly indexes: readonly number[]
}

/** A file that is being fetched, until disposed. */
export interface Fetching extends Disposable {
  /** The block is here, and was proven. */
  keep(block: Block, bytes: Uint8Array): void
}

/** Smaller files are here before anybody could ask. Real devices draw the line there too. */
const FEWEST_BLOCKS = 11
/** Bytes of blocks that are held for others, of all files of a folder: the newest. */
const HELD_BYTES = 16 * 1024 * 1024

interface Held {
  readonly announcement: Announcement
  readonly indexes: number[]
  readonly bytes: Map<number, Uint8Array>
}

export class Unfinished {
  readonly #files = new Map<Path, Held>()
  /** The oldest first. */
  readonly #order: { readonly file: Held; readonly index: number; readonly size: number }[] = []
  #size = 0
  readonly #onBegun: () => void

  /** `onBegun`: there is a file, where there was none. */
  constructor(onBegun: () => void) {
    this.#onBegun = onBegun
  }

  get files(): ReadonlyMap<Path, UnfinishedFile> {
    return this.#files
  }

  /** Undefined for a file that is too small to be told of. */
  begin(announcement: Announcement, blocks: number): Fetching | undefined {
    if (blocks < FEWEST_BLOCKS) return undefined
    const { path } = announcement
    const file: Held = { announcement, indexes: [], bytes: new Map() }
    this.#files.set(path, file)
    if (this.#files.size === 1) this.#onBegun()
    return {
      keep: (block, bytes) => this.#keep(file, block, bytes),
      [Symbol.dispose]: () => {
        if (this.#files.get(path) === file) this.#files.delete(path)
        this.#size -= [...file.bytes.values()].reduce((sum, { length }) => sum + length, 0)
        file.bytes.clear()
      },
    }
  }

  /** The block of these bytes, if it is held; undefined else. */
  block(name: string, offset: number, size: number): Uint8Array | undefined {
    const file = this.#files.get(name as Path)
    if (file === undefined || offset % file.announcement.blockSize !== 0) return undefined
    const bytes = file.bytes.get(offset / file.announcement.blockSize)
    return bytes?.length === size ? bytes : undefined
  }

  #keep(file: Held, { index }: Block, bytes: Uint8Array): void {
    if (this.#files.get(file.announcement.path) !== file || file.bytes.has(index)) return
    file.indexes.push(index)
    file.bytes.set(index, bytes)
    this.#order.push({ file, index, size: bytes.length })
    this.#size += bytes.length
    while (this.#size > HELD_BYTES) {
      const oldest = this.#order.shift()
      if (oldest === undefined) break
      if (oldest.file.bytes.delete(oldest.index)) this.#size -= oldest.size
    }
  }
}
