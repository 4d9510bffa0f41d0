// The other devices of the mesh: who is connected, since when and how fast, and who would like to be known.

import type { DeviceStatus, PendingDevice, PendingFolder } from '../api/shapes/devices.ts'
import type { News } from '../api/shapes/events.ts'
import { type OpenedMesh, openMesh } from '../assemble/open-mesh.ts'
import type { Identity } from '../bep/identity.ts'
import type { SyncError } from '../model/errors.ts'
import type { World } from '../platform/world.ts'
import type { DeviceKey } from '../wire/bep/device-key.ts'
import type { Config, DeviceConfig } from './config.ts'
import { DeviceTraffic } from './device-traffic.ts'
import type { FolderMesh } from './folder-session.ts'
import { meshEnd } from './mesh-end.ts'

export interface DevicesParts {
  readonly identity: Identity
  readonly world: World
  readonly version: string
  readonly config: () => Config
  /** In place of what the configuration says. */
  readonly listen?: readonly string[] | undefined
  readonly tell: (news: News) => void
  /** Somebody came or went: folders may have other things to say. */
  readonly onConnections: () => void
}

/** Anybody can call, under any number of ids: no more are remembered. */
const MAX_PENDING = 100
const MAX_NAME = 200

export class Devices {
  readonly identity: Identity
  readonly #parts: DevicesParts
  readonly #strangers = new Map<DeviceKey, PendingDevice>()
  readonly #offers = new Map<string, PendingFolder>()
  readonly #traffic = new Map<DeviceKey, DeviceTraffic>()
  readonly #faults = new Map<DeviceKey, string>()
  #opened: OpenedMesh | undefined
  #lastKnown = ''

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
      hello: { deviceName: mesh.name, clientName: 'syncline', clientVersion: `v${version}` },
      listen: parts.listen ?? mesh.listen,
      relays: mesh.relays,
      localDiscovery: mesh.localDiscovery,
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
      onFault: (device, error) => devices.#onFault(device, error),
    })
    return devices
  }

  /** Where it can be called. */
  get listening(): readonly string[] {
    return this.#open.network.addresses()
  }

  /** What folders need of it. */
  get forFolders(): FolderMesh {
    const { identity, world } = this.#parts
    return {
      device: identity.shortId,
      end: (folder, local) => {
        const nameOf = (device: DeviceKey) => this.nameOf(device)
        if (folder.devices.length === 0) return undefined
        return meshEnd({ folder, local, mesh: this.#open, identity, world, nameOf })
      },
    }
  }

  /** Knows the devices of the configuration, and forgets what waits no more. */
  apply({ devices, folders, mesh }: Config): void {
    const known = devices.map(({ id, addresses, compression, isPaused }) => ({
      ...{ device: id, addresses, compression, paused: isPaused },
    }))
    for (const { id } of devices) this.#strangers.delete(id)
    for (const id of mesh.ignoredDevices) this.#strangers.delete(id)
    for (const [key, offer] of this.#offers) if (!this.#isPending(offer, { devices, folders })) this.#offers.delete(key)
    const text = JSON.stringify(known)
    if (text === this.#lastKnown) return
    this.#lastKnown = text
    this.#open.network.setDevices(known)
    // Where it is by now may be another place than before.
    for (const { device } of known) this.#open.network.hint(device)
  }

  nameOf(device: DeviceKey): string {
    return this.#configOf(device)?.name ?? device.slice(0, 7)
  }

  pending(): { readonly devices: readonly PendingDevice[]; readonly folders: readonly PendingFolder[] } {
    return { devices: [...this.#strangers.values()], folders: [...this.#offers.values()] }
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
    const { config, world, tell } = this.#parts
    const { devices, mesh } = config()
    // One that is paused calls too.
    if (devices.some(({ id }) => id === device) || mesh.ignoredDevices.includes(device)) return
    const isNew = !this.#strangers.has(device)
    if (isNew && this.#strangers.size >= MAX_PENDING) return
    this.#strangers.set(device, { device, name, address, at: Math.floor(world.clock.now()) })
    if (isNew) tell({ type: 'pending', what: 'device', device, name })
  }

  #onOffered({ device, id, label }: { device: DeviceKey; id: string; label: string }): void {
    const { config, world, tell } = this.#parts
    const key = `${device} ${id}`
    const isNew = !this.#offers.has(key)
    if (id === '' || id.length > 1024 || (isNew && this.#offers.size >= MAX_PENDING)) return
    const name = this.nameOf(device)
    const at = Math.floor(world.clock.now())
    const offer = { device, name, folder: id, label: label.slice(0, MAX_NAME), at }
    if (!this.#isPending(offer, config())) return
    this.#offers.set(key, offer)
    if (isNew) tell({ type: 'pending', what: 'folder', device, name, folder: id, label: offer.label })
  }

  /** A folder that is only closed now, or paused, is no news. */
  #isPending({ device, folder: offered }: PendingFolder, { devices, folders }: Pick<Config, 'devices' | 'folders'>) {
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
