// GET and HEAD (RFC 9110) of a file: whole, or one range of it.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { assert, SyncError } from '../model/errors.ts'
import { nameOf } from '../model/path.ts'
import type { DirectoryNode, FileNode } from '../store/space.ts'
import { parseByteRange } from '../wire/dav/byte-range.ts'
import { parseHttpDate, writeHttpDate } from '../wire/dav/dates.ts'
import { isEtag, parseEtagList } from '../wire/dav/etags.ts'
import { PRIVATE, sendEmpty } from './answer.ts'
import type { DavCall } from './call.ts'
import { DavFault } from './fault.ts'
import { mediaTypeOf } from './media-type.ts'
import { isNotModified, requireReadConditions } from './preconditions.ts'
import { nodeAt } from './propfind.ts'

export async function get(call: DavCall): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await answer(call)
    } catch (error) {
      // Replaced between being found and being opened: what is there now is as good.
      const isReplaced = error instanceof SyncError && error.code === 'changed' && !call.response.headersSent
      if (!isReplaced || tries === MAX_TRIES) throw error
    }
  }
}

const MAX_TRIES = 5

async function answer(call: DavCall): Promise<void> {
  const node = await nodeAt(call)
  await requireReadConditions(call, node)
  if (node.kind === 'directory') sendDirectory(call, node)
  else if (isNotModified(call, node)) sendEmpty(call, 304, stateOf(call, node))
  else await sendFile(call, node)
}

// Clients ask by HEAD whether a directory is there; there is nothing to be read from it.
function sendDirectory(call: DavCall, node: DirectoryNode): void {
  if (call.method !== 'HEAD') throw new DavFault(405, 'A directory has no content: ask for its properties.')
  sendEmpty(call, 200, stateOf(call, node))
}

async function sendFile(call: DavCall, node: FileNode): Promise<void> {
  const range = rangeOf(call, node)
  if (range.as === 'unsatisfiable')
    throw new DavFault(416, 'The range lies behind the end of the file.', {
      headers: { 'Content-Range': `bytes */${node.size}` },
    })
  const [from, to] = range.as === 'range' ? [range.from, range.to] : [0, node.size - 1]
  const headers: OutgoingHttpHeaders = {
    ...headersOf(node),
    ...call.extensions.headersOf?.(node, call),
    'Content-Length': to - from + 1,
    ...(range.as === 'range' ? { 'Content-Range': `bytes ${from}-${to}/${node.size}` } : {}),
  }
  const status = range.as === 'range' ? 206 : 200
  if (call.method === 'HEAD' || node.size === 0) call.response.writeHead(status, headers).end()
  else
    await sendBytes(
      call,
      status,
      headers,
      call.space.read(node, { from, to, chunks: 'lent' }, signalFor(call, to - from + 1)),
    )
}

/** What is read in one go is not worth watching whether the client goes away. */
function signalFor(call: DavCall, bytes: number): AbortSignal {
  return bytes <= SMALL_BYTES ? NEVER : call.signal
}

const SMALL_BYTES = 64 * 1024
const NEVER = new AbortController().signal

// A file that cannot be read must still be answered with an error: nothing is said before the first bytes are there.
async function sendBytes(
  call: DavCall,
  status: number,
  headers: OutgoingHttpHeaders,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { response } = call
  let rest = Number(headers['Content-Length'])
  for await (const chunk of bytes) {
    if (!response.headersSent) response.writeHead(status, headers)
    // The whole with its head, in one piece.
    if (chunk.length === rest && rest <= SMALL_BYTES) return void response.end(chunk)
    rest -= chunk.length
    await written(response, chunk, call.signal)
  }
  // A client would wait for the others for ever.
  assert(rest === 0, `${rest} bytes of ${call.place} were missing`)
  response.end()
}

/** Resolves when nobody needs the chunk any more: whoever reads uses its memory again. */
function written(response: ServerResponse, chunk: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(signal.reason)
    if (signal.aborted) return gone()
    signal.addEventListener('abort', gone, { once: true })
    response.write(chunk, error => {
      signal.removeEventListener('abort', gone)
      if (error) reject(error)
      else resolve()
    })
  })
}

/** What tells one state of a node from another. */
function stateOf(call: DavCall, node: FileNode | DirectoryNode): OutgoingHttpHeaders {
  return { ...validatorsOf(node), ...call.extensions.headersOf?.(node, call) }
}

const validatorsOf = (node: FileNode | DirectoryNode): OutgoingHttpHeaders => ({
  ETag: `"${node.etag}"`,
  'Last-Modified': writeHttpDate(node.mtimeMs),
  'Cache-Control': PRIVATE,
})

/** Spaces may give the same object again for the same state of a node. */
const known = new WeakMap<FileNode, OutgoingHttpHeaders>()

function headersOf(node: FileNode): OutgoingHttpHeaders {
  const before = known.get(node)
  if (before !== undefined) return before
  const headers = { ...validatorsOf(node), ...contentOf(node) }
  known.set(node, headers)
  return headers
}

// What users put here must never run as a page of this server, whatever it is.
function contentOf({ path }: FileNode): OutgoingHttpHeaders {
  return {
    'Content-Type': mediaTypeOf(path),
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(nameOf(path)).replace(/['()*]/g, quote)}`,
    'Accept-Ranges': 'bytes',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
  }
}

const quote = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

function rangeOf({ request, method }: DavCall, node: FileNode): ReturnType<typeof parseByteRange> {
  const { range } = request.headers
  const isCurrent = isOfState(request.headers['if-range'], node)
  return range === undefined || method === 'HEAD' || !isCurrent ? { as: 'whole' } : parseByteRange(range, node.size)
}

/** Whether an `If-Range` names this state; a tag or a date. */
function isOfState(header: string | string[] | undefined, node: FileNode): boolean {
  if (typeof header !== 'string') return header === undefined
  const ms = parseHttpDate(header)
  if (ms !== undefined) return ms === Math.floor(node.mtimeMs / 1000) * 1000
  // A weak tag does not promise the same bytes.
  const tags = /^\s*w\//i.test(header) ? undefined : parseEtagList(header)
  return Array.isArray(tags) && tags.length === 1 && isEtag(tags[0] ?? '', node.etag)
}
