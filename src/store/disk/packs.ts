// Small blobs one after the other in large files: to make a file for each would cost far more than its bytes.
import { contentIdOfBytes } from '../../index/content-id.ts'
import type { ContentId } from '../../model/content.ts'
import type { PackFile } from '../../platform/node/pack-file.ts'
import { codeOf, type Tree } from '../../platform/tree.ts'
import type { Clock } from '../../platform/world.ts'
import type { Directories } from './directories.ts'
import type { JournalEntry } from './journal.ts'
import { PackFiles } from './pack-files.ts'
import { type Location, PackIndex } from './pack-index.ts'
import { HEADER_BYTES, readHeader, writeHeader } from './record.ts'

/** Up to here a blob is packed. */
export const PACKED_BYTES = 64 * 1024
/** So much is written to a pack before the next one is begun. */
const PACK_BYTES = 64 * 1024 * 1024
const INDEX = 'packs.db'

/**
 * What is appended is durable when the file system is flushed; before that, the journal has it. A pack is never written to but at its
 * end; what nobody wants any more stays in it until more than half of it is such, then the rest moves to another one.
 */
export class Packs {
  readonly #files: PackFiles
  readonly #index: PackIndex
  readonly #clock: Clock
  #current = 0
  #at = 0

  private constructor(files: PackFiles, index: PackIndex, clock: Clock) {
    this.#files = files
    this.#index = index
    this.#clock = clock
  }

  /** What was appended last, and is not in the index, is found. */
  static async open(tree: Tree, directories: Directories, clock: Clock): Promise<Packs> {
    await directories.ensure(PackFiles.PLACE)
    const packs = new Packs(new PackFiles(tree), new PackIndex(`${tree.root}/${INDEX}`), clock)
    await packs.#findAll()
    return packs
  }

  /** Whoever asked for it may name it next. */
  touch(id: ContentId): void {
    this.#index.touch(id, this.#clock.now())
  }

  /** Undefined where it is not in a pack. */
  async read(id: ContentId): Promise<Uint8Array | undefined> {
    const found = this.#index.find(id)
    if (found === undefined) return undefined
    const bytes = await this.#bytesAt(found)
    // It has moved meanwhile, and the pack that it was in is gone.
    return bytes ?? this.#again(id, found)
  }

  /** One call at a time. */
  async append(entries: readonly JournalEntry[]): Promise<void> {
    this.#add(await this.#write(entries))
  }

