// Many small files by few requests, where the server offers it; whatever does not come that way is asked for alone.
import { kindOfChecksum } from '../../model/content.ts'
import type { Stamp } from '../../model/entry.ts'
import { asSyncError, SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import type { Tried } from '../../replica/replica.ts'
import {
  BULK_READ,
  MAX_WANTED,
  parseParts,
  type ReadPart,
  type WantedFile,
  writeWanted,
} from '../../wire/owncloud/bulk-read.ts'
import { sumOf } from './hashing.ts'
import { inParallel } from './parallel.ts'
import type { Session } from './session.ts'

const MAX_FILES = Math.min(128, MAX_WANTED)
const MAX_BYTES = 8 * 1024 * 1024
const AT_ONCE = 2
/** What stands around the bytes of one file. */
const HEAD_BYTES = 32 * 1024

export interface WantedSmall {
  readonly path: Path
  readonly expect: Stamp
  readonly size: number
}

/** What came whole and in the wanted state, or why nothing can be had of this server now; the others have to be asked for one by one. */
export async function readTogether(
  session: Session,
  wanted: readonly WantedSmall[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Path, Tried<Uint8Array>>> {
  const got = new Map<Path, Tried<Uint8Array>>()
  if (!session.server.bulkRead || wanted.length < 2) return got
  const batches = batchesOf(wanted)
  const tried = await inParallel(batches, AT_ONCE, signal, batch => readBatch(session, batch, got, signal))
  for (const [i, fault] of tried.entries()) {
    if (!(fault instanceof SyncError) || fault.scope !== 'replica') continue
    for (const { path } of batches[i] ?? []) if (!got.has(path)) got.set(path, asSyncError(fault, path))
  }
  return got
}

function batchesOf(wanted: readonly WantedSmall[]): WantedSmall[][] {
  const batches: WantedSmall[][] = []
  let bytes = 0
  for (const file of wanted) {
    const last = batches.at(-1)
    bytes += file.size
    if (last === undefined || last.length >= MAX_FILES || bytes > MAX_BYTES) {
      batches.push([file])
      bytes = file.size
    } else last.push(file)
  }
  return batches
}

async function readBatch(
  session: Session,
  batch: readonly WantedSmall[],
  got: Map<Path, Tried<Uint8Array>>,
  signal: AbortSignal,
): Promise<void> {
  const files = new Map(batch.map(file => [pathFromHome(session, file.path), file]))
  const body = writeWanted([...files].map(([path, { expect }]): WantedFile => ({ path, etag: expect })))
  const headers = { 'Content-Type': 'application/json' }
  const answer = await session.client.request({ method: BULK_READ, path: session.bulk, headers, body }, signal)
  const boundary = /boundary="?([^";]+)"?/.exec(answer.headers['content-type'] ?? '')?.[1]
  if (answer.status !== 200 || boundary === undefined) return answer.drop()
  const limit = batch.reduce((sum, { size }) => sum + size + HEAD_BYTES, HEAD_BYTES)
  for (const part of parseParts(await answer.bytes(limit), boundary)) {
    const file = files.get(part.path)
    if (file !== undefined && isMeant(part, file)) got.set(file.path, part.bytes)
  }
}

/** One that is not is asked for alone, which tells what is the matter with it. */
function isMeant({ etag, sum, bytes }: ReadPart, { expect, size }: WantedSmall): boolean {
  if (etag !== expect || bytes.length !== size) return false
  return sum === undefined || sumOf(bytes, kindOfChecksum(sum)) === sum
}

function pathFromHome({ root, home }: Session, path: Path): string {
  return `/${[...root.slice(home.length), path].join('/')}`
}
