// A WebSocket at the server, to hear of what happens there. It obeys what every other connection obeys: the certificate, the server's own
// address, and no byte of a password before the server is trusted.
import type http from 'node:http'
import type { ClientOptions, WebSocket } from 'ws'
import { SyncError } from '../../model/errors.ts'
import type { Credentials } from './auth.ts'
import type { Ear } from './message.ts'

export interface HearParts {
  readonly base: URL
  readonly agent: http.Agent
  readonly credentials: Credentials | undefined
  readonly userAgent: string
  readonly connectMs: number
  /** A line on which nothing comes for that long is asked whether it is still there, and given up after as long again. */
  readonly quietMs: number
}

/** A server that tells of so much at once does not mean us. */
const MAX_MESSAGE = 256 * 1024

/** See `HttpClient.hear`. */
export async function hear(parts: HearParts, path: string, ear: Ear, signal: AbortSignal): Promise<void> {
  const { credentials } = parts
  if (credentials?.kind !== 'password')
    throw new SyncError('unauthorized', `${parts.base.host} tells of changes only who shows a password.`)
  signal.throwIfAborted()
  const { WebSocket } = await import('ws')
  const socket = new WebSocket(addressOf(parts.base, path), optionsOf(parts))
  socket.on('open', () => {
    for (const text of ear.greeting(credentials)) socket.send(text)
  })
  socket.on('message', (data, isBinary) => {
    if (!isBinary) ear.onText(String(data))
  })
  await closed(socket, parts, signal)
}

function addressOf(base: URL, path: string): URL {
  const address = new URL(path, base)
  address.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:'
  return address
}

function optionsOf({ agent, userAgent, connectMs }: HearParts): ClientOptions {
  return {
    agent,
    headers: { 'User-Agent': userAgent },
    handshakeTimeout: connectMs,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
    followRedirects: false,
  }
}

/** Resolves when the signal aborts; rejects when the line ends otherwise. */
function closed(socket: WebSocket, { base, quietMs }: HearParts, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let fault: unknown
    const leave = () => socket.terminate()
    const stopLooking = keepLooking(socket, quietMs)
    signal.addEventListener('abort', leave, { once: true })
    socket.on('error', error => {
      fault = error
    })
    socket.on('close', () => {
      stopLooking()
      signal.removeEventListener('abort', leave)
      if (signal.aborted) resolve()
      else reject(faultOf(base, fault))
    })
    if (signal.aborted) leave()
  })
}

function faultOf(base: URL, fault: unknown): SyncError {
  if (fault instanceof SyncError) return fault
  return new SyncError('offline', `${base.host} does not tell of changes any more.`, { retry: 'soon', cause: fault })
}

/** A line that was cut without a word looks like one on which nothing happens. */
function keepLooking(socket: WebSocket, quietMs: number): () => void {
  let isQuiet = false
  const heard = () => {
    isQuiet = false
  }
  for (const event of ['message', 'ping', 'pong'] as const) socket.on(event, heard)
  const timer = setInterval(() => {
    if (isQuiet) return socket.terminate()
    isQuiet = true
    if (socket.readyState === socket.OPEN) socket.ping()
  }, quietMs)
  timer.unref()
  return () => clearInterval(timer)
}
