// Devices that cannot reach each other meet at a relay, which passes on what it cannot read (relay protocol v1).
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { SyncError } from '../model/errors.ts'
import { bytesOfKey, type DeviceKey, deviceKeyOf } from '../wire/bep/device-key.ts'
import { BepFault } from '../wire/bep/protobuf.ts'
import {
  parseRelayMessage,
  RELAY_NOT_FOUND,
  RELAY_SUCCESS,
  type RelayMessage,
  writeRelayMessage,
} from '../wire/bep/relay.ts'
import { type Address, isUnspecified } from './address.ts'
import { deviceOfCertificate, type Identity } from './identity.ts'

export type RelayAddress = Extract<Address, { kind: 'relay' }>

/** A way through a relay, not yet secured. */
export interface RelaySession {
  readonly stream: Duplex
  readonly device: DeviceKey
  /** Whether the TLS connection on top of it has its server here. */
  readonly role: 'client' | 'server'
}

const ALPN = 'bep-relay'
const STEP_MS = 10_000
/** The relay pings every minute: after two without it, it is gone. */
const SILENCE_MS = 120_000

type Invitation = Extract<RelayMessage, { type: 'invitation' }>

/** Asks the relay for a way to `device`. Throws `offline` when that has not joined it. */
export async function dialRelay(
  address: RelayAddress,
  identity: Identity,
  device: DeviceKey,
  signal: AbortSignal,
): Promise<RelaySession> {
  const relay = await enter(address, identity, signal)
  try {
    relay.send({ type: 'connect', device: bytesOfKey(device) })
    const answer = await relay.next(STEP_MS, signal)
    if (answer.type === 'invitation') return await joinSession(answer, relay.host, signal)
    if (answer.type === 'response' && answer.code === RELAY_NOT_FOUND)
      throw new SyncError('offline', `The relay ${address.host} does not know ${device} now.`)
    throw refused(address, answer)
  } finally {
    relay.close()
  }
}

