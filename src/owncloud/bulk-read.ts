// Many small files in one answer: what our own client asks for instead of one request for each.
import { once } from 'node:events'
import { PRIVATE } from '../dav/answer.ts'
import { textOf } from '../dav/body.ts'
import type { DavCall } from '../dav/call.ts'
import { DavFault } from '../dav/fault.ts'
import { isStrong, kindOfChecksum } from '../model/content.ts'
import { SyncError } from '../model/errors.ts'
import { parsePath } from '../model/path.ts'
import { randomHex } from '../platform/world.ts'
import type { FileNode, Space } from '../store/space.ts'
import { parseWanted, type ReadPart, type WantedFile, writeEnd, writeParts } from '../wire/owncloud/bulk-read.ts'

/** Larger ones are worth a request of their own. */
const MAX_FILE = 1 << 20
/** What follows is left out. */
const MAX_BYTES = 32 << 20
/** So many are read, and then sent, together. */
const AT_ONCE = 16

/** Answers the REPORT; `call` is about the user's root. Files that are not there in the wanted state, or cannot be read, are left out. */
export async function answerBulkRead(call: DavCall): Promise<void> {
  const wanted = parseWanted(await textOf(call))
  if (wanted === undefined) throw new DavFault(400, 'The body is no list of files.')
  const { response, signal } = call
  const boundary = `boundary_${randomHex(call.random, 16)}`
  response.writeHead(200, {
    'Content-Type': `multipart/related; boundary="${boundary}"`,
    'Cache-Control': PRIVATE,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
  })
  for await (const parts of partsOf(call, wanted)) {
    if (!response.write(writeParts(parts, boundary))) await once(response, 'drain', { signal })
  }
  response.end(writeEnd(boundary))
}

async function* partsOf({ space, signal }: DavCall, wanted: readonly WantedFile[]): AsyncGenerator<ReadPart[]> {
  for (let at = 0, bytes = 0; at < wanted.length && bytes <= MAX_BYTES; at += AT_ONCE) {
    signal.throwIfAborted()
    const found = await Promise.all(wanted.slice(at, at + AT_ONCE).map(file => partOf(space, file, signal)))
    const parts = found.filter(part => part !== undefined)
    bytes += parts.reduce((sum, part) => sum + part.bytes.length, 0)
    yield parts
  }
}

async function partOf(space: Space, { path, etag }: WantedFile, signal: AbortSignal): Promise<ReadPart | undefined> {
  const at = parsePath(path.replace(/^\/+/, ''))
  const node = at && (await space.find(at))
  if (node?.kind !== 'file' || node.etag !== etag || node.size > MAX_FILE) return undefined
  try {
    const sum = node.sums.find(known => isStrong(kindOfChecksum(known))) ?? node.sums[0]
    return { path, etag, sum, bytes: await bytesOf(space, node, signal) }
  } catch (error) {
    // Asked for alone it is answered with the reason.
    if (error instanceof SyncError) return undefined
    throw error
  }
}

async function bytesOf(space: Space, node: FileNode, signal: AbortSignal): Promise<Uint8Array> {
  if (node.size === 0) return new Uint8Array()
  const chunks: Uint8Array[] = []
  for await (const chunk of space.read(node, { from: 0, to: node.size - 1 }, signal)) chunks.push(chunk)
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}
