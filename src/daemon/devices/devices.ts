// The other devices of the mesh: who is connected, since when and how fast, and who would like to be known.

import type { DeviceStatus, NearbyDevice, PendingDevice, PendingFolder, Self } from '../../api/shapes/devices.ts'
import type { News } from '../../api/shapes/events.ts'
import { type OpenedMesh, openMesh } from '../../assemble/open-mesh.ts'
import type { Passages } from '../../bep/bucket.ts'
import type { Identity } from '../../bep/identity.ts'
import type { UnreachedServer } from '../../bep/unreached.ts'
import type { SyncError } from '../../model/errors.ts'
import type { World } from '../../platform/world.ts'
import type { DeviceKey } from '../../wire/bep/device-key.ts'
import type { ClusterFolder } from '../../wire/bep/messages.ts'
import type { Config, DeviceConfig } from '../config/config.ts'
import type { FolderMesh } from '../folders/folder-session.ts'
import { meshEnd } from '../folders/mesh-end.ts'
import { openPaces, type Pace, type Paces } from '../folders/pace.ts'
import { type Pacing, setPaces } from '../folders/pacing.ts'
import { DeviceTraffic } from './device-traffic.ts'
import type { Offer, PendingStore } from './pending-store.ts'

export interface DevicesParts {
  readonly identity: Identity
  readonly world: World
  readonly version: string
  readonly config: () => Config
  /** In place of what the configuration says. */
  readonly listen?: readonly string[] | undefined
  readonly pending: PendingStore
  readonly pacing: Pacing
  readonly tell: (news: News) => void
  /** A device that introduces others says whom it shares our folders with. */
  readonly onIntroduced: (introducer: DeviceConfig, folders: readonly ClusterFolder[]) => void
  /** Somebody came or went: folders may have other things to say. */
  readonly onConnections: () => void
}

const MAX_NAME = 200
/** However many a network says that it has. */
const MAX_NEARBY = 100

export class Devices {
  readonly identity: Identity
  readonly #parts: DevicesParts
  readonly #traffic = new Map<DeviceKey, DeviceTraffic>()
  readonly #paces = new Map<DeviceKey, Paces>()
  readonly #faults = new Map<DeviceKey, string>()
  #opened: OpenedMesh | undefined
  #lastKnown = ''
  #taken: (offer: PendingFolder) => unknown = () => {}

  private constructor(parts: DevicesParts) {
    this.#parts = parts
    this.identity = parts.identity
  }

