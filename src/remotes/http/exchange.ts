// One request and its answer on a connection: sends with back-pressure, and gives up when nothing moves.
import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { SyncError } from '../../model/errors.ts'
import { LENT_AT_ONCE } from '../../platform/tree.ts'
import { LentPieces } from './lent.ts'
import type { LentPiece } from './lent-memory.ts'
import type { HttpRequest, StreamBody } from './message.ts'

export interface Patience {
  /** For the answer to start once the request is sent, unless the request says otherwise. */
  readonly answerMs: number
  /** For the next `MIN_PROGRESS` bytes of a body, in either direction. */
  readonly idleMs: number
}

/** The exchange failed below HTTP. `sent` is false when not a byte of the request can have arrived. */
export class TransportFault extends Error {
  override readonly name = 'TransportFault'
  readonly error: SyncError
  readonly sent: boolean
  constructor(error: SyncError, sent: boolean) {
    super(error.message, { cause: error })
    this.error = error
    this.sent = sent
  }
}

/** Fewer bytes than this in `idleMs` is a stall: a trickle must not hold a connection for ever. */
const MIN_PROGRESS = 1024
const MAX_HEADERS = 64 * 1024

export interface Line {
  readonly base: URL
  readonly agent: http.Agent
  readonly patience: Patience
}

/** Sends `wanted` with exactly these headers. Rejects with `TransportFault`, with a `SyncError` of the body's source, or with the signal's reason. */
export function exchange(
  line: Line,
  wanted: HttpRequest,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = begin(line, wanted, headers)
    let socketSeen = false
    const abort = () => request.destroy(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    const timer = laterTimer()
    request.once('socket', () => {
      socketSeen = true
    })
    request.once('finish', () => {
      timer.start(wanted.answerMs ?? line.patience.answerMs, () => request.destroy(tooSlow(line.base)))
    })
    request.once('close', () => {
      timer.stop()
      signal.removeEventListener('abort', abort)
    })
    request.once('response', answer => {
      timer.stop()
      resolve(answer)
    })
    request.on('error', error => reject(signal.aborted ? signal.reason : faultFor(line.base, error, socketSeen)))
    if (signal.aborted) abort()
    else send(line, request, wanted.body).catch(error => request.destroy(error))
  })
}

function begin(line: Line, wanted: HttpRequest, headers: Readonly<Record<string, string>>): ClientRequest {
  const { base, agent } = line
  const start = base.protocol === 'https:' ? https.request : http.request
  const host = base.hostname.replace(/^\[|\]$/g, '')
  const port = base.port === '' ? undefined : base.port
  return start({ agent, host, port, method: wanted.method, path: wanted.path, headers, maxHeaderSize: MAX_HEADERS })
}

async function send(line: Line, request: ClientRequest, body: HttpRequest['body']): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) request.end(body)
  else await sendStream(line, request, body)
}

async function sendStream(line: Line, request: ClientRequest, body: StreamBody): Promise<void> {
  let sent = 0
  let answered = false
  request.once('response', () => {
    answered = true
  })
  for await (const chunk of body.open()) {
    sent += chunk.length
    // An early answer is a refusal: the rest need not travel. Its connection cannot be used again.
    if (answered || request.destroyed) return
    if (sent > body.size) break
    await written(line, request, chunk)
  }
  if (sent !== body.size)
    throw new SyncError('changed', 'The file changed while it was being sent; it is sent again when it is at rest.')
  request.end()
}

/** Resolves when the chunk is with the system, or will never be: then its memory may be used again. */
function written(line: Line, request: ClientRequest, chunk: Uint8Array): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(() => request.destroy(tooSlow(line.base)), line.patience.idleMs)
    const done = () => {
      clearTimeout(timer)
      for (const event of ['close', 'response']) request.removeListener(event, done)
      resolve()
    }
    for (const event of ['close', 'response']) request.once(event, done)
    request.write(chunk, done)
  })
}

/** The bytes of an answer, as long as they keep coming. Leaving early gives up the connection. */
export async function* arriving(line: Line, answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const abort = () => answer.destroy(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  let left = line.patience.idleMs
  let progress = 0
  const timer = laterTimer()
  const chunks: AsyncIterator<Uint8Array> = answer[Symbol.asyncIterator]()
  try {
    if (signal.aborted) abort()
    for (;;) {
      // Only the time that we wait counts, not what the reader takes for itself.
      const from = performance.now()
      timer.start(left, () => answer.destroy(tooSlow(line.base)))
      const next = await chunks.next()
      timer.stop()
      if (next.done === true) return
      progress += next.value.length
      if (progress < MIN_PROGRESS) left -= performance.now() - from
      else [left, progress] = [line.patience.idleMs, 0]
      yield next.value
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : cutOff(line.base, error)
  } finally {
    timer.stop()
    signal.removeEventListener('abort', abort)
    answer.destroy()
  }
}

/** The same for an answer of `size` bytes, in large pieces, of which the last `LENT_AT_ONCE` stay as they are. Gives up the connection. */
export async function* arrivingLent(
  line: Line,
  answer: IncomingMessage,
  size: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const abort = () => answer.destroy(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const pieces = new LentPieces(answer, size)
  try {
    if (signal.aborted) abort()
    for (const lent: LentPiece[] = []; ; ) {
      const stopWatching = watchProgress(line, answer, pieces)
      const piece = await pieces.next().finally(stopWatching)
      if (piece === undefined) return
      lent.push(piece)
      yield piece
      if (lent.length >= LENT_AT_ONCE) pieces.giveBack(lent.shift() as LentPiece)
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : cutOff(line.base, error)
  } finally {
    signal.removeEventListener('abort', abort)
    answer.destroy()
  }
}

/** Gives up when next to nothing arrives. Only while we wait: what the reader takes for itself does not count. */
function watchProgress(line: Line, answer: IncomingMessage, pieces: LentPieces): () => void {
  let before = pieces.arrived
  const timer = setInterval(() => {
    if (pieces.arrived - before < MIN_PROGRESS) answer.destroy(tooSlow(line.base))
    before = pieces.arrived
  }, line.patience.idleMs)
  return () => clearInterval(timer)
}

interface LaterTimer {
  start(ms: number, act: () => void): void
  stop(): void
}

function laterTimer(): LaterTimer {
  let timer: NodeJS.Timeout | undefined
  return {
    start(ms, act) {
      timer = setTimeout(act, Math.max(1, ms))
    },
    stop: () => clearTimeout(timer),
  }
}

function tooSlow(base: URL): SyncError {
  return new SyncError('offline', `${base.host} stopped answering.`, { scope: 'entry' })
}

function cutOff(base: URL, error: unknown): SyncError {
  if (error instanceof SyncError) return error
  return new SyncError('offline', `${base.host} hung up in the middle of its answer.`, {
    scope: 'entry',
    retry: 'soon',
    cause: error,
  })
}

/** A SyncError of ours before there was a socket comes from connecting: then nothing was sent. */
function faultFor(base: URL, error: Error, socketSeen: boolean): Error {
  if (error instanceof SyncError && error.code === 'changed') return error
  if (error instanceof SyncError) return new TransportFault(error, socketSeen)
  return new TransportFault(
    new SyncError('offline', `${base.host} hung up.`, { scope: 'entry', retry: 'soon', cause: error }),
    socketSeen,
  )
}
