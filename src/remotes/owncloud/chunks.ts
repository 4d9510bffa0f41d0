// Large uploads: a folder of chunks in the uploads collection, which a later run can go on filling.
import type { Checksum } from '../../model/content.ts'
import { SyncError } from '../../model/errors.ts'
import type { Resume, Source } from '../../replica/replica.ts'
import { writeHref } from '../../wire/dav/hrefs.ts'
import { dav } from '../../wire/dav/names.ts'
import { chunkName, nextChunkSize, reachOf, type StoredChunk } from '../../wire/owncloud/chunks.ts'
import { parseJson, textAt } from '../../wire/owncloud/json.ts'
import { lengthOf } from '../../wire/owncloud/properties.ts'
import { list } from './listing.ts'
import { refusalOf } from './refusals.ts'
import type { Session } from './session.ts'

export interface Transfer {
  readonly id: string
}

export interface Upload {
  readonly source: Source
  readonly sum: Checksum | undefined
  readonly resume: Resume
}

const FIRST_CHUNK = 10_000_000
const MAX_CHUNK = 100_000_000
/** A session that the server forgets while we fill it is begun anew so many times. */
const MAX_RESTARTS = 2

/** Brings all bytes of the source into a transfer, going on with the one that `resume` remembers. Throws `SyncError`. */
export async function uploadChunks(session: Session, upload: Upload, signal: AbortSignal): Promise<Transfer> {
  let from = await resumed(session, upload, signal)
  for (let restarts = 0; ; restarts += 1) {
    from ??= { id: await begin(session, upload, signal), reach: 0 }
    try {
      await fill(session, upload, from, signal)
      return { id: from.id }
    } catch (error) {
      const lost = error instanceof SyncError && error.code === 'missing'
      if (!lost || restarts >= MAX_RESTARTS) throw error
      from = undefined
    }
  }
}

/** Gives a transfer up. Whether that works does not matter: the server sweeps idle ones after a day. */
export async function dropTransfer(session: Session, id: string, signal: AbortSignal): Promise<void> {
  const answer = await session.client.request({ method: 'DELETE', path: hrefOf(session, id), repeat: 'safe' }, signal)
  await answer.drop()
}

/** The path of a transfer, or of what is in it. */
export function hrefOf(session: Session, id: string, name?: string): string {
  return writeHref([...session.uploads, id, ...(name === undefined ? [] : [name])])
}

interface Begun {
  readonly id: string
  /** Bytes that are there. */
  readonly reach: number
}

/** The remembered transfer, when it is of these very bytes and the server still has it. */
async function resumed(session: Session, upload: Upload, signal: AbortSignal): Promise<Begun | undefined> {
  const token = parseToken(upload.resume.token)
  if (token === undefined) return undefined
  const same = token.size === String(upload.source.size) && token.proof !== '' && token.proof === proofOf(upload)
  if (!same) {
    await dropTransfer(session, token.id, signal)
    return undefined
  }
  const stored = await storedChunks(session, token.id, signal)
  if (stored === undefined) return undefined
  const { reach, misfits } = reachOf(stored, upload.source.size)
  for (const name of misfits) {
    const path = hrefOf(session, token.id, name)
    const answer = await session.client.request({ method: 'DELETE', path, repeat: 'safe' }, signal)
    if (answer.status >= 300 && answer.status !== 404)
      throw refusalOf(session, answer, `resume the upload of ${upload.source.path}`, upload.source.path)
    await answer.drop()
  }
  return { id: token.id, reach }
}

async function storedChunks(session: Session, id: string, signal: AbortSignal): Promise<StoredChunk[] | undefined> {
  const properties = [dav('resourcetype'), dav('getcontentlength')]
  const listing = await list(session, { at: [...session.uploads, id], depth: '1', properties, place: '' }, signal)
  return listing?.children
    .filter(([name]) => name !== '.file')
    .map(([name, response]) => ({ name, size: lengthOf(response) ?? 0 }))
}

/** Makes a new transfer and has it remembered before the first byte is sent. */
async function begin(session: Session, { source, sum, resume }: Upload, signal: AbortSignal): Promise<string> {
  const { random } = session.world
  const id = String(random.below(1_000_000_000) + 1_000_000_000) + String(random.below(1_000_000)).padStart(6, '0')
  const headers = { 'OC-Total-Length': String(source.size) }
  const answer = await session.client.request(
    { method: 'MKCOL', path: hrefOf(session, id), headers, repeat: 'safe' },
    signal,
  )
  // The random name is ours: where it exists already, an answer got lost on the way.
  if (answer.status >= 300 && answer.status !== 405)
    throw refusalOf(session, answer, `take ${source.path}`, source.path)
  await answer.drop()
  resume.save(JSON.stringify({ transfer: id, size: String(source.size), proof: proofOf({ source, sum }) }))
  return id
}

async function fill(session: Session, { source }: Upload, begun: Begun, signal: AbortSignal): Promise<void> {
  const max = session.server.maxChunkBytes ?? MAX_CHUNK
  let size = Math.min(FIRST_CHUNK, max)
  for (let at = begun.reach; at < source.size; ) {
    const length = Math.min(size, source.size - at)
    const started = session.world.clock.now()
    await sendChunk(session, source, { id: begun.id, at, length }, signal)
    size = nextChunkSize(size, session.world.clock.now() - started, max)
    at += length
  }
}

interface Chunk {
  readonly id: string
  readonly at: number
  readonly length: number
}

async function sendChunk(
  session: Session,
  source: Source,
  { id, at, length }: Chunk,
  signal: AbortSignal,
): Promise<void> {
  const headers = {
    'Content-Type': 'application/octet-stream',
    'OC-Chunk-Offset': String(at),
    'OC-Total-Length': String(source.size),
  }
  const body = { size: length, open: () => firstOf(source.open(at), length) }
  const path = hrefOf(session, id, chunkName(at))
  const answer = await session.client.request({ method: 'PUT', path, headers, body, repeat: 'safe' }, signal)
  if (answer.status >= 300) throw refusalOf(session, answer, `take a part of ${source.path}`, source.path)
  await answer.drop()
}

/** The first `length` bytes of a stream; the rest is not asked for. */
async function* firstOf(stream: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let left = length
  for await (const bytes of stream) {
    yield bytes.length <= left ? bytes : bytes.subarray(0, left)
    left -= bytes.length
    if (left <= 0) return
  }
}

/** What makes sure, in a later run, that the bytes are the same; '' when nothing does. */
function proofOf({ source, sum }: Pick<Upload, 'source' | 'sum'>): string {
  return source.content ?? sum ?? ''
}

function parseToken(token: string | undefined): { id: string; size: string; proof: string } | undefined {
  if (token === undefined) return undefined
  const json = parseJson(token, 4096)
  const [id, size, proof] = [textAt(json, 'transfer'), textAt(json, 'size'), textAt(json, 'proof')]
  if (id === undefined || !/^\d+$/.test(id) || size === undefined || proof === undefined) return undefined
  return { id, size, proof }
}
