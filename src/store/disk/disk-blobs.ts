// Blobs on a disk: small ones packed together, large ones as files named by what they contain.
import { contentIdOfBytes } from '../../index/content-id.ts'
import type { Checksum, ChecksumKind, ContentId } from '../../model/content.ts'
import { syncFile } from '../../platform/node/durable-file.ts'
import { isMissing, type Tree } from '../../platform/tree.ts'
import { type Clock, type Random, randomHex } from '../../platform/world.ts'
import type { Blob, BlobSource, BlobStore, ByteRange } from '../blobs.ts'
import { diskFault, noSuchBlob, wrongChecksum, wrongLength } from './blob-faults.ts'
import { pathOf, placeOf, STAGING } from './blob-place.ts'
import { Directories } from './directories.ts'
import type { Journal } from './journal.ts'
import { writeLarge } from './large-blob.ts'
import { openJournal } from './open-journal.ts'
import { PACKED_BYTES, Packs } from './packs.ts'
import { Recent, YOUNG_MS } from './recent.ts'
import { SmallBlobs } from './small-blobs.ts'
import { type Gathered, gather, joined } from './small-bytes.ts'
import { Sums } from './sums.ts'
import { sweepBlobs, sweepPacks } from './sweep-blobs.ts'

export interface DiskBlobsOptions {
  /** The directory is this store's own. Not closed by it. */
  readonly tree: Tree
  readonly clock: Clock
  readonly random: Random
}

interface DiskBlobsParts extends DiskBlobsOptions {
  readonly directories: Directories
  readonly journal: Journal
  readonly packs: Packs
}

/** Up to here a body is held in memory and written in one go, together with others that arrive at the same time. */
const SMALL_BYTES = 256 * 1024

export async function openDiskBlobs({ tree, clock, random }: DiskBlobsOptions): Promise<DiskBlobs> {
  const directories = new Directories(tree)
  await directories.ensure(STAGING)
  await clearStaging(tree)
  const packs = await Packs.open(tree, directories, clock)
  const journal = await openJournal(tree, directories, packs)
  return new DiskBlobs({ tree, clock, random, directories, journal, packs })
}

/** What another run had begun: nobody waits for it. */
async function clearStaging(tree: Tree): Promise<void> {
  for (const { name } of await tree.list(STAGING)) await tree.removeFile(`${STAGING}/${name}`)
}

export class DiskBlobs implements BlobStore {
  readonly #tree: Tree
  readonly #random: Random
  readonly #directories: Directories
  readonly #recent: Recent
  readonly #small: SmallBlobs
  readonly #journal: Journal
  readonly #packs: Packs
  readonly #landing = new Map<ContentId, Promise<void>>()

  constructor({ tree, clock, random, directories, journal, packs }: DiskBlobsParts) {
    this.#tree = tree
    this.#random = random
    this.#directories = directories
    this.#recent = new Recent(clock)
    this.#journal = journal
    this.#packs = packs
    this.#small = new SmallBlobs(tree, directories, journal, packs)
  }