  /** Listens and looks for others. What of that does not work is told as a notice. */
  static async open(parts: DevicesParts): Promise<Devices> {
    const devices = new Devices(parts)
    const { identity, world, version } = parts
    const { mesh } = parts.config()
    devices.#opened = await openMesh({
      ...{ identity, world },
      totals: { ...passagesOf(parts.pacing.total), countsLan: () => parts.pacing.limitsLocalNetwork },
      hello: { deviceName: mesh.name, clientName: 'syncline', clientVersion: `v${version}` },
      listen: parts.listen ?? mesh.listen,
      relays: mesh.relays,
      ...{ localDiscovery: mesh.localDiscovery, portMapping: mesh.portMapping },
      globalDiscovery: mesh.globalDiscovery,
      onConnected: ({ device, channel, way, address }) => {
        devices.#faults.delete(device)
        devices.#trafficOf(device).began(channel)
        parts.tell({ type: 'device-connected', device, name: devices.nameOf(device), way, address })
        parts.onConnections()
      },
      onLost: ({ device, channel }, reason) => {
        devices.#trafficOf(device).ended(channel)
        const message = reason === undefined ? {} : { message: reason.message }
        parts.tell({ type: 'device-disconnected', device, name: devices.nameOf(device), ...message })
        parts.onConnections()
      },
      onStranger: stranger => devices.#onStranger(stranger),
      onOffered: offer => devices.#onOffered(offer),
      onTold: (device, folders) => devices.#onTold(device, folders),
      onFault: (device, error) => devices.#onFault(device, error),
    })
    return devices
  }

  /** Where it can be called. */
  get listening(): readonly string[] {
    return this.#open.network.addresses()
  }

  /** Where it can be called from outside. */
  get mapping(): Self['portMapping'] {
    return this.#open.mapping()
  }

  /** Discovery servers and relays that do not let it be found now. */
  get unreached(): readonly UnreachedServer[] {
    return this.#open.unreached()
  }

  /** What folders need of it. */
  get forFolders(): FolderMesh {
    const { identity, world } = this.#parts
    return {
      device: identity.shortId,
      end: (folder, local) => {
        const known = (device: DeviceKey) => ({
          name: this.nameOf(device),
          addresses: this.#configOf(device)?.addresses ?? [],
        })
        if (folder.devices.length === 0) return undefined
        return meshEnd({ folder, local, mesh: this.#open, identity, world, known })
      },
    }
  }

  /** Knows the devices of the configuration, and forgets what waits no more. */
  apply({ devices, folders, mesh }: Config): void {
    for (const { id, limits } of devices) setPaces(this.#pacesOf(id), limits, undefined)
    const known = devices.map(({ id, addresses, compression, isPaused }) => ({
      ...{ device: id, addresses, compression, paused: isPaused },
    }))
    const { pending } = this.#parts
    for (const { id } of devices) pending.removeStranger(id)
    for (const id of mesh.ignoredDevices) pending.removeStranger(id)
    pending.removeOffers(offer => !this.#isPending(offer, { devices, folders }))
    const text = JSON.stringify(known)
    if (text === this.#lastKnown) return
    this.#lastKnown = text
    this.#open.network.setDevices(known.map(one => ({ ...one, limits: passagesOf(this.#pacesOf(one.device)) })))
    // Where it is by now may be another place than before.
    for (const { device } of known) this.#open.network.hint(device)
  }

  nameOf(device: DeviceKey): string {
    return this.#configOf(device)?.name ?? device.slice(0, 7)
  }

  pending(): { readonly devices: readonly PendingDevice[]; readonly folders: readonly PendingFolder[] } {
    const { pending } = this.#parts
    const named = ({ device, ...offer }: Offer) => ({ device, name: this.nameOf(device as DeviceKey), ...offer })
    return { devices: pending.strangers(), folders: pending.offers().map(named) }
  }

  /** Those on the local network that could be known and are not; who called waits, and is told of there. */
  nearby(): readonly NearbyDevice[] {
    const { config, pending } = this.#parts
    const { devices, mesh } = config()
    const told = new Set<string>([
      ...devices.map(({ id }) => id),
      ...mesh.ignoredDevices,
      ...pending.strangers().map(({ device }) => device),
    ])
    return this.#open
      .nearby()
      .filter(({ device }) => !told.has(device))
      .slice(0, MAX_NEARBY)
  }

  /** Who hears of every offer, those that wait included. */
  whenOffered(take: (offer: PendingFolder) => unknown): void {
    this.#taken = take
    for (const offer of this.pending().folders) take(offer)
  }

  status(): readonly DeviceStatus[] {
    return this.#parts.config().devices.map(device => this.#statusOf(device))
  }

  close(): Promise<void> {
    for (const traffic of this.#traffic.values()) traffic.stop()
    return this.#open.close()
  }

  // --- what happens --------------------------------------------------------------------------------------------------------

  #onStranger({ device, name, address }: { device: DeviceKey; name: string; address: string }): void {
    const { config, world, pending, tell } = this.#parts
    const { devices, mesh } = config()
    // One that is paused calls too.
    if (devices.some(({ id }) => id === device) || mesh.ignoredDevices.includes(device)) return
    const isNew = pending.putStranger({ device, name, address, at: Math.floor(world.clock.now()) })
    if (isNew) tell({ type: 'pending', what: 'device', device, name })
  }

  #onOffered({ device, id, label }: { device: DeviceKey; id: string; label: string }): void {
    const { config, world, pending, tell } = this.#parts
    if (id === '' || id.length > 1024) return
    const offer = { device, folder: id, label: label.slice(0, MAX_NAME), at: Math.floor(world.clock.now()) }
    if (!this.#isPending(offer, config())) return
    const name = this.nameOf(device)
    if (pending.putOffer(offer)) tell({ type: 'pending', what: 'folder', device, name, folder: id, label: offer.label })
    this.#taken({ ...offer, name })
  }

  /** What it offered before and does no more, waits no more. */
  #onTold(device: DeviceKey, folders: readonly ClusterFolder[]): void {
    const { pending, onIntroduced } = this.#parts
    const offered = new Set(folders.map(({ id }) => id))
    pending.removeOffers(offer => offer.device === device && !offered.has(offer.folder))
    const sender = this.#configOf(device)
    if (sender !== undefined && sender.introducer !== 'no') onIntroduced(sender, folders)
  }

  /** A folder that is only closed now, or paused, is no news. */
  #isPending({ device, folder: offered }: Offer, { devices, folders }: Pick<Config, 'devices' | 'folders'>) {
    const sender = devices.find(({ id }) => id === device)
    const isShared = folders.some(folder => folder.meshId === offered && folder.devices.some(id => id === device))
    return sender !== undefined && !isShared && !sender.ignoredFolders.includes(offered)
  }

  #onFault(device: DeviceKey | undefined, error: SyncError): void {
    const { world, tell } = this.#parts
    if (device !== undefined) {
      this.#faults.set(device, error.message)
      return
    }
    world.log('warn', error.message)
    tell({ type: 'notice', text: error.message })
  }

  // --- looking -------------------------------------------------------------------------------------------------------------

  #statusOf({ id, name, isPaused }: DeviceConfig): DeviceStatus {
    const connection = this.#open.network.connection(id)
    const traffic = this.#trafficOf(id).figures
    if (connection === undefined) {
      const fault = this.#faults.get(id)
      const state = isPaused ? ('paused' as const) : ('disconnected' as const)
      return { id, name, state, ...(fault === undefined || isPaused ? {} : { fault }), ...traffic }
    }
    const { way, address, called, since, channel } = connection
    const { clientName, clientVersion } = channel.hello
    return {
      ...{ id, name, state: 'connected', way, address, called },
      client: `${clientName} ${clientVersion}`.slice(0, MAX_NAME),
      connectedAt: Math.floor(since),
      ...traffic,
    }
  }

  #configOf(device: DeviceKey): DeviceConfig | undefined {
    return this.#parts.config().devices.find(({ id }) => id === device)
  }

  #pacesOf(device: DeviceKey): Paces {
    const paces = this.#paces.get(device) ?? openPaces(this.#parts.world.clock)
    this.#paces.set(device, paces)
    return paces
  }

  #trafficOf(device: DeviceKey): DeviceTraffic {
    const traffic = this.#traffic.get(device) ?? new DeviceTraffic(this.#parts.world.clock)
    this.#traffic.set(device, traffic)
    return traffic
  }

  get #open(): OpenedMesh {
    if (this.#opened === undefined) throw new Error('not open yet')
    return this.#opened
  }
}

function passagesOf({ upload, download }: Paces): Passages {
  const passage = (pace: Pace) => [{ take: (bytes: number, signal: AbortSignal) => pace.pass(bytes, signal) }]
  return { up: passage(upload), down: passage(download) }
}