  /** Removes what `isUnwanted`, then moves what is left of packs that are mostly empty. `flush` makes everything written so far durable. */
  async sweep(
    removeIfUnwanted: (id: ContentId, touchedMs: number, remove: () => Promise<void>) => Promise<boolean>,
    flush: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<number> {
    let count = 0
    for (let page = this.#index.idsAfter(undefined); page.length > 0; page = this.#index.idsAfter(page.at(-1)?.id)) {
      signal.throwIfAborted()
      for (const { id, touched } of page)
        if (await removeIfUnwanted(id, touched, async () => this.#index.remove(id))) count += 1
      // The others' turn: a large store takes a while.
      await new Promise(resolve => setImmediate(resolve))
    }
    await this.#tidy(flush, signal)
    return count
  }

  /** When it was last put, or asked for; milliseconds since 1970. */
  touchedAt(id: ContentId): number | undefined {
    return this.#index.touched(id)
  }

  async close(): Promise<void> {
    this.#index.close()
    await this.#files.close()
  }

  // --- writing -------------------------------------------------------------------------------------------------------------

  async #write(entries: readonly JournalEntry[]): Promise<Written> {
    if (this.#at >= PACK_BYTES) {
      this.#current += 1
      this.#at = 0
    }
    const pack = this.#current
    const placed: Written['placed'][number][] = []
    const pieces: Uint8Array[] = []
    let at = this.#at
    for (const { id, bytes } of entries) {
      pieces.push(writeHeader({ id, length: bytes.length, round: 0 }), bytes)
      placed.push({ id, at: at + HEADER_BYTES, size: bytes.length })
      at += HEADER_BYTES + bytes.length
    }
    const from = this.#at
    // What fails half-way is no record, and nothing is written behind it.
    this.#at = at
    try {
      await this.#files.using(pack, file => file.write(from, Buffer.concat(pieces)), 'create')
    } catch (error) {
      this.#at = Number.POSITIVE_INFINITY
      throw error
    }
    return { pack, end: at, placed }
  }

  #add({ pack, end, placed }: Written): void {
    this.#index.add(pack, end, placed, this.#clock.now())
  }

  // --- reading -------------------------------------------------------------------------------------------------------------

  async #bytesAt({ pack, at, size }: Location): Promise<Uint8Array | undefined> {
    try {
      const bytes = await this.#files.using(pack, file => file.read(at, size))
      return bytes.length === size ? bytes : undefined
    } catch (error) {
      // The pack was removed since it was looked for.
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  async #again(id: ContentId, before: Location): Promise<Uint8Array | undefined> {
    const now = this.#index.find(id)
    return now === undefined || now.pack === before.pack ? undefined : this.#bytesAt(now)
  }

  // --- finding what the index does not know --------------------------------------------------------------------------------

  async #findAll(): Promise<void> {
    const known = new Map(this.#index.packs().map(state => [state.pack, state]))
    let last = -1
    const there = await this.#files.list()
    for (const pack of known.keys()) if (!there.includes(pack)) this.#index.losePack(pack)
    for (const pack of there) {
      const end = await this.#files.using(pack, file => this.#findIn(pack, file, known.get(pack)?.bytes ?? 0))
      last = Math.max(last, pack)
      this.#current = pack
      this.#at = end
    }
    // A pack whose end makes no sense is not written to any more.
    if (last >= 0 && this.#at !== (await this.#files.using(last, file => file.size()))) this.#at = PACK_BYTES
  }

  /** The end of the last record. */
  async #findIn(pack: number, file: PackFile, from: number): Promise<number> {
    let at = from
    for (let header = readHeader(await file.read(at, HEADER_BYTES)); header !== undefined; ) {
      const { id, length } = header
      const bytes = length > PACKED_BYTES ? undefined : await file.read(at + HEADER_BYTES, length)
      if (bytes === undefined || contentIdOfBytes(bytes) !== id) break
      this.#index.add(
        pack,
        at + HEADER_BYTES + length,
        [{ id, at: at + HEADER_BYTES, size: length }],
        this.#clock.now(),
      )
      at += HEADER_BYTES + length
      header = readHeader(await file.read(at, HEADER_BYTES))
    }
    return at
  }

  // --- tidying up ----------------------------------------------------------------------------------------------------------

  async #tidy(flush: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (const { pack, bytes, live } of this.#index.packs()) {
      if (pack === this.#current || live * 2 > bytes) continue
      signal.throwIfAborted()
      await this.#move(pack, bytes, flush)
      // What could not be read past stays where it is.
      if (this.#index.packs().some(state => state.pack === pack && state.live > 0)) continue
      this.#index.removePack(pack)
      await this.#files.remove(pack)
    }
  }

  /** Copies are durable before the index names them, and the index before the pack goes. */
  async #move(pack: number, bytes: number, flush: () => Promise<void>): Promise<void> {
    for (let at = 0; at < bytes; ) {
      const { entries, end } = await this.#files.using(pack, file => this.#liveIn(pack, file, at, bytes))
      if (entries.length > 0) {
        const written = await this.#write(entries)
        await flush()
        this.#add(written)
      }
      at = end
    }
    await flush()
  }

  async #liveIn(pack: number, file: PackFile, from: number, to: number) {
    const entries: JournalEntry[] = []
    let at = from
    for (let size = 0; at < to && size < MOVED_BYTES; ) {
      const header = readHeader(await file.read(at, HEADER_BYTES))
      if (header === undefined) return { entries, end: to }
      const found = this.#index.find(header.id)
      if (found?.pack === pack && found.at === at + HEADER_BYTES) {
        entries.push({ id: header.id, bytes: await file.read(found.at, found.size) })
        size += found.size
      }
      at += HEADER_BYTES + header.length
    }
    return { entries, end: at }
  }
}

interface Written {
  readonly pack: number
  readonly end: number
  readonly placed: readonly (Omit<Location, 'pack'> & { readonly id: ContentId })[]
}

const MOVED_BYTES = 4 * 1024 * 1024
