// Tells a discovery server where this device is, and asks it where others are (global discovery, version 3).
import { request as requestPlain } from 'node:http'
import { type RequestOptions, request as requestSecure } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { asSyncError, SyncError } from '../model/errors.ts'
import type { Clock } from '../platform/world.ts'
import { type DeviceKey, parseDeviceKey } from '../wire/bep/device-key.ts'
import { type Address, parseAddress } from './address.ts'
import { deviceOfCertificate, type Identity } from './identity.ts'

export interface GlobalDiscoveryParts {
  /** With the options of its query: `id` pins the server's certificate, `noannounce` and `nolookup` say what it is for, `insecure` allows http. */
  readonly server: string
  readonly identity: Identity
  readonly addresses: () => readonly string[]
  readonly clock: Clock
  readonly onFault: (error: SyncError) => void
  /** After each try to tell the server, whose address is without its options, where this device is; without a fault: it knows. */
  readonly onAnnounced?: (server: string, fault: SyncError | undefined) => void
}

interface Server {
  readonly url: URL
  readonly pinned: DeviceKey | undefined
  readonly announces: boolean
  readonly looksUp: boolean
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

const FIRST_ANNOUNCE_MS = 5_000
const REANNOUNCE_MS = 30 * 60_000
const RETRY_MS = 5 * 60_000
const FOUND_MS = 5 * 60_000
const NOT_FOUND_MS = 60_000
const TIMEOUT_MS = 5_000
const MAX_BODY = 64 * 1024
const MAX_ADDRESSES = 64
const MAX_WAIT_MS = 2 * 3_600_000

export class GlobalDiscovery {
  readonly #parts: GlobalDiscoveryParts
  readonly #server: Server
  readonly #stop = new AbortController()
  readonly #known = new Map<DeviceKey, { readonly addresses: readonly Address[]; readonly until: number }>()
  #wake = new AbortController()

  /** Throws `usage` for an address that is none. */
  constructor(parts: GlobalDiscoveryParts) {
    this.#parts = parts
    this.#server = parseServer(parts.server)
  }

