// All folders that are in the mesh, and all devices that are connected: brings the messages of one to the others.
import { SyncError } from '../../model/errors.ts'
import { type DeviceKey, deviceKeyOf } from '../../wire/bep/device-key.ts'
import type { ClusterConfig, ClusterFolder, Index, Message } from '../../wire/bep/messages.ts'
import { BepFault } from '../../wire/bep/protobuf.ts'
import type { MeshFolder, Peer } from './mesh-folder.ts'
import { Requests } from './requests.ts'
import { type AnswerChannel, Serving } from './serving.ts'

/** A channel to a device, as far as it is needed here. */
export interface MeshChannel extends AnswerChannel {
  send(message: Message): Promise<void>
  start(receive: (message: Message) => void | Promise<void>): void
  close(reason: string): Promise<void>
  readonly ended: Promise<SyncError | undefined>
}

export interface OfferedFolder {
  readonly device: DeviceKey
  readonly id: string
  readonly label: string
}

export interface MeshParts {
  readonly self: DeviceKey
  /** A device offers a folder that is not shared with it here. */
  readonly onOffered: (folder: OfferedFolder) => void
  /** Everything that a device says of the folders that it shares with this one. */
  readonly onTold?: (device: DeviceKey, folders: readonly ClusterFolder[]) => void
}

/** Messages about files of folders that are not known to be shared yet. */
const MAX_EARLY = 16
/** No user looks through more. */
const MAX_OFFERED = 1000

export class Mesh {
  readonly #parts: MeshParts
  readonly #folders = new Map<string, MeshFolder>()
  readonly #links = new Map<DeviceKey, Link>()

  constructor(parts: MeshParts) {
    this.#parts = parts
  }

  /** The folder takes part from now on; one of the same id is replaced. Connected devices are told. */
  addFolder(folder: MeshFolder): void {
    this.removeFolder(folder.id)
    this.#folders.set(folder.id, folder)
    for (const link of this.#links.values()) link.introduce()
  }

  removeFolder(id: string): void {
    const folder = this.#folders.get(id)
    if (folder === undefined) return
    this.#folders.delete(id)
    for (const link of this.#links.values()) {
      folder.leave(link.device)
      link.introduce()
    }
  }

  folder(id: string): MeshFolder | undefined {
    return this.#folders.get(id)
  }

  /** A device is connected. Its channel is started here. */
  connect(device: DeviceKey, channel: MeshChannel): void {
    this.#links.get(device)?.end()
    const link = new Link(device, channel, this.#parts, this.#folders)
    this.#links.set(device, link)
    void channel.ended.then(() => {
      link.end()
      if (this.#links.get(device) === link) this.#links.delete(device)
    })
    link.start()
  }
}

/** One connected device and the folders it shares. */
class Link implements Peer {
  readonly device: DeviceKey
  readonly #channel: MeshChannel
  readonly #parts: MeshParts
  readonly #folders: ReadonlyMap<string, MeshFolder>
  readonly #requests: Requests
  readonly #joined = new Set<MeshFolder>()
  #early: Index[] = []
  readonly #serving: Serving
  #config: ClusterConfig | undefined

  constructor(device: DeviceKey, channel: MeshChannel, parts: MeshParts, folders: ReadonlyMap<string, MeshFolder>) {
    this.device = device
    this.#channel = channel
    this.#parts = parts
    this.#folders = folders
    this.#requests = new Requests((id, wanted) =>
      channel.send({ type: 'request', id, fromTemporary: false, ...wanted, weakHash: 0 }),
    )
    this.#serving = new Serving({
      channel,
      folderOf: id => {
        const folder = folders.get(id)
        return folder !== undefined && this.#joined.has(folder) ? folder : undefined
      },
    })
  }

  get busyBytes(): number {
    return this.#requests.bytes
  }

  ask: Peer['ask'] = (wanted, signal, into) => this.#requests.ask(wanted, signal, into)
  sendIndex: Peer['sendIndex'] = (type, body) => this.#channel.sendEncoded(type, body)
  sendProgress: Peer['sendProgress'] = (folder, updates) =>
    this.#channel.send({ type: 'download-progress', folder, updates })

  start(): void {
    this.introduce()
    this.#channel.start(message => this.#receive(message))
  }

  /** Tells which folders are shared with the device, and joins those that it shares too. */
  introduce(): void {
    const shared = [...this.#folders.values()].filter(folder => folder.isSharedWith(this.device))
    const folders = shared.map(folder => folder.clusterFolder(this.device))
    void this.#channel.send({ type: 'cluster-config', folders, secondary: false })
    if (this.#config !== undefined) this.#join(this.#config)
  }

  end(): void {
    this.#requests.end(new SyncError('offline', 'The connection to the other device is gone.'))
    for (const folder of this.#joined) folder.leave(this.device)
    this.#joined.clear()
    this.#serving.end()
  }

  #receive(message: Message): void | Promise<void> {
    if (this.#config === undefined && message.type !== 'cluster-config')
      throw new BepFault(`sent "${message.type}" before it said which folders it shares`)
    switch (message.type) {
      case 'cluster-config':
        this.#config = message
        return this.#join(message)
      case 'index':
      case 'index-update':
        return this.#hear(message)
      case 'request':
        return this.#serving.add(message)
      case 'response':
        return this.#requests.answered(message)
      case 'download-progress': {
        const folder = this.#folders.get(message.folder)
        if (folder !== undefined && this.#joined.has(folder)) folder.hearProgress(this.device, message.updates)
        return undefined
      }
      default:
        return undefined
    }
  }

  #join({ folders, secondary }: ClusterConfig): void {
    if (secondary) return
    const before = new Set(this.#joined)
    let offered = 0
    this.#joined.clear()
    for (const theirs of folders) {
      const folder = this.#folders.get(theirs.id)
      const devices = this.#devicesIn(theirs)
      if (folder === undefined || !folder.isSharedWith(this.device)) {
        offered += 1
        if (offered <= MAX_OFFERED) this.#parts.onOffered({ device: this.device, id: theirs.id, label: theirs.label })
      } else if (!theirs.paused) {
        if (!before.has(folder)) folder.join(this, { ...devices, wantsProgress: !theirs.disableTempIndexes })
        this.#joined.add(folder)
      }
    }
    for (const folder of before) if (!this.#joined.has(folder)) folder.leave(this.device)
    const early = this.#early
    this.#early = []
    for (const message of early) this.#hear(message)
    this.#parts.onTold?.(this.device, folders)
  }

  #devicesIn({ id, devices }: ClusterFolder) {
    const find = (key: DeviceKey) => devices.find(device => deviceKeyOf(device.id) === key)
    const [theirs, ours] = [find(this.device), find(this.#parts.self)]
    if (theirs === undefined || ours === undefined)
      throw new BepFault(`shares the folder "${id.slice(0, 64)}" without naming both ends`)
    return { theirs, ours }
  }

  #hear(message: Index): void {
    const folder = this.#folders.get(message.folder)
    // Sent before it knew that the folder is not shared any more: that is no fault of anybody.
    if (folder === undefined || !folder.isSharedWith(this.device)) return
    if (this.#joined.has(folder)) return folder.hear(this.device, message)
    // A real device that has just come to share a folder may tell of its files before it tells that it shares it.
    if (this.#early.length >= MAX_EARLY) throw new BepFault('told of files of a folder that it does not share')
    this.#early.push(message)
  }
}