  async put(source: BlobSource, signal: AbortSignal): Promise<Blob> {
    try {
      signal.throwIfAborted()
      const gathered = await gather(until(source.bytes, signal), SMALL_BYTES)
      return 'whole' in gathered ? await this.#putSmall(source, gathered.whole) : await this.#putLarge(source, gathered)
    } catch (error) {
      throw diskFault(error, this.#tree.root)
    }
  }

  async *get(id: ContentId, range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      signal.throwIfAborted()
      const { from, to } = range
      const whole = await this.#small.read(id)
      if (whole === undefined) yield* this.#getLarge(id, range, signal)
      else if (whole.length > from) yield whole.subarray(from, to === undefined ? undefined : to + 1)
    } catch (error) {
      throw isMissing(error) ? noSuchBlob(error) : diskFault(error, this.#tree.root)
    }
  }

  async has(id: ContentId): Promise<boolean> {
    return this.#recent.using(id, () => this.#isThere(id))
  }

  async sweep(isLive: (id: ContentId) => Promise<boolean>, graceMs: number, signal: AbortSignal): Promise<number> {
    await this.#small.settle()
    const onRemoval = (id: ContentId) => this.#small.forget(id)
    const sweeping = { tree: this.#tree, recent: this.#recent, isLive, graceMs, onRemoval }
    return (await sweepPacks(this.#packs, sweeping, signal)) + (await sweepBlobs(sweeping, signal))
  }

  /** Nothing is under way any more. Opening it again is quicker then. */
  async close(): Promise<void> {
    await this.#small.settle()
    await this.#journal.empty()
    await this.#journal.close()
    await this.#packs.close()
  }

  async #putSmall(source: BlobSource, bytes: Buffer): Promise<Blob> {
    checkLength(source, bytes.length)
    const sums = sumsOf(bytes, source.kinds)
    checkSums(source, sums)
    const id = contentIdOfBytes(bytes)
    await this.#recent.using(id, async () => {
      const isThere = bytes.length <= PACKED_BYTES ? await this.#isPacked(id) : await this.#isThere(id)
      if (isThere) return
      await this.#small.write(id, bytes)
      this.#recent.know(id)
    })
    return { id, size: bytes.length, sums }
  }

  async #putLarge(source: BlobSource, { start, rest }: Exclude<Gathered, { readonly whole: Buffer }>): Promise<Blob> {
    const staged = `${STAGING}/${randomHex(this.#random, 12)}`
    try {
      const large = {
        tree: this.#tree,
        path: staged,
        bytes: joined(start, rest),
        size: source.size,
        kinds: source.kinds,
      }
      const { id, size, sums } = await writeLarge(large)
      checkSums(source, sums)
      await this.#recent.using(id, async () => {
        if (await this.#isThere(id)) await this.#tree.removeFile(staged)
        else await this.#landAlone(staged, id)
      })
      return { id, size, sums }
    } catch (error) {
      await this.#tree.removeFile(staged).catch(() => undefined)
      throw error
    }
  }

  /** Whoever puts the same meanwhile waits until it is durable. */
  async #landAlone(staged: string, id: ContentId): Promise<void> {
    const landing = this.#land(staged, id)
    this.#landing.set(id, landing)
    await landing.finally(() => this.#landing.delete(id))
  }

  /** Data before its name: a crash leaves it whole, or not there. */
  async #land(staged: string, id: ContentId): Promise<void> {
    await syncFile(`${this.#tree.root}/${staged}`)
    await this.#directories.ensure(placeOf(id))
    await this.#tree.rename(staged, pathOf(id), 'replace')
    await this.#directories.sync(placeOf(id))
  }

  /** What is there is young afterwards: whoever asks may name it in a row next. */
  async #isThere(id: ContentId): Promise<boolean> {
    if (await this.#isPacked(id)) return true
    const stat = await this.#tree.stat(pathOf(id))
    if (stat === undefined) return false
    if (!this.#recent.isYoung(stat, YOUNG_MS))
      await this.#tree.setMtime(pathOf(id), BigInt(this.#recent.now) * 1_000_000n)
    this.#recent.know(id)
    return true
  }

  /** The same, but for those that are files. */
  async #isPacked(id: ContentId): Promise<boolean> {
    if (this.#recent.isKnown(id)) return true
    await this.#landing.get(id)?.catch(() => undefined)
    if (this.#small.has(id)) return true
    const touchedAt = this.#packs.touchedAt(id)
    if (touchedAt === undefined) return false
    if (!this.#recent.isLately(touchedAt, YOUNG_MS)) this.#packs.touch(id)
    this.#recent.know(id)
    return true
  }

  async *#getLarge(
    id: ContentId,
    { from, to = Number.POSITIVE_INFINITY, chunks }: ByteRange,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    let left = to - from + 1
    if (left <= 0) return
    for await (const bytes of this.#tree.read(pathOf(id), from, () => {}, chunks)) {
      signal.throwIfAborted()
      yield bytes.length > left ? bytes.subarray(0, left) : bytes
      left -= bytes.length
      if (left <= 0) return
    }
  }
}

function checkLength({ size }: BlobSource, found: number): void {
  if (size !== undefined && size !== found) throw wrongLength(size, String(found))
}

function sumsOf(bytes: Uint8Array, kinds: readonly ChecksumKind[]): readonly Checksum[] {
  const sums = new Sums(kinds)
  sums.update(bytes)
  return sums.values()
}

/** Kinds that were not computed prove nothing. */
function checkSums({ expected = [] }: BlobSource, found: readonly Checksum[]): void {
  for (const sum of expected) {
    const kind = `${sum.slice(0, sum.indexOf(':'))}:`
    if (!found.includes(sum) && found.some(other => other.startsWith(kind))) throw wrongChecksum()
  }
}

async function* until(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    signal.throwIfAborted()
    yield chunk
  }
}
