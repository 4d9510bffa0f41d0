// From a message on the wire to an answer: unpacked, capped, and with what a refusal says.
import type { IncomingMessage } from 'node:http'
import { createGunzip } from 'node:zlib'
import { asSyncError, SyncError } from '../../model/errors.ts'
import { arriving, arrivingLent, type Line } from './exchange.ts'
import type { HttpAnswer, HttpRequest } from './message.ts'

const KEPT_OF_FAILURES = 64 * 1024
const MAX_TEXT = 16 * 1024 * 1024

export async function answerOf(
  line: Line,
  wanted: HttpRequest,
  message: IncomingMessage,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const status = message.statusCode ?? 0
  if (wanted.method === 'HEAD' || status === 204 || status === 304) message.resume()
  const raw = raws(line, wanted, message, signal)
  const body = decoded(line.base, message, raw)
  const failure = status >= 400 ? await startOf(body) : ''
  return {
    status,
    headers: joined(message),
    path: wanted.path,
    body,
    failure,
    text: async (limit = MAX_TEXT) => (status >= 400 ? failure : (await whole(line, body, limit)).toString('utf8')),
    bytes: limit => whole(line, body, limit),
    drop: async () => {
      for await (const _ of raw);
    },
  }
}

/** Less than this is received as usual. */
const LENT_FROM_BYTES = 1024 * 1024

function raws(
  line: Line,
  wanted: HttpRequest,
  message: IncomingMessage,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const size = wanted.chunks === 'lent' ? plainSizeOf(message) : undefined
  if (size === undefined || size < LENT_FROM_BYTES) return arriving(line, message, signal)
  return arrivingLent(line, message, size, signal)
}

/** How long the body is, when it is a file as it is. */
function plainSizeOf({ headers, statusCode = 0 }: IncomingMessage): number | undefined {
  if (statusCode >= 300 || headers['transfer-encoding'] !== undefined) return undefined
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') return undefined
  return /^\d+$/.test(headers['content-length'] ?? '') ? Number(headers['content-length']) : undefined
}

/** Node has joined all of them already, save for one. */
function joined({ headers }: IncomingMessage): HttpAnswer['headers'] {
  const cookies = headers['set-cookie']
  return (cookies === undefined ? headers : { ...headers, 'set-cookie': cookies.join(', ') }) as HttpAnswer['headers']
}

function decoded(base: URL, message: IncomingMessage, raw: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  const coding = message.headers['content-encoding'] ?? 'identity'
  if (coding === 'identity' || coding === '') return raw
  return gunzipped(base, coding, raw)
}

/** The caps on what comes out of a small zipped body are with those who read it: `text`, `bytes` and the multistatus parser. */
async function* gunzipped(base: URL, coding: string, raw: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (coding !== 'gzip' && coding !== 'x-gzip')
    throw new SyncError('protocol', `${base.host} compresses in a way that was not asked for (${coding}).`)
  const gunzip = createGunzip()
  const fill = async () => {
    for await (const chunk of raw) {
      if (!gunzip.write(chunk)) await new Promise(resolve => gunzip.once('drain', resolve).once('close', resolve))
      if (gunzip.destroyed) return
    }
    gunzip.end()
  }
  fill().catch(error => gunzip.destroy(asSyncError(error)))
  try {
    yield* gunzip
  } catch (error) {
    if (error instanceof SyncError) throw error
    throw new SyncError('protocol', `${base.host} sent something damaged.`, { cause: error })
  } finally {
    gunzip.destroy()
  }
}

/** The start of a refusal; the rest is read and forgotten as long as it is not too much. */
async function startOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const kept: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      if (size < KEPT_OF_FAILURES) kept.push(chunk)
      size += chunk.length
      if (size > 4 * KEPT_OF_FAILURES) break
    }
  } catch (error) {
    // A refusal stays one when its explanation is cut off.
    if (!(error instanceof SyncError)) throw error
  }
  return Buffer.concat(kept).subarray(0, KEPT_OF_FAILURES).toString('utf8')
}

async function whole(line: Line, body: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > limit) throw new SyncError('protocol', `${line.base.host} sent far more than was asked for.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
