// Finds devices on the local network, and lets itself be found (local discovery, version 4). What is heard is a hint of where to call, never proof of anything.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import { asSyncError, type SyncError } from '../model/errors.ts'
import type { Clock, Random } from '../platform/world.ts'
import { ANNOUNCE_GROUP, ANNOUNCE_PORT, parseAnnounce, writeAnnounce } from '../wire/bep/announce.ts'
import type { DeviceKey } from '../wire/bep/device-key.ts'
import { BepFault } from '../wire/bep/protobuf.ts'
import { type Address, parseAddress, withHost } from './address.ts'

export interface LocalDiscoveryParts {
  readonly device: DeviceKey
  /** Our own addresses as they are now; unspecified hosts stand for "where this came from". */
  readonly addresses: () => readonly string[]
  readonly clock: Clock
  readonly random: Random
  /** A device was heard of, for the first time or at another place. */
  readonly onFound: (device: DeviceKey) => void
  /** Something does not work on this network; discovery goes on as far as it can. */
  readonly onFault: (error: SyncError) => void
  /** For tests; 21027 unless told. */
  readonly port?: number
}

const EVERY_MS = 30_000
const LIFETIME_MS = 90_000
/** No more is kept, whatever a network full of noise says. */
const MAX_DEVICES = 1000
const HOPS = 1

interface Heard {
  readonly addresses: readonly Address[]
  readonly instance: bigint
  readonly until: number
}

export class LocalDiscovery {
  readonly #parts: LocalDiscoveryParts
  readonly #instance: bigint
  readonly #heard = new Map<DeviceKey, Heard>()
  readonly #stop = new AbortController()
  #sockets: Socket[] = []

  constructor(parts: LocalDiscoveryParts) {
    this.#parts = parts
    this.#instance = Buffer.from(parts.random.bytes(8)).readBigUInt64BE() >> 1n
  }

  /** Binds what can be bound: without one of the protocols, the other will do. */
  async start(): Promise<void> {
    const opened = await Promise.all([this.#open('udp4'), this.#open('udp6')])
    this.#sockets = opened.filter(socket => socket !== undefined)
    void this.#announceForEver()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(
      this.#sockets.splice(0).map(socket => new Promise<void>(resolve => socket.close(() => resolve()))),
    )
  }

  /** Where `device` was last heard, if that is not long ago. */
  find(device: DeviceKey): readonly Address[] {
    const heard = this.#heard.get(device)
    return heard === undefined || heard.until < this.#parts.clock.now() ? [] : heard.addresses
  }

  /** Everybody who was heard lately: also those whom nobody has asked for yet. */
  devices(): readonly DeviceKey[] {
    return [...this.#heard.keys()].filter(device => this.find(device).length > 0)
  }

  /** Tells the network at once, as when our addresses changed. */
  announce(): void {
    const { device, addresses } = this.#parts
    const packet = writeAnnounce({ device, addresses: addresses(), instance: this.#instance })
    for (const socket of this.#sockets) for (const target of targetsOf(socket)) this.#send(socket, packet, target)
  }

  async #open(type: 'udp4' | 'udp6'): Promise<Socket | undefined> {
    const socket = createSocket({ type, reuseAddr: true, ...(type === 'udp6' && { ipv6Only: true }) })
    try {
      await bound(socket, this.#port)
    } catch (error) {
      socket.close()
      this.#parts.onFault(asSyncError(error))
      return undefined
    }
    socket.on('error', error => this.#parts.onFault(asSyncError(error)))
    socket.on('message', (packet, from) => this.#hear(packet, from))
    socket.unref()
    if (type === 'udp4') socket.setBroadcast(true)
    else this.#join(socket)
    return socket
  }

  get #port(): number {
    return this.#parts.port ?? ANNOUNCE_PORT
  }

  #join(socket: Socket): void {
    socket.setMulticastTTL(HOPS)
    for (const name of interfacesOf('IPv6').keys()) {
      try {
        socket.addMembership(ANNOUNCE_GROUP, `::%${name}`)
      } catch {
        // An interface without multicast, or one that went away: the others will do.
      }
    }
  }

  #send(socket: Socket, packet: Uint8Array, target: string): void {
    // An unreachable network shows here with every announcement; it is no news, and not ours to mend.
    socket.send(packet, this.#port, target, () => {})
  }

  #hear(packet: Uint8Array, from: RemoteInfo): void {
    const announce = understood(packet)
    if (announce === undefined || announce.device === this.#parts.device) return
    const before = this.#heard.get(announce.device)
    if (before === undefined && this.#heard.size >= MAX_DEVICES) this.#forgetOld()
    if (before === undefined && this.#heard.size >= MAX_DEVICES) return
    const addresses = announce.addresses.flatMap(text => {
      const address = parseAddress(text)
      return (address && withHost(address, from.address)) ?? []
    })
    const now = this.#parts.clock.now()
    this.#heard.set(announce.device, { addresses, instance: announce.instance, until: now + LIFETIME_MS })
    const isNew = before === undefined || before.until < now || before.instance !== announce.instance
    // One that has just come does not know of us yet.
    if (isNew) this.announce()
    if (isNew || JSON.stringify(before.addresses) !== JSON.stringify(addresses)) this.#parts.onFound(announce.device)
  }

  #forgetOld(): void {
    const now = this.#parts.clock.now()
    for (const [device, { until }] of this.#heard) if (until < now) this.#heard.delete(device)
  }

  async #announceForEver(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.announce()
      await this.#parts.clock.sleep(EVERY_MS, this.#stop.signal).catch(() => {})
    }
  }
}

function understood(packet: Uint8Array) {
  try {
    return parseAnnounce(packet)
  } catch (error) {
    // Anybody on the network can send anything.
    if (error instanceof BepFault) return undefined
    throw error
  }
}

function targetsOf(socket: Socket): readonly string[] {
  if (socket.address().family === 'IPv6')
    return [...interfacesOf('IPv6').keys()].map(name => `${ANNOUNCE_GROUP}%${name}`)
  const targets = [...interfacesOf('IPv4').values()].map(({ address, netmask }) => broadcastOf(address, netmask))
  return targets.length > 0 ? targets : ['255.255.255.255']
}

/** By name; the loopback interface only when there is no other. */
function interfacesOf(family: 'IPv4' | 'IPv6'): ReadonlyMap<string, { address: string; netmask: string }> {
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).filter(one => one.family === family).map(one => ({ ...one, name })),
  )
  const outward = all.filter(({ internal }) => !internal)
  return new Map((outward.length > 0 ? outward : all).map(one => [one.name, one]))
}

function broadcastOf(address: string, netmask: string): string {
  const mask = netmask.split('.').map(Number)
  return address
    .split('.')
    .map((part, i) => Number(part) | (~(mask[i] ?? 255) & 255))
    .join('.')
}

function bound(socket: Socket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, () => {
      socket.off('error', reject)
      resolve()
    })
  })
}
