// The devices this one knows, and at most one connection to each: calls them, is called by them, and keeps the better way.
import { connect, createServer, isIP, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { asSyncError, SyncError } from '../model/errors.ts'
import type { World } from '../platform/world.ts'
import type { DeviceKey } from '../wire/bep/device-key.ts'
import type { Compression, Hello } from '../wire/bep/messages.ts'
import { type Address, isLocal, isLoopback, isUnspecified, parseAddress, writeAddress } from './address.ts'
import type { Passage, Passages } from './bucket.ts'
import { type Channel, openChannel } from './channel.ts'
import type { Identity } from './identity.ts'
import { dialRelay, listenAtRelay, type RelayAddress } from './relay.ts'
import { type Secured, secureAsClient, secureAsServer } from './secure.ts'

export interface KnownDevice {
  readonly device: DeviceKey
  /** `tcp://…`, `relay://…`, or `dynamic`: wherever discovery finds it. */
  readonly addresses: readonly string[]
  readonly compression: Compression
  readonly paused: boolean
  /** What goes to and comes from this device has to pass; for connections that begin from now on. */
  readonly limits?: Passages
}

/** From best to worst. */
export type Way = 'lan' | 'wan' | 'relay'

export interface Connection {
  readonly device: DeviceKey
  readonly channel: Channel
  readonly way: Way
  readonly address: string
  readonly called: 'by-us' | 'by-them'
  /** Milliseconds since 1970. */
  readonly since: number
}

/** Finds out where a device is. */
export interface Finder {
  find(device: DeviceKey, signal: AbortSignal): Promise<readonly Address[]>
}

/** What everything has to pass that goes to and comes from all devices together. */
export interface Totals extends Passages {
  /** Whether devices on the local network count too; asked each time. */
  readonly countsLan: () => boolean
}

export interface NetworkParts {
  readonly identity: Identity
  readonly hello: Omit<Hello, 'deviceName'> & { readonly deviceName: string }
  readonly world: World
  readonly finders: readonly Finder[]
  readonly totals?: Totals
  /** A device that is known and was greeted. What it does with the channel is the taker's: it must start it. */
  readonly onConnection: (connection: Connection) => void
  readonly onLost: (connection: Connection, reason: SyncError | undefined) => void
  /** One that nobody told us of: it is offered to the user. */
  readonly onStranger: (stranger: {
    readonly device: DeviceKey
    readonly name: string
    readonly address: string
  }) => void
  /** Why a device cannot be reached now, or an address not be listened at. */
  readonly onFault: (device: DeviceKey | undefined, error: SyncError) => void
  /** A relay to be listened at let this device stay; or, with a fault, cannot be reached or has ended that. */
  readonly onRelay?: (address: string, fault: SyncError | undefined) => void
}

const WAYS: readonly Way[] = ['lan', 'wan', 'relay']
const DIAL_MS = 10_000
/** Before a device that just came is taken to have come anew. Real peers count alike, so that both ends keep the same one of two. */
const YOUNG_MS = 10_000
/** A connection that ends so soon is not made again at once: it would end as soon again. */
const SHORT_MS = 250
const FIRST_WAITS_MS = [1_000, 2_000, 5_000, 8_000, 16_000, 32_000]
const WAIT_MS = 60_000
const MAX_DIALS = 8
/** Of one message. Real peers send 16 MiB at most, and a list of blocks that is larger than this would be of a file of hundreds of TiB. */
const MOST_BYTES = 64 * 1024 * 1024
/** Connections that have not yet shown who they are. */
const MAX_STRANGERS = 64

export class Network {
  readonly #parts: NetworkParts
  readonly #stop = new AbortController()
  readonly #known = new Map<DeviceKey, KnownDevice>()
  readonly #connections = new Map<DeviceKey, Connection>()
  readonly #dialing = new Map<DeviceKey, { wake: AbortController; stop: AbortController }>()
  readonly #servers: Server[] = []
  readonly #relays = new Map<string, RelayAddress>()
  /** Who have not yet shown who they are, the longest waiting first. */
  readonly #strangers = new Set<Duplex>()

  constructor(parts: NetworkParts) {
    this.#parts = parts
  }

  /** Listens at `tcp://host:port` (port 0: any) and resolves to the address as it came to be; at a relay, for as long as this runs. Throws `usage` or `io`. */
  async listen(text: string): Promise<string> {
    const address = parseAddress(text)
    if (address === undefined) throw new SyncError('usage', `'${text}' is not an address to listen at.`)
    if (address.kind === 'relay') {
      void this.#stayAtRelay(address)
      return writeAddress(address)
    }
    const server = createServer(socket => void this.#called(socket))
    const host = address.host === '' ? undefined : address.host
    const port = await listening(server, address.port, host, text)
    this.#servers.push(server)
    return writeAddress({ ...address, port })
  }

  /** Where others may try to reach us: where we listen, and the relays that took us. */
  addresses(): readonly string[] {
    const own = this.#servers.flatMap(server => {
      const at = server.address()
      if (at === null || typeof at === 'string') return []
      return writeAddress({
        kind: 'tcp',
        family: 0,
        host: isUnspecified(at.address) ? '0.0.0.0' : at.address,
        port: at.port,
      })
    })
    return [...own, ...this.#relays.keys()]
  }

  /** The port at which other machines may call by IPv4, and at which of our addresses; empty: at any. */
  openPort(): { readonly host: string; readonly port: number } | undefined {
    for (const server of this.#servers) {
      const at = server.address()
      if (at === null || typeof at === 'string' || isLoopback(at.address)) continue
      if (isUnspecified(at.address)) return { host: '', port: at.port }
      if (isIP(at.address) === 4) return { host: at.address, port: at.port }
    }
    return undefined
  }

  /** Replaces what is known: connections to devices that are no more known, or paused, are closed. */
  setDevices(devices: readonly KnownDevice[]): void {
    this.#known.clear()
    for (const known of devices) if (!known.paused) this.#known.set(known.device, known)
    for (const [device, { channel }] of this.#connections) {
      if (!this.#known.has(device)) void channel.close('this device is no more to be connected to')
    }
    for (const [device, { stop }] of this.#dialing) if (!this.#known.has(device)) stop.abort()
    for (const device of this.#known.keys()) if (!this.#dialing.has(device)) void this.#dialForEver(device)
  }

  /** Something was heard of a device: it is called at once, if it is not connected. */
  hint(device: DeviceKey): void {
    this.#dialing.get(device)?.wake.abort()
  }

  connection(device: DeviceKey): Connection | undefined {
    return this.#connections.get(device)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    for (const server of this.#servers) server.close()
    await Promise.all([...this.#connections.values()].map(({ channel }) => channel.close('shutting down')))
  }

  // --- being called --------------------------------------------------------------------------------------------------------

  async #called(socket: Socket): Promise<void> {
    socket.on('error', () => {})
    // Many who say nothing must not keep out the one who does.
    const [longest] = this.#strangers
    if (this.#strangers.size >= MAX_STRANGERS) longest?.destroy()
    socket.setNoDelay(true)
    const host = socket.remoteAddress ?? ''
    const address = writeAddress({ kind: 'tcp', family: 0, host, port: socket.remotePort ?? 0 })
    await this.#accept(socket, isLocal(host) ? 'lan' : 'wan', address)
  }

  async #accept(raw: Duplex, way: Way, address: string): Promise<void> {
    this.#strangers.add(raw)
    try {
      const secured = await secureAsServer(raw, this.#parts.identity, this.#stop.signal)
      await this.#greet(secured, { way, address, called: 'by-them' })
    } catch {
      // Whoever it was did not show who they are: scanners, probes, and those that hung up. Nobody is to be told.
      raw.destroy()
    } finally {
      this.#strangers.delete(raw)
    }
  }

  async #stayAtRelay(address: RelayAddress): Promise<void> {
    const { identity, world, onFault, onRelay } = this.#parts
    const text = writeAddress(address)
    for (let tries = 0; !this.#stop.signal.aborted; tries += 1) {
      try {
        await listenAtRelay(address, identity, this.#stop.signal, {
          onJoined: () => {
            tries = 0
            this.#relays.set(text, address)
            onRelay?.(text, undefined)
          },
          onSession: ({ stream, device, role }) => {
            if (role === 'server') void this.#accept(stream, 'relay', text)
            else void this.#callOver(stream, device, text)
          },
        })
      } catch (error) {
        onFault(undefined, asSyncError(error))
        onRelay?.(text, asSyncError(error))
      }
      this.#relays.delete(text)
      await world.clock.sleep(waitOf(tries), this.#stop.signal).catch(() => {})
    }
  }

  async #callOver(stream: Duplex, device: DeviceKey, address: string): Promise<void> {
    try {
      const secured = await secureAsClient(stream, this.#parts.identity, device, this.#stop.signal)
      await this.#greet(secured, { way: 'relay', address, called: 'by-them' })
    } catch {
      stream.destroy()
    }
  }

  // --- calling -------------------------------------------------------------------------------------------------------------

  async #dialForEver(device: DeviceKey): Promise<void> {
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, this.#stop.signal])
    for (let tries = 0; !signal.aborted; tries += 1) {
      const wake = new AbortController()
      this.#dialing.set(device, { wake, stop })
      let connection = this.#connections.get(device)
      if (connection === undefined && (await this.#dial(device, signal))) connection = this.#connections.get(device)
      if (connection !== undefined) {
        await Promise.race([connection.channel.ended, aborted(signal)])
        tries = this.#triesAfter(connection, tries)
        if (tries < 0) continue
      }
      const waitMs = waitOf(tries) + this.#parts.world.random.below(1000)
      await this.#parts.world.clock.sleep(waitMs, AbortSignal.any([signal, wake.signal])).catch(() => {})
    }
    this.#dialing.delete(device)
    // Known again in the meantime.
    if (this.#known.has(device) && !this.#stop.signal.aborted) void this.#dialForEver(device)
  }

  /** How many tries failed so far, now that a connection is over. One where we are paused greets, and hangs up: that is no success. */
  #triesAfter({ since, channel }: Connection, tries: number): number {
    if (!channel.isTaken) return tries
    return this.#parts.world.clock.now() - since < SHORT_MS ? 0 : -1
  }

  /** Tries every address, the better kinds first and those of one kind at once. Resolves to whether one led to a connection. */
  async #dial(device: DeviceKey, signal: AbortSignal): Promise<boolean> {
    const addresses = await this.#find(device, signal)
    const faults: SyncError[] = []
    for (const way of WAYS) {
      const group = addresses.filter(address => wayOf(address) === way).slice(0, MAX_DIALS)
      if (group.length === 0) continue
      const won = new AbortController()
      const until = AbortSignal.any([signal, won.signal])
      const tries = group.map(address =>
        this.#call(device, address, way, until).then(
          isConnected => {
            if (isConnected) won.abort()
            return isConnected
          },
          (error: unknown) => {
            if (!until.aborted) faults.push(asSyncError(error))
            return false
          },
        ),
      )
      if ((await Promise.all(tries)).some(Boolean)) return true
      if (signal.aborted) return false
    }
    const [fault] = faults
    if (fault !== undefined) this.#parts.onFault(device, fault)
    return false
  }

  async #find(device: DeviceKey, signal: AbortSignal): Promise<readonly Address[]> {
    const given = this.#known.get(device)?.addresses ?? []
    const fixed = given.flatMap(text => parseAddress(text) ?? [])
    if (!given.includes('dynamic')) return fixed
    const found = await Promise.all(this.#parts.finders.map(finder => finder.find(device, signal).catch(() => [])))
    const all = [...fixed, ...found.flat()]
    return [...new Map(all.map(address => [writeAddress(address), address])).values()]
  }

  async #call(device: DeviceKey, address: Address, way: Way, signal: AbortSignal): Promise<boolean> {
    const { identity } = this.#parts
    const how = { way, address: writeAddress(address), called: 'by-us' } as const
    if (address.kind === 'tcp') {
      const socket = await dialTcp(address, signal)
      return this.#greet(await secureAsClient(socket, identity, device, signal), how)
    }
    const { stream, role } = await dialRelay(address, identity, device, signal)
    if (role === 'client') return this.#greet(await secureAsClient(stream, identity, device, signal), how)
    const secured = await secureAsServer(stream, identity, signal)
    if (secured.device === device) return this.#greet(secured, how)
    stream.destroy()
    throw new SyncError('wrong-place', `The relay ${address.host} led to another device: ${secured.device}.`)
  }

  // --- connections ---------------------------------------------------------------------------------------------------------

  async #greet(
    { stream, device }: Secured,
    how: { readonly way: Way; readonly address: string; readonly called: Connection['called'] },
  ): Promise<boolean> {
    const { hello, world, onStranger } = this.#parts
    const known = this.#known.get(device)
    // A stranger is not told our name.
    const ours = known === undefined ? { ...hello, deviceName: '' } : hello
    const parts = {
      stream,
      hello: ours,
      isOwned: true,
      clock: world.clock,
      label: device.slice(0, 7),
      compression: known?.compression ?? 'metadata',
      maxMessage: MOST_BYTES,
      limits: this.#limitsOf(known, how.way),
    }
    const channel = await openChannel(parts, this.#stop.signal)
    const nowKnown = this.#known.get(device)
    if (nowKnown === undefined) {
      onStranger({ device, name: channel.hello.deviceName.slice(0, 200), address: how.address })
      await channel.close('unknown device')
      return false
    }
    return this.#keepBetter({ device, channel, ...how, since: world.clock.now() })
  }

  #limitsOf(known: KnownDevice | undefined, way: Way): Passages {
    const { limits: own } = known ?? {}
    const { totals } = this.#parts
    const total = totals !== undefined && way === 'lan' ? whereLanCounts(totals) : totals
    return {
      up: [...(own?.up ?? []), ...(total?.up ?? [])],
      down: [...(own?.down ?? []), ...(total?.down ?? [])],
    }
  }

  async #keepBetter(connection: Connection): Promise<boolean> {
    const { device, channel } = connection
    const before = this.#connections.get(device)
    if (before !== undefined && !before.channel.isOver && !this.#isBetter(connection, before)) {
      await channel.close('already connected')
      return false
    }
    // In one go: while one says goodbye, another may come.
    this.#connections.set(device, connection)
    if (before !== undefined) {
      void before.channel.close('replacing connection')
      this.#parts.onLost(before, undefined)
    }
    void channel.ended.then(reason => this.#lost(connection, reason))
    this.#parts.onConnection(connection)
    return true
  }

  #isBetter(connection: Connection, before: Connection): boolean {
    if (WAYS.indexOf(connection.way) < WAYS.indexOf(before.way)) return true
    return connection.since - before.since > YOUNG_MS || this.#isPreferred(connection, before)
  }

  /** Two of ours that call each other at the same time keep the same one of both: that of the one with the lower key. */
  #isPreferred({ device, channel, called, way }: Connection, before: Connection): boolean {
    const { hello, identity } = this.#parts
    if (channel.hello.clientName !== hello.clientName || way !== before.way || called === before.called) return false
    return called === (identity.device < device ? 'by-us' : 'by-them')
  }

  #lost(connection: Connection, reason: SyncError | undefined): void {
    if (this.#connections.get(connection.device) !== connection) return
    this.#connections.delete(connection.device)
    this.#parts.onLost(connection, reason)
  }
}

