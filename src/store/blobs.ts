// Immutable bytes by what they are: what a hosted space keeps the contents of its files in.
import type { Checksum, ChecksumKind, ContentId } from '../model/content.ts'
import type { ByteRange } from './space.ts'

export type { ByteRange }

export interface Blob {
  readonly id: ContentId
  readonly size: number
  /** Those that were asked for. */
  readonly sums: readonly Checksum[]
}

export interface BlobSource {
  readonly bytes: AsyncIterable<Uint8Array>
  /** In bytes, where it is known: a file's content id depends on it, and so it saves reading the bytes twice. Another length is refused as `protocol`. */
  readonly size: number | undefined
  readonly kinds: readonly ChecksumKind[]
  /** What the whole is said to add up to: refused as `corrupt`, with nothing kept, where it does not. */
  readonly expected?: readonly Checksum[]
}

/**
 * Contract: a blob is there whole or not at all; one that is there already is not written again; `put` returns when the bytes are
 * durable. Blobs are written before the row that names them, and swept after.
 */
export interface BlobStore {
  put(source: BlobSource, signal: AbortSignal): Promise<Blob>
  /** The bytes of the range. Throws `missing` when there is no such blob. Chunks are not written to by whoever gets them. */
  get(id: ContentId, range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array>
  /** Whoever asks may name it in a row next: as if it had been put just now, for a sweep. */
  has(id: ContentId): Promise<boolean>
  /**
   * Removes blobs of which `isLive` says no. One that was put less than `graceMs` ago stays: its row may be on the way.
   * Returns how many went.
   */
  sweep(isLive: (id: ContentId) => Promise<boolean>, graceMs: number, signal: AbortSignal): Promise<number>
}