/** Stays with the relay, and gives each device that calls to `onSession`. Returns when the signal aborts, throws when the relay is lost. */
export async function listenAtRelay(
  address: RelayAddress,
  identity: Identity,
  signal: AbortSignal,
  events: { readonly onJoined: () => void; readonly onSession: (session: RelaySession) => void },
): Promise<void> {
  const relay = await enter(address, identity, signal)
  try {
    relay.send({ type: 'join-relay', token: address.token })
    const answer = await relay.next(STEP_MS, signal)
    if (answer.type !== 'response' || answer.code !== RELAY_SUCCESS) throw refused(address, answer)
    events.onJoined()
    while (!signal.aborted) {
      const message = await relay.next(SILENCE_MS, signal)
      if (message.type === 'ping') relay.send({ type: 'pong' })
      // One caller who does not come through is not the relay's end.
      if (message.type === 'invitation') joinSession(message, relay.host, signal).then(events.onSession, () => {})
      if (message.type === 'full') throw new SyncError('offline', `The relay ${address.host} is full.`)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    relay.close()
  }
}

async function joinSession(invitation: Invitation, host: string, signal: AbortSignal): Promise<RelaySession> {
  const socket = connectTcp(invitation.port, hostOf(invitation.address) ?? host)
  try {
    await happened(socket, 'connect', signal)
    const messages = new Messages(socket, 'the relay')
    messages.send({ type: 'join-session', key: invitation.key })
    const answer = await messages.next(STEP_MS, signal)
    if (answer.type !== 'response' || answer.code !== RELAY_SUCCESS)
      throw new SyncError('offline', 'The relay did not let us into a session that it invited us to.')
    return {
      stream: new Rest(socket, messages.rest()),
      device: deviceKeyOf(invitation.from),
      role: invitation.isServer ? 'server' : 'client',
    }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function enter(address: RelayAddress, identity: Identity, signal: AbortSignal): Promise<Messages> {
  const { cert, key } = identity
  const socket = connectTls({
    ...{ host: address.host, port: address.port, cert, key, minVersion: 'TLSv1.2', ALPNProtocols: [ALPN] },
    // A relay reads nothing of what it passes on. Which one it is is told by its id, where the address names one.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  })
  try {
    await happened(socket, 'secureConnect', signal)
    checkRelay(socket, address)
    return new Messages(socket, `the relay ${address.host}`)
  } catch (error) {
    socket.destroy()
    if (error instanceof SyncError || signal.aborted) throw error
    throw new SyncError('offline', `The relay ${address.host} cannot be reached (${(error as Error).message}).`, {
      cause: error,
    })
  }
}

function checkRelay(socket: TLSSocket, { host, relay }: RelayAddress): void {
  const { raw } = socket.getPeerCertificate()
  const found = raw === undefined ? undefined : deviceOfCertificate(raw)
  if (socket.alpnProtocol !== ALPN) throw new SyncError('protocol', `At ${host} is no relay.`, { scope: 'replica' })
  if (relay !== undefined && found !== relay)
    throw new SyncError(
      'wrong-place',
      `At ${host} is another relay (${found ?? 'without a certificate'}), and not ${relay}.`,
    )
}

/** Whole messages out of a stream, one at a time. */
class Messages {
  readonly #socket: Socket
  readonly #label: string
  #held: Buffer = Buffer.alloc(0)

  constructor(socket: Socket, label: string) {
    this.#socket = socket
    this.#label = label
    // Told of by whoever waits for the next message.
    socket.on('error', () => {})
  }

  /** The relay's own IP address. */
  get host(): string {
    return this.#socket.remoteAddress ?? ''
  }

  send(message: RelayMessage): void {
    this.#socket.write(writeRelayMessage(message))
  }

  async next(withinMs: number, signal: AbortSignal): Promise<RelayMessage> {
    const late = AbortSignal.timeout(withinMs)
    const stop = AbortSignal.any([signal, late])
    for (;;) {
      const parsed = this.#parse()
      if (parsed !== undefined) {
        this.#held = this.#held.subarray(parsed.length)
        return parsed.message
      }
      const chunk = this.#socket.read() as Buffer | null
      if (chunk !== null) this.#held = Buffer.concat([this.#held, chunk])
      else if (this.#socket.readableEnded || this.#socket.destroyed)
        throw new SyncError('offline', `${this.#label} closed the connection.`)
      else await this.#readable(stop, late)
    }
  }

  /** What came after the last message: it belongs to what follows. */
  rest(): Uint8Array {
    return this.#held
  }

  close(): void {
    this.#socket.destroy()
  }

  #parse() {
    try {
      return parseRelayMessage(this.#held)
    } catch (error) {
      if (!(error instanceof BepFault)) throw error
      throw new SyncError('protocol', `${this.#label} ${error.message}.`, { cause: error, scope: 'replica' })
    }
  }

  async #readable(stop: AbortSignal, late: AbortSignal): Promise<void> {
    const done = new AbortController()
    const signal = AbortSignal.any([stop, done.signal])
    try {
      await Promise.race(['readable', 'end', 'close'].map(name => once(this.#socket, name, { signal })))
    } catch (error) {
      if (late.aborted) throw new SyncError('offline', `${this.#label} fell silent.`)
      throw error
    } finally {
      done.abort()
    }
  }
}

/** A socket of which some bytes were read already. Those bytes go first: to push them back would lose them to TLS. */
class Rest extends Duplex {
  readonly #socket: Socket

  constructor(socket: Socket, first: Uint8Array) {
    super({ allowHalfOpen: false })
    this.#socket = socket
    if (first.length > 0) this.push(first)
    socket.on('data', chunk => {
      if (!this.push(chunk)) socket.pause()
    })
    socket.on('end', () => this.push(null))
    socket.on('close', () => this.destroy())
    socket.on('error', error => this.destroy(error))
  }

  /** Where the relay is. */
  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Uint8Array, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done())
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }
}

async function happened(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  const late = AbortSignal.timeout(STEP_MS)
  const done = new AbortController()
  const stop = AbortSignal.any([signal, late, done.signal])
  try {
    await Promise.race([once(socket, event, { signal: stop }), closed(socket, stop)])
  } finally {
    done.abort()
  }
}

async function closed(socket: Socket, signal: AbortSignal): Promise<never> {
  await once(socket, 'close', { signal })
  throw new Error('it closed the connection')
}

/** The relay writes IPv4 addresses as IPv6 has them. */
function hostOf(bytes: Uint8Array): string | undefined {
  const isMapped = bytes.length === 16 && bytes.subarray(0, 10).every(byte => byte === 0) && bytes[10] === 255
  const plain = isMapped ? bytes.subarray(12) : bytes
  if (plain.length === 4) {
    const host = plain.join('.')
    return isUnspecified(host) ? undefined : host
  }
  if (plain.length !== 16 || plain.every(byte => byte === 0)) return undefined
  return Buffer.from(plain).toString('hex').match(/.{4}/g)?.join(':')
}

function refused({ host }: RelayAddress, answer: RelayMessage): SyncError {
  const text = answer.type === 'response' ? `${answer.message} (${answer.code})` : `an unexpected "${answer.type}"`
  return new SyncError('offline', `The relay ${host} refused: ${text}.`)
}
