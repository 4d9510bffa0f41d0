// Connections: kept alive, limited in number, and not one byte is sent before the server's certificate is trusted.
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { SyncError } from '../../model/errors.ts'
import { reading } from './receive-buffer.ts'

export interface ConnectOptions {
  readonly connections: number
  readonly connectMs: number
  /** `sha256:` and the hexadecimal fingerprint of the one certificate to accept, and no other. */
  readonly trustCert: string | undefined
}

/** Idle connections are given up before the usual server does (5 s), so that a request does not meet a closing one. */
const KEEP_MS = 4000

type Created = (error: Error | null, socket?: net.Socket) => void

// Measured: importing undici costs 100-140 ms of CPU before the first request, node:http 4 ms; 1,000 small requests cost 0.32 s
// of CPU against 0.52 s, 5,000 about the same. Most runs are small, so node:http it is.
/** An agent for `base`, to be destroyed by the caller. Its connections fail with `SyncError` (`offline`, `untrusted`). */
export function agentFor(base: URL, options: ConnectOptions): http.Agent {
  const settings = {
    keepAlive: true,
    keepAliveMsecs: 30_000,
    // Ends idle connections only: a request that waits longer is told, and does not listen.
    timeout: KEEP_MS,
    maxSockets: options.connections,
    scheduling: 'lifo' as const,
  }
  const agent = base.protocol === 'https:' ? new https.Agent(settings) : new http.Agent(settings)
  const connect = (_: unknown, created: Created) => {
    openSocket(base, options, created)
    return undefined
  }
  Object.assign(agent, { createConnection: connect })
  return agent
}

function openSocket(base: URL, options: ConnectOptions, created: Created): void {
  const host = base.hostname.replace(/^\[|\]$/g, '')
  const secure = base.protocol === 'https:'
  const port = Number(base.port || (secure ? 443 : 80))
  // `authorized` is checked below, on every new connection, whatever the environment says of certificates.
  const socket = secure
    ? tls.connect({
        host,
        port,
        rejectUnauthorized: false,
        ALPNProtocols: ['http/1.1'],
        ...(net.isIP(host) ? {} : { servername: host }),
      })
    : connectReading({ host, port })
  const settle = once((error: Error | null) => {
    clearTimeout(timer)
    socket.removeListener('error', failed)
    if (error !== null) socket.on('error', () => {}).destroy()
    if (error === null) created(null, socket)
    else created(error)
  })
  const failed = (error: Error) => settle(connectFault(base, error))
  const timer = setTimeout(() => settle(connectFault(base, undefined)), options.connectMs)
  socket.once('error', failed)
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    socket.setNoDelay(true)
    settle(socket instanceof tls.TLSSocket ? distrust(base, socket, options.trustCert) : null)
  })
}

function connectReading(to: { readonly host: string; readonly port: number }): net.Socket {
  const socket: net.Socket = net.connect({ ...to, onread: reading(() => socket) })
  return socket
}

function once(act: (error: Error | null) => void): (error: Error | null) => void {
  let done = false
  return error => {
    if (done) return
    done = true
    act(error)
  }
}

/** Why the certificate is not to be trusted, or null. */
function distrust(base: URL, socket: tls.TLSSocket, pinned: string | undefined): SyncError | null {
  const found = fingerprintOf(socket)
  if (pinned !== undefined) {
    if (found !== undefined && found === normalPin(pinned)) return null
    return new SyncError(
      'untrusted',
      `${base.host} shows another certificate (${found ?? 'none'}) than the one you chose to trust. If its owner replaced it, trust the new one; otherwise somebody is in between.`,
    )
  }
  if (socket.authorized) return null
  const reason = String(socket.authorizationError ?? 'unknown')
  return new SyncError(
    'untrusted',
    `The certificate of ${base.host} cannot be verified (${reason}). If you know it to be right, trust exactly this one: ${found ?? 'it shows none'}`,
    { cause: socket.authorizationError },
  )
}

function fingerprintOf(socket: tls.TLSSocket): string | undefined {
  const text: unknown = socket.getPeerCertificate()?.fingerprint256
  return typeof text === 'string' ? normalPin(`sha256:${text}`) : undefined
}

const normalPin = (pin: string): string =>
  pin
    .replaceAll(':', '')
    .toLowerCase()
    .replace(/^sha256/, 'sha256:')

function connectFault(base: URL, error: (Error & { code?: unknown }) | undefined): SyncError {
  const { code } = error ?? {}
  const why = error === undefined ? 'it does not answer' : typeof code === 'string' ? sentenceOf(code) : error.message
  const tlsTrouble = typeof code === 'string' && /^(ERR_SSL|ERR_TLS|EPROTO)/.test(code)
  if (tlsTrouble)
    return new SyncError('untrusted', `${base.host} does not speak TLS as it should (${code}).`, { cause: error })
  return new SyncError('offline', `Cannot reach ${base.host}: ${why}.`, { cause: error })
}

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up now',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'the network is down',
  ECONNRESET: 'it hung up',
}

function sentenceOf(code: string): string {
  return SENTENCES[code] ?? code
}