  start(): void {
    if (this.#server.announces) void this.#announceForEver()
  }

  stop(): void {
    this.#stop.abort()
  }

  /** Our addresses changed: the server is told soon. */
  announce(): void {
    this.#wake.abort()
  }

  /** Where the server last saw `device`: answers are kept for some minutes. Empty when it does not know, or cannot be reached. */
  async find(device: DeviceKey, signal: AbortSignal): Promise<readonly Address[]> {
    if (!this.#server.looksUp) return []
    const known = this.#known.get(device)
    const now = this.#parts.clock.now()
    if (known !== undefined && known.until > now) return known.addresses
    const found = await this.#ask(device, signal)
    this.#known.set(device, { addresses: found.addresses, until: now + found.forMs })
    return found.addresses
  }

  async #ask(device: DeviceKey, signal: AbortSignal): Promise<{ addresses: readonly Address[]; forMs: number }> {
    const url = new URL(this.#server.url)
    url.searchParams.set('device', device)
    try {
      const answer = await this.#request(url, { method: 'GET' }, undefined, signal)
      if (answer.status !== 200) return { addresses: [], forMs: secondsOf(answer, 'retry-after') ?? NOT_FOUND_MS }
      return { addresses: addressesIn(answer.body), forMs: FOUND_MS }
    } catch (error) {
      if (signal.aborted) throw error
      this.#parts.onFault(asSyncError(error))
      return { addresses: [], forMs: NOT_FOUND_MS }
    }
  }

  async #announceForEver(): Promise<void> {
    const { clock } = this.#parts
    let waitMs = FIRST_ANNOUNCE_MS
    while (!this.#stop.signal.aborted) {
      await clock.sleep(waitMs, AbortSignal.any([this.#stop.signal, this.#wake.signal])).catch(() => {})
      if (this.#stop.signal.aborted) return
      // What changes while it is told is told again.
      this.#wake = new AbortController()
      waitMs = await this.#announceOnce()
    }
  }

  /** Returns how long to wait before the next time. */
  async #announceOnce(): Promise<number> {
    const { identity, addresses } = this.#parts
    const body = JSON.stringify({ addresses: addresses() })
    // The server believes whoever shows the certificate.
    const options = { method: 'POST', cert: identity.cert, key: identity.key }
    try {
      const answer = await this.#request(this.#server.url, options, body, this.#stop.signal)
      if (answer.status >= 200 && answer.status < 300) {
        this.#tellAnnounced(undefined)
        return secondsOf(answer, 'reannounce-after') ?? REANNOUNCE_MS
      }
      this.#tellAnnounced(
        new SyncError(
          'offline',
          `The discovery server ${this.#server.url.host} refused our announcement (${answer.status}).`,
        ),
      )
      return secondsOf(answer, 'retry-after') ?? RETRY_MS
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#tellAnnounced(asSyncError(error))
      return RETRY_MS
    }
  }

  #tellAnnounced(fault: SyncError | undefined): void {
    const { onFault, onAnnounced } = this.#parts
    if (fault !== undefined) onFault(fault)
    onAnnounced?.(this.#server.url.href, fault)
  }

  #request(url: URL, options: RequestOptions, body: string | undefined, signal: AbortSignal): Promise<Answer> {
    const { pinned } = this.#server
    const secured = {
      rejectUnauthorized: pinned === undefined,
      ...(pinned && { checkServerIdentity: () => undefined }),
    }
    const all = { ...options, ...secured, agent: false as const, timeout: TIMEOUT_MS, signal }
    const send = url.protocol === 'http:' ? requestPlain : requestSecure
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(unreachable(url, error))
      const request = send(url, all, response => {
        const chunks: Buffer[] = []
        let size = 0
        response.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > MAX_BODY) request.destroy(new Error('its answer is too long'))
          else chunks.push(chunk)
        })
        response.on('error', fail)
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          })
        })
      })
      request.on('timeout', () => request.destroy(new Error('it does not answer')))
      request.on('error', fail)
      const write = () => {
        if (body !== undefined) request.setHeader('Content-Type', 'application/json')
        request.end(body)
      }
      if (pinned === undefined) write()
      // Nothing is said to a server that is another than it should be.
      else
        request.once('socket', socket =>
          whenPinned(socket as TLSSocket, pinned, write, error => request.destroy(error)),
        )
    })
  }
}

function whenPinned(socket: TLSSocket, pinned: DeviceKey, go: () => void, stop: (error: Error) => void): void {
  socket.once('secureConnect', () => {
    const { raw } = socket.getPeerCertificate()
    const found = raw === undefined ? undefined : deviceOfCertificate(raw)
    if (found === pinned) go()
    else stop(new SyncError('wrong-place', `it is another server (${found ?? 'without a certificate'}) than ${pinned}`))
  })
}

function parseServer(text: string): Server {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new SyncError('usage', `'${text}' is not the address of a discovery server.`)
  const options = url.searchParams
  const has = (name: string) => options.has(name) && options.get(name) !== 'false'
  const id = options.get('id')
  const pinned = id === null ? undefined : parseDeviceKey(id)
  if (id !== null && pinned === undefined) throw new SyncError('usage', `The id in '${text}' is not that of a device.`)
  // Without encryption nobody can say who we are, so it will do for asking only.
  if (url.protocol === 'http:' && !(has('insecure') && has('noannounce')))
    throw new SyncError('usage', `The discovery server '${text}' is not https: that needs insecure and noannounce.`)
  const server = { pinned, announces: !has('noannounce'), looksUp: !has('nolookup') }
  url.search = ''
  return { ...server, url }
}

/** What the answer names, without what this program cannot call. */
function addressesIn(body: string): readonly Address[] {
  try {
    const { addresses } = JSON.parse(body) as { readonly addresses?: unknown }
    if (!Array.isArray(addresses)) return []
    return addresses
      .slice(0, MAX_ADDRESSES)
      .flatMap(text => (typeof text === 'string' ? (parseAddress(text) ?? []) : []))
  } catch {
    return []
  }
}

function secondsOf({ headers }: Answer, name: string): number | undefined {
  const seconds = Number(headers[name])
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, MAX_WAIT_MS) : undefined
}

function unreachable(url: URL, error: Error): SyncError {
  return new SyncError('offline', `The discovery server ${url.host} cannot be used: ${error.message}.`, {
    cause: error,
  })
}
