// The body of a request: small ones as text, bounded; large ones as they come; refused ones read and thrown away.
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { DavCall } from './call.ts'
import { DavFault } from './fault.ts'

/** Requests that wait to be told to go on (RFC 9110, 10.1.1). */
const waiting = new WeakSet<ServerResponse>()

/** Lets `listener` answer the requests of `server`; those with `Expect: 100-continue` send their body only when somebody wants it. */
export function serveRequests(server: Server, listener: RequestListener): void {
  server.on('request', listener)
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    waiting.add(response)
    listener(request, response)
  })
}

/** The body's bytes as they arrive. Throws 415 when they are compressed; a client that sends nothing for too long loses the connection. */
export function bytesOf({
  request,
  response,
  limits,
}: Pick<DavCall, 'request' | 'response' | 'limits'>): AsyncIterable<Uint8Array> {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    throw new DavFault(415, 'A compressed body is not understood here.')
  if (waiting.delete(response)) response.writeContinue()
  const { socket } = request
  socket.setTimeout(limits.bodyIdleMs)
  // What follows may take as long as it takes. After an answer, the time is the server's again.
  request.once('end', () => {
    if (!response.writableEnded) socket.setTimeout(0)
  })
  const length = lengthOf(request)
  return length !== undefined && length <= AT_ONCE_BYTES ? atOnce(request) : request
}

/** So much comes in a piece or two, and is taken together: for each request a stream costs more than its bytes. */
const AT_ONCE_BYTES = 64 * 1024

async function* atOnce(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  if (request.destroyed) throw wentAway()
  yield* await new Promise<readonly Uint8Array[]>((resolve, reject) => {
    const chunks: Uint8Array[] = []
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    request.on('end', () => resolve(chunks))
    request.on('error', () => reject(wentAway()))
    // It comes after the end, too: then nothing is to be made of it.
    request.on('close', () => request.readableEnded || reject(wentAway()))
  })
}

const wentAway = (): DavFault => new DavFault(400, 'The client went away.')

/** How long the body is going to be; undefined where the client does not say. */
export function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length']
  if (length !== undefined) return Number(length)
  return headers['transfer-encoding'] === undefined ? 0 : undefined
}

/** The body of a request that is XML, or ''. Throws 413 when it is too long, 400 when it is no text. */
export async function textOf(call: Pick<DavCall, 'request' | 'response' | 'limits'>): Promise<string> {
  const { request, limits } = call
  const length = lengthOf(request)
  if (length === 0) return ''
  if (length !== undefined && length > limits.bodyBytes) throw tooLong()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytesOf(call)) {
    size += chunk.length
    if (size > limits.bodyBytes) throw tooLong()
    chunks.push(chunk)
  }
  return decode(Buffer.concat(chunks))
}

function decode(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (error) {
    throw new DavFault(400, 'The body is not UTF-8.', { cause: error })
  }
}

/**
 * Reads the rest of a body that nobody wants, so that a client that is still sending sees the answer, up to a limit; a client that goes on
 * beyond it loses the connection. One that waits to be told to go on has sent nothing.
 */
export function discardBody(request: IncomingMessage, response: ServerResponse, maxBytes: number): void {
  if (waiting.delete(response)) {
    // What follows on this connection could be the body or another request: nobody knows.
    response.setHeader('Connection', 'close')
    return
  }
  if (request.complete || request.readableEnded) return
  let rest = maxBytes
  request.on('error', () => {})
  request.on('data', (chunk: Uint8Array) => {
    rest -= chunk.length
    if (rest < 0) request.destroy()
  })
}

const tooLong = (): DavFault => new DavFault(413, 'The body of the request is too long.')
