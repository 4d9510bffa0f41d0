// Many small new files in one request, where the server offers it. It replaces whatever is there, so we look right before.
import { createHash } from 'node:crypto'
import type { Checksum } from '../../model/content.ts'
import { asSyncError, SyncError } from '../../model/errors.ts'
import { nameOf, type Path, type Place, parentOf } from '../../model/path.ts'
import { randomHex } from '../../platform/world.ts'
import type { Commit, Committed, Tried } from '../../replica/replica.ts'
import { dav } from '../../wire/dav/names.ts'
import { type BulkPart, type BulkResult, fitsBulk, parseBulkReply, writeBulk } from '../../wire/owncloud/bulk.ts'
import { spelt } from './letters.ts'
import { list } from './listing.ts'
import { type Put, secondsOf, writtenEntry } from './put.ts'
import { type Session, segmentsAt } from './session.ts'
import type { Staging } from './stage.ts'

const MAX_FILES = 100
const MAX_BYTES = 8 * 1024 * 1024
/** Larger files gain nothing. */
const MAX_FILE = 512 * 1024
/** Below this many files for one listing, single requests with a guard of their own are as cheap. */
const MIN_FILES_PER_LISTING = 4

export interface Candidate {
  readonly at: number
  readonly change: Put
  readonly bytes: Uint8Array
  readonly sum: Checksum
}

/** The changes that may go in bulk requests, cut into batches for one request each. */
export function bulkBatches(session: Session, staging: Staging, changes: readonly Commit[]): readonly Candidate[][] {
  if (!session.server.bulkUpload || session.memory.get('bulk') === 'broken') return []
  const batches: Candidate[][] = []
  let size = MAX_BYTES + 1
  for (const candidate of candidatesOf(staging, changes)) {
    const last = batches.at(-1)
    size += candidate.bytes.length
    if (last === undefined || last.length >= MAX_FILES || size > MAX_BYTES) {
      batches.push([candidate])
      size = candidate.bytes.length
    } else last.push(candidate)
  }
  return batches.filter(batch => batch.length >= MIN_FILES_PER_LISTING * placesOf(batch).size)
}

function* candidatesOf(staging: Staging, changes: readonly Commit[]): Generator<Candidate> {
  for (const [at, change] of changes.entries()) {
    if (change.do !== 'put' || change.expect !== 'absent' || !fitsBulk(change.path)) continue
    const held = staging.find(change.staged)
    const small = held?.as === 'bytes' && held.size > 0 && held.size <= MAX_FILE
    if (small && secondsOf(change.mtimeNs) !== undefined) yield { at, change, bytes: held.bytes, sum: held.sum }
  }
}

function placesOf(batch: readonly Candidate[]): ReadonlySet<Place> {
  return new Set(batch.map(({ change }) => parentOf(change.path)))
}

/**
 * Writes a batch. The result holds what is certain; a file that is missing in it was not written, or must be tried alone so
 * that its own guard decides.
 */
export async function commitBatch(
  session: Session,
  batch: readonly Candidate[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Tried<Committed>>> {
  const free = await stillAbsent(session, batch, signal)
  if (free.length === 0) return new Map()
  const parts = free.map(candidate => partOf(session, candidate))
  const boundary = `boundary_${randomHex(session.world.random, 16)}`
  const answer = await session.client.request(
    {
      method: 'POST',
      path: session.bulk,
      headers: { 'Content-Type': `multipart/related; boundary="${boundary}"` },
      body: writeBulk(parts, boundary),
    },
    signal,
  )
  if (answer.status >= 500 || answer.status === 404 || answer.status === 405) session.memory.set('bulk', 'broken')
  const replies = parseBulkReply(
    await answer.text(),
    parts.map(part => part.path),
  )
  return new Map(
    free.flatMap((candidate, i) => {
      const committed = committedOf(candidate, replies?.get(parts[i]?.path ?? ''))
      return committed === undefined ? [] : [[candidate.at, committed] as const]
    }),
  )
}

function partOf(session: Session, { change, bytes, sum }: Candidate): BulkPart {
  const below = session.root.slice(session.home.length)
  return {
    path: `/${[...below, change.path].join('/')}`,
    bytes,
    sum,
    md5: createHash('md5').update(bytes).digest('hex'),
    mtime: secondsOf(change.mtimeNs),
  }
}

function committedOf({ change, bytes, sum }: Candidate, result: BulkResult | undefined): Committed | undefined {
  // What the server refused here is tried alone: then its answer says why.
  if (result?.as !== 'written') return undefined
  const seconds = secondsOf(change.mtimeNs) ?? 0
  return { as: 'done', entry: writtenEntry({ etag: result.etag, id: result.id, sum }, bytes.length, seconds) }
}

/**
 * Those whose directory, listed just now, does not show them. Whether the server tells letter cases apart may not be known: a name that differs
 * only so is not taken to be free, nor are two such names of one batch.
 */
async function stillAbsent(session: Session, batch: readonly Candidate[], signal: AbortSignal): Promise<Candidate[]> {
  const taken = new Map<Place, Set<string> | undefined>()
  const listing = [...placesOf(batch)].map(async place => taken.set(place, await namesIn(session, place, signal)))
  await Promise.all(listing)
  return batch.filter(({ change }) => {
    const names = taken.get(parentOf(change.path))
    const name = spelt(nameOf(change.path))
    if (names === undefined || names.has(name)) return false
    names.add(name)
    return true
  })
}

async function namesIn(session: Session, place: Place, signal: AbortSignal): Promise<Set<string> | undefined> {
  const properties = [dav('resourcetype')]
  const listing = await list(session, { at: segmentsAt(session, place), depth: '1', properties, place }, signal)
  return (
    listing &&
    new Set([...listing.children, ...listing.faulty.map(({ name }) => [name] as const)].map(([name]) => spelt(name)))
  )
}

/** The error of a whole batch in the place of each of its files, when it is one that trying alone would meet as well. */
export function batchFault(error: unknown, path: Path): SyncError | undefined {
  const fault = asSyncError(error, path)
  return fault instanceof SyncError && fault.scope === 'replica' ? fault : undefined
}
