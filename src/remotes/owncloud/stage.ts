// Takes bytes for the server: small ones are kept here, large ones go up in chunks, those between are sent when they are committed.

import { contentIdOfBytes } from '../../index/content-id.ts'
import { type Checksum, kindOfChecksum } from '../../model/content.ts'
import { SyncError } from '../../model/errors.ts'
import { randomHex } from '../../platform/world.ts'
import type { Resume, Source, Staged } from '../../replica/replica.ts'
import { dropTransfer, type Transfer, uploadChunks } from './chunks.ts'
import { sumOf } from './hashing.ts'
import type { Session } from './session.ts'

/** Up to this size a file waits in memory. */
export const SMALL_BYTES = 1024 * 1024
/** Files beyond this go up in chunks. */
export const CHUNKED_BEYOND = 10_000_000

export type Held =
  | { readonly as: 'bytes'; readonly size: number; readonly bytes: Uint8Array; readonly sum: Checksum }
  | { readonly as: 'source'; readonly size: number; readonly source: Source; readonly sum: Checksum | undefined }
  | { readonly as: 'transfer'; readonly size: number; readonly transfer: Transfer; readonly sum: Checksum | undefined }

export interface Staging {
  stage(source: Source, resume: Resume, signal: AbortSignal): Promise<Staged>
  /** What was staged under the id. Throws `missing` when that was given up. */
  held(staged: Staged): Held
  /** The same, or undefined. */
  find(staged: Staged): Held | undefined
  /** It was committed: nothing of it is left to tidy up. */
  forget(staged: Staged): void
  discard(staged: Staged, signal: AbortSignal): Promise<void>
}

export function openStaging(session: Session): Staging {
  const kept = new Map<string, Held>()
  const held = (staged: Staged): Held => {
    const found = kept.get(staged.id)
    if (found === undefined) throw new SyncError('missing', 'The bytes to upload were given up; they are staged again.')
    return found
  }
  return {
    held,
    find: staged => kept.get(staged.id),
    forget: staged => void kept.delete(staged.id),
    async stage(source, resume, signal) {
      const taken = await take(session, source, resume, signal)
      const id = randomHex(session.world.random, 8)
      kept.set(id, taken)
      return { id, size: taken.size }
    },
    async discard(staged, signal) {
      const found = kept.get(staged.id)
      kept.delete(staged.id)
      if (found?.as === 'transfer') await dropTransfer(session, found.transfer.id, signal)
    },
  }
}

async function take(session: Session, source: Source, resume: Resume, signal: AbortSignal): Promise<Held> {
  signal.throwIfAborted()
  if (source.bytes !== undefined || source.size <= SMALL_BYTES) return takeWhole(session, source)
  const sum = await source.sum(session.sumKind)
  if (source.size <= chunkedBeyond(session)) return { as: 'source', size: source.size, source, sum }
  const transfer = await uploadChunks(session, { source, sum, resume }, signal)
  return { as: 'transfer', size: source.size, transfer, sum }
}

function chunkedBeyond(session: Session): number {
  if (!session.server.chunking) return Number.POSITIVE_INFINITY
  return Math.min(CHUNKED_BEYOND, session.server.maxChunkBytes ?? CHUNKED_BEYOND)
}

async function takeWhole(session: Session, source: Source): Promise<Held> {
  const bytes = source.bytes ?? (await collect(source))
  const matches =
    bytes.length === source.size &&
    (source.content === undefined || contentIdOfBytes(bytes) === source.content) &&
    (source.sums ?? []).every(sum => sumOf(bytes, kindOfChecksum(sum)) === sum)
  if (!matches)
    throw new SyncError('changed', `${source.path} changed while it was read; it is sent when it is at rest.`, {
      path: source.path,
    })
  return { as: 'bytes', size: bytes.length, bytes, sum: sumOf(bytes, session.sumKind) }
}

async function collect(source: Source): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source.open(0)) {
    size += chunk.length
    if (size > source.size) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