function wayOf(address: Address): Way {
  if (address.kind === 'relay') return 'relay'
  return isLocal(address.host) ? 'lan' : 'wan'
}

function waitOf(tries: number): number {
  return FIRST_WAITS_MS[tries] ?? WAIT_MS
}

async function dialTcp(
  { host, port, family }: Extract<Address, { kind: 'tcp' }>,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connect({ host, port, ...(family !== 0 && { family }), noDelay: true })
  const late = AbortSignal.timeout(DIAL_MS)
  const stop = AbortSignal.any([signal, late])
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      socket.destroy()
      reject(signal.aborted ? signal.reason : unreachable(host, port, cause))
    }
    const stopped = () => fail(new Error('no answer'))
    stop.addEventListener('abort', stopped, { once: true })
    socket.once('error', fail)
    socket.once('connect', () => {
      stop.removeEventListener('abort', stopped)
      socket.off('error', fail)
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

function unreachable(host: string, port: number, cause: unknown): SyncError {
  const text = (cause as { readonly code?: string }).code ?? (cause as Error).message
  return new SyncError('offline', `${host}:${port} cannot be reached (${text}).`, { cause })
}

function listening(server: Server, port: number, host: string | undefined, text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', error => {
      const code = (error as NodeJS.ErrnoException).code
      const why = code === 'EADDRINUSE' ? 'another program listens there' : (code ?? error.message)
      reject(
        new SyncError('io', `Other devices cannot be listened for at ${text}: ${why}.`, {
          cause: error,
          scope: 'replica',
        }),
      )
    })
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      const at = server.address()
      resolve(at === null || typeof at === 'string' ? port : at.port)
    })
  })
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function whereLanCounts({ up, down, countsLan }: Totals): Passages {
  const when = (passage: Passage): Passage => ({
    take: async (bytes, signal) => {
      if (countsLan()) await passage.take(bytes, signal)
    },
  })
  return { up: up.map(when), down: down.map(when) }
}
