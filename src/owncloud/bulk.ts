// The bulk upload: many small files in one request, and one JSON answer about them all.
import { PRIVATE } from '../dav/answer.ts'
import { bytesOf } from '../dav/body.ts'
import type { DavCall } from '../dav/call.ts'
import { DavFault } from '../dav/fault.ts'
import { requirePlaceFor, storeReceived } from '../dav/put.ts'
import { faultOf } from '../dav/refusal.ts'
import { type Checksum, parseChecksum } from '../model/content.ts'
import { type Path, parsePath } from '../model/path.ts'
import { BulkFault, type BulkHead, boundaryOf, bulkReader } from './bulk-parts.ts'
import { permissionsOf } from './properties.ts'
import { uploadFrom } from './transfer-headers.ts'

interface Written {
  readonly error: false
  /** Without quotes, here alone. */
  readonly etag: string
  readonly fileid: string
  readonly permissions: string
}

type Result = Written | { readonly error: true; readonly message: string }

const MAX_FILES = 1000
/** A larger part goes to the store as it arrives, alone. */
const MAX_HELD = 1 << 20
/** So many bytes and files wait to be stored at the same time. */
const MAX_WAITING_BYTES = 8 << 20
const MAX_WAITING = 128

/** Answers the POST; `call` is about the user's root, and `fileId` writes the id of a node. */
export async function answerBulk(call: DavCall, fileId: (node: { id: number }) => string): Promise<void> {
  if (call.method !== 'POST') throw new DavFault(405, 'Many files at once come by POST.')
  const boundary = boundaryOf(call.request.headers['content-type'])
  if (boundary === undefined) throw new DavFault(415, 'The body is no multipart/related with a boundary.')
  const results = new Map<string, Result>()
  const status = await takeParts(call, boundary, results, fileId)
  const body = Buffer.from(JSON.stringify(Object.fromEntries(results)).replace(/\//g, '\\/'))
  call.response.writeHead(status, {
    'Content-Type': 'text/html; charset=UTF-8',
    'Content-Length': body.length,
    'Cache-Control': PRIVATE,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    // Where the body stopped to make sense, nobody knows where the next request begins.
    ...(status === 200 ? {} : { Connection: 'close' }),
  })
  call.response.end(body)
}

/** The status of the answer: 400 when the body could not be read to its end. Files before that are stored, and told of. */
async function takeParts(
  call: DavCall,
  boundary: string,
  results: Map<string, Result>,
  fileId: (node: { id: number }) => string,
): Promise<200 | 400> {
  const parts = bulkReader(bytesOf(call), boundary)
  const waiting = new Set<Promise<void>>()
  let waitingBytes = 0
  const settle = async () => {
    await Promise.all(waiting)
  }
  try {
    for (let part = await parts.next(); part !== undefined; part = await parts.next()) {
      if (results.size >= MAX_FILES) throw new BulkFault('There are too many parts.')
      const shown = part.headers['x-file-path'] ?? ''
      const planned = planOf(part)
      // Twice the same name: in the order in which they came.
      if (results.has(shown)) await settle()
      results.set(shown, UNKNOWN)
      if (part.length > MAX_HELD) {
        results.set(shown, await write(call, planned, parts.bytes(), fileId))
        await parts.finish()
        continue
      }
      const bytes = await held(parts.bytes())
      if (waiting.size >= MAX_WAITING || waitingBytes + bytes.length > MAX_WAITING_BYTES) await settle()
      waitingBytes += bytes.length
      const writing = write(call, planned, once(bytes), fileId).then(result => {
        results.set(shown, result)
        waitingBytes -= bytes.length
        waiting.delete(writing)
      })
      waiting.add(writing)
    }
    await settle()
    return 200
  } catch (error) {
    await settle()
    if (!(error instanceof BulkFault)) throw error
    for (const [shown, result] of results) if (result === UNKNOWN) results.delete(shown)
    return 400
  }
}

const UNKNOWN: Result = { error: true, message: 'It was not stored.' }

interface Planned {
  readonly at: Path | undefined
  readonly length: number
  readonly sum: Checksum | undefined
  readonly headers: Readonly<Record<string, string>>
}

/** Throws `BulkFault` for a part without a hash, which no client leaves out. */
function planOf({ headers, length }: BulkHead): Planned {
  const path = headers['x-file-path'] ?? ''
  const md5 = headers['x-file-md5']
  const written = headers['oc-checksum'] ?? (md5 === undefined ? '' : `MD5:${md5}`)
  if (path === '' || written === '') throw new BulkFault('A part does not say its path or its checksum.')
  return { at: parsePath(path.replace(/^\/+/, '')), length, sum: parseChecksum(written), headers }
}

async function write(
  call: DavCall,
  { at, length, sum, headers }: Planned,
  bytes: AsyncIterable<Uint8Array>,
  fileId: (node: { id: number }) => string,
): Promise<Result> {
  try {
    if (at === undefined) throw new DavFault(400, 'The path of the file is not allowed.')
    if (sum === undefined) throw new DavFault(400, 'The kind of the checksum is not known.')
    const when = await requirePlaceFor(call, at)
    const mtime = headers['x-file-mtime'] ?? headers['x-oc-mtime']
    const { mtimeMs, kinds } = uploadFrom({
      'oc-checksum': sum,
      ...(mtime === undefined ? {} : { 'x-oc-mtime': mtime }),
    })
    const received = await call.space.receive({ at, size: length, bytes, sums: [sum], kinds }, call.signal)
    const { node } = await storeReceived(call, { at, received, mtimeMs, when })
    if (node === undefined) throw new DavFault(500, 'It was not stored.')
    return { error: false, etag: node.etag, fileid: fileId(node), permissions: permissionsOf(node) }
  } catch (error) {
    if (error instanceof BulkFault) throw error
    const fault = faultOf(error)
    if (fault !== undefined) return { error: true, message: fault.message }
    call.log('error', 'A file of a bulk upload failed', { error: String(error) })
    return { error: true, message: 'The server could not do it. Its log says why.' }
  }
}

async function held(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}
