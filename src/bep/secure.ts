// The encrypted, mutually authenticated way to a device: TLS with both certificates, whose hashes are who we are (BEP v1, "TLS").
import { constants } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect, DEFAULT_CIPHERS, TLSSocket as Server, type TLSSocket } from 'node:tls'
import { SyncError } from '../model/errors.ts'
import type { DeviceKey } from '../wire/bep/device-key.ts'
import { deviceOfCertificate, type Identity } from './identity.ts'

export const ALPN = 'bep/1.0'
const HANDSHAKE_MS = 10_000
const BUFFERED_BYTES = 1024 * 1024
/** What Syncthing uses too where processors have instructions for it: a quarter less work than with keys of 256 bits. */
const FIRST_CIPHER = 'TLS_AES_128_GCM_SHA256'
const CIPHERS = [FIRST_CIPHER, ...DEFAULT_CIPHERS.split(':').filter(name => name !== FIRST_CIPHER)].join(':')

export interface Secured {
  readonly stream: TLSSocket
  readonly device: DeviceKey
}

/** We called: the other end must be `expected`. `raw` is closed when it comes to nothing. */
export async function secureAsClient(
  raw: Duplex,
  identity: Identity,
  expected: DeviceKey,
  signal: AbortSignal,
): Promise<Secured> {
  const stream = connect({
    socket: raw as Socket,
    ...optionsOf(identity),
    ALPNProtocols: [ALPN],
    // Whom we talk to is decided by the hash of the certificate alone, before a byte is read.
    checkServerIdentity: () => undefined,
  })
  return handshake(stream, 'secureConnect', identity, signal, device => {
    if (device !== expected) throw wrongDevice(expected, device)
  })
}

/** We were called: who it is shows. */
export async function secureAsServer(raw: Duplex, identity: Identity, signal: AbortSignal): Promise<Secured> {
  const stream = new Server(raw as Socket, {
    isServer: true,
    requestCert: true,
    ...optionsOf(identity),
    // A resumed session would come without a certificate.
    secureOptions: constants.SSL_OP_NO_TICKET,
    ALPNCallback: ({ protocols }) => (protocols.includes(ALPN) ? ALPN : undefined),
  })
  return handshake(stream, 'secure', identity, signal, () => {})
}

function optionsOf({ cert, key }: Identity) {
  // With the usual 16 KiB every turn of the event loop moves hardly more than that.
  return {
    cert,
    key,
    ciphers: CIPHERS,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2' as const,
    highWaterMark: BUFFERED_BYTES,
  }
}

async function handshake(
  stream: TLSSocket,
  done: 'secure' | 'secureConnect',
  identity: Identity,
  signal: AbortSignal,
  check: (device: DeviceKey) => void,
): Promise<Secured> {
  try {
    await shaken(stream, done, signal)
    const device = peerOf(stream)
    if (device === identity.device) throw new SyncError('wrong-place', 'This device called itself.')
    check(device)
    return { stream, device }
  } catch (error) {
    stream.destroy()
    if (error instanceof SyncError || signal.aborted) throw error
    const text = error instanceof Error ? error.message : String(error)
    throw new SyncError('offline', `The secure connection failed (${text}).`, { cause: error })
  }
}

function shaken(stream: TLSSocket, done: 'secure' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stopped)
      stream.off(done, succeeded).off('error', failed).off('close', closed)
      // Errors after this belong to whoever uses the stream next; none of them may end the process.
      stream.on('error', () => {})
      act()
    }
    const succeeded = () => finish(resolve)
    const failed = (error: Error) => finish(() => reject(error))
    const closed = () => finish(() => reject(new Error('closed before it was secure')))
    const stopped = () => finish(() => reject(signal.reason))
    const timer = setTimeout(() => failed(new Error(`no answer within ${HANDSHAKE_MS / 1000} seconds`)), HANDSHAKE_MS)
    if (signal.aborted) return stopped()
    signal.addEventListener('abort', stopped)
    stream.on(done, succeeded).on('error', failed).on('close', closed)
  })
}

function peerOf(stream: TLSSocket): DeviceKey {
  const { raw, issuerCertificate } = stream.getPeerCertificate(true)
  if (raw === undefined) throw new SyncError('unauthorized', 'The other end showed no certificate.')
  // Its own issuer, where it is the only one.
  if (issuerCertificate !== undefined && !issuerCertificate.raw.equals(raw))
    throw new SyncError('unauthorized', 'The other end showed more than one certificate.')
  return deviceOfCertificate(raw)
}

function wrongDevice(expected: DeviceKey, found: DeviceKey): SyncError {
  return new SyncError('wrong-place', `At this address is another device: ${found}, and not ${expected}.`)
}
