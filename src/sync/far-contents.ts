// What is in files of the other side, where there is no other way to tell which side is behind: it is read. Kept for as long as the file
// is as it was.
import { blockHashes, contentIdOfBytes } from '../index/content-id.ts'
import type { FolderIndex } from '../index/folder-index.ts'
import { blockSizeOf, type ContentId, compareChecksums } from '../model/content.ts'
import type { Entry, FileEntry, Stamp } from '../model/entry.ts'
import { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import type { Replica } from '../replica/replica.ts'

/** What is larger is read only for as long as it may be something that is known. */
const MOST_READ = 64 * 1024 * 1024
const HASH_BYTES = 32

type Hashes = Pick<FolderIndex, 'blocks' | 'sums'>

/** What was found out about a file; `among` what, where it is only known to be none of these. */
interface Learnt {
  readonly stamp: Stamp
  readonly content: ContentId | 'none of these'
  readonly among: string
}

export class FarContents {
  readonly #learnt = new Map<Path, Learnt>()
  readonly #hashes: Hashes

  constructor(hashes: Hashes) {
    this.#hashes = hashes
  }

  /**
   * The entry with its content; as it is where that is known already, or cannot be found out. `known`: what the path is known to have
   * held. A large file that is none of these stays unknown.
   */
  async learn(
    path: Path,
    entry: FileEntry,
    known: readonly ContentId[],
    remote: Pick<Replica, 'read'>,
    signal: AbortSignal,
  ): Promise<FileEntry> {
    if (entry.content !== undefined) return entry
    const content = this.#bySum(entry, known) ?? (await this.#byReading(path, entry, known, remote, signal))
    return content === undefined || content === 'none of these' ? entry : { ...entry, content }
  }

  #bySum({ sums = [] }: FileEntry, known: readonly ContentId[]): ContentId | undefined {
    if (sums.length === 0) return undefined
    return known.find(content => compareChecksums(sums, this.#hashes.sums(content)) === 'same')
  }

  async #byReading(
    path: Path,
    { stamp, size }: FileEntry,
    known: readonly ContentId[],
    remote: Pick<Replica, 'read'>,
    signal: AbortSignal,
  ): Promise<Learnt['content'] | undefined> {
    const among = known.join()
    const learnt = this.#learnt.get(path)
    if (learnt?.stamp === stamp && (learnt.content !== 'none of these' || learnt.among === among)) return learnt.content
    const chunks = () => remote.read(path, stamp, 0, signal)
    const content = await orNothing(size > MOST_READ ? this.#whichOf(known, chunks, size) : contentOf(chunks(), size))
    if (content !== undefined) this.#learnt.set(path, { stamp, content, among })
    return content
  }

  /** Read up to the first block that none of them has. */
  async #whichOf(
    known: readonly ContentId[],
    chunks: () => AsyncIterable<Uint8Array>,
    size: number,
  ): Promise<Learnt['content']> {
    const blockSize = blockSizeOf(size)
    const length = Math.ceil(size / blockSize) * HASH_BYTES
    let left = known
      .map(content => ({ content, blocks: this.#hashes.blocks(content) }))
      .filter(({ blocks }) => blocks?.length === length)
    if (left.length === 0) return 'none of these'
    let at = 0
    for await (const hash of blockHashes(chunks(), blockSize)) {
      left = left.filter(({ blocks }) => Buffer.compare(hash, blocks?.subarray(at, at + HASH_BYTES) ?? hash) === 0)
      at += HASH_BYTES
      if (left.length === 0 || at > length) return 'none of these'
    }
    return at === length ? (left[0]?.content ?? 'none of these') : 'none of these'
  }
}

/** What the other side shows at `path`, if that is a file. */
export async function fileAt(path: Path, remote: Replica, signal: AbortSignal): Promise<FileEntry | undefined> {
  const entry: Entry | undefined = await orNothing(remote.look(path, signal))
  return entry?.kind === 'file' ? entry : undefined
}

async function contentOf(chunks: AsyncIterable<Uint8Array>, size: number): Promise<ContentId | undefined> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  const bytes = Buffer.concat(parts)
  return bytes.length === size ? contentIdOfBytes(bytes) : undefined
}

/** A single file that cannot be had says nothing. */
async function orNothing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof SyncError && error.scope === 'entry') return undefined
    throw error
  }
}
