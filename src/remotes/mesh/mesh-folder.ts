// One folder in the mesh: who shares it and is connected, what they announce, and what they are told.
import { contentIdOf } from '../../index/content-id.ts'
import type { FolderIndex } from '../../index/folder-index.ts'
import type { Announcement, Global, MeshRecords } from '../../index/mesh.ts'
import type { Kind } from '../../model/entry.ts'
import { type Path, type Place, parentOf } from '../../model/path.ts'
import type { DeviceId } from '../../model/version.ts'
import { isNeeded, pickGlobal } from '../../plan/global.ts'
import type { Tree } from '../../platform/tree.ts'
import type { Clock } from '../../platform/world.ts'
import { bytesOfKey, type DeviceKey } from '../../wire/bep/device-key.ts'
import { writeFileInfo } from '../../wire/bep/file-info.ts'
import {
  type ClusterDevice,
  type ClusterFolder,
  type Index,
  NO_DEVICE,
  type Request,
  type Response,
} from '../../wire/bep/messages.ts'
import { ProtoWriter } from '../../wire/bep/protobuf.ts'
import { announcementOf, infoOf } from './announcements.ts'
import type { BlockSource } from './fetch.ts'
import { noteBridge, outdone } from './lagging.ts'
import { takeOverWhatIsSo } from './mesh-agreements.ts'
import { remoteIdOf } from './remote-id.ts'
import { EQUAL_ROLE, type Role } from './role.ts'
import { serveBlock } from './serve.ts'

/** A device that is connected, as the folder needs it. */
export interface Peer extends BlockSource {
  readonly device: DeviceKey
  sendIndex(type: Index['type'], body: Uint8Array): Promise<void>
}

/** One that the folder is shared with. */
export interface SharingDevice {
  readonly device: DeviceKey
  readonly name: string
  /** Where it is said to be: for those that others get to know by us. */
  readonly addresses?: readonly string[]
}

export interface MeshFolderParts {
  readonly id: string
  readonly label: string
  /** This device. */
  readonly self: DeviceKey
  readonly shortId: DeviceId
  /** Those it is shared with. */
  readonly devices: readonly SharingDevice[]
  readonly tree: Tree
  readonly index: FolderIndex
  readonly clock: Clock
  /** Without it, both ways, with permissions. */
  readonly role?: Role
  /** The folder has remotes beside the mesh. */
  readonly hasRemotes?: boolean
  /** Whether the user wants nothing of the path here. */
  readonly isIgnored?: (path: Path, kind: Kind) => boolean
}

const BATCH_FILES = 1000
const BATCH_BYTES = 250 * 1024

export class MeshFolder {
  readonly id: string
  readonly mesh: MeshRecords
  readonly role: Role
  readonly #parts: MeshFolderParts
  /** Those that are connected and share the folder from their side too. */
  readonly #peers = new Map<DeviceKey, Telling>()
  readonly #listeners = new Set<(place: Place, reach: 'here' | 'below') => void>()

  constructor(parts: MeshFolderParts) {
    this.id = parts.id
    this.#parts = parts
    this.role = parts.role ?? EQUAL_ROLE
    parts.index.keepLineage()
    this.mesh = parts.index.mesh({
      pick: pickGlobal,
      lacks: (own, global) => isNeeded({ ...PLAIN, version: own }, { ...PLAIN, version: global }),
    })
  }

  isSharedWith(device: DeviceKey): boolean {
    return this.#parts.devices.some(one => one.device === device)
  }

  /** What `to` is told of the folder at the beginning. */
  clusterFolder(to: DeviceKey): ClusterFolder {
    const { id, label, self, devices } = this.#parts
    const all: SharingDevice[] = [{ device: self, name: '' }, ...devices]
    all.sort((a, b) => (a.device < b.device ? -1 : 1))
    return {
      id,
      label,
      readOnly: this.role.type === 'send-only',
      ignorePermissions: this.role.permissions === 'ignored',
      ignoreDelete: false,
      // What is half done here is not offered.
      disableTempIndexes: true,
      paused: false,
      devices: all.map(one => this.#clusterDevice(one, to)),
    }
  }

  #clusterDevice({ device, name, addresses = [] }: SharingDevice, to: DeviceKey): ClusterDevice {
    const isOurs = device === this.#parts.self
    const known = isOurs ? this.mesh.own() : device === to ? this.mesh.known(device) : { indexId: 0n, sequence: 0 }
    const hasRemotes = isOurs && this.#parts.hasRemotes === true
    const { indexId, sequence: maxSequence } = known
    return { ...NO_DEVICE, id: bytesOfKey(device), name, addresses, indexId, maxSequence, hasRemotes }
  }

  /** The peer shares the folder too: `theirs` and `ours` are its words on its own index and on ours. */
  join(peer: Peer, theirs: ClusterDevice, ours: ClusterDevice): void {
    const { device } = peer
    this.leave(device)
    noteBridge(device, theirs.hasRemotes, this.#parts)
    if (theirs.indexId === 0n || theirs.indexId !== this.mesh.known(device).indexId)
      this.#hint(this.mesh.restart(device, theirs.indexId))
    const own = this.mesh.own()
    const isKnown = ours.indexId === own.indexId && ours.maxSequence <= own.sequence
    const telling = new Telling(peer, this.#parts, this.mesh, isKnown ? ours.maxSequence : 'everything')
    this.#peers.set(device, telling)
    telling.news()
    // What could not be had from anybody may be had from this one.
    this.#hint([''])
  }

  leave(device: DeviceKey): void {
    this.#peers.get(device)?.end()
    this.#peers.delete(device)
  }

  /** Those who share it and are connected now. */
  get connected(): readonly DeviceKey[] {
    return [...this.#peers.keys()]
  }

  /** Takes in what a device announced. Throws `BepFault`. */
  hear(device: DeviceKey, { type, files }: Index): void {
    const { index } = this.#parts
    let hasNews = false
    const changed = index.transaction(() => {
      const dropped = type === 'index' ? this.mesh.restart(device, this.mesh.known(device).indexId) : []
      const announcements = files.flatMap(info => announcementOf(info, index) ?? [])
      const heard = [...dropped, ...this.mesh.hear(device, announcements)]
      const sequence = this.mesh.own().sequence
      takeOverWhatIsSo(heard, { records: index.pair(remoteIdOf(this.id)), index, mesh: this.mesh, role: this.role })
      this.mesh.announce(heard.flatMap(path => this.#unwanted(path)))
      if (this.role.type === 'send-receive') this.mesh.announce(outdone(announcements, { index, mesh: this.mesh }))
      hasNews = this.mesh.own().sequence > sequence
      return heard
    })
    if (hasNews) this.announced()
    this.#hint([...new Set(changed.map(parentOf))], 'here')
  }

  /** What is ignored here is known, and not offered: so nobody waits for us to have it. */
  #unwanted(path: Path): Announcement[] {
    const { isIgnored } = this.#parts
    const global = isIgnored === undefined ? undefined : this.mesh.picked(path)
    if (global === undefined || global.deleted || global.invalid || isIgnored?.(path, global.kind) !== true) return []
    return [{ ...global, invalid: true, blocks: undefined, size: 0 }]
  }

  serve(request: Request): Promise<Pick<Response, 'data' | 'code'>> {
    return serveBlock(request, this.#parts)
  }

  /** Those of these devices that are connected. */
  sourcesOf(holders: Global['holders']): readonly BlockSource[] {
    return holders.flatMap(device => this.#peers.get(device as DeviceKey)?.peer ?? [])
  }

  /** Something of ours was announced: everybody is told. */
  announced(): void {
    for (const telling of this.#peers.values()) telling.news()
  }

  /** Told of places where something is otherwise: among the names there, or anything below. */
  watch(onHint: (place: Place, reach: 'here' | 'below') => void): Disposable {
    this.#listeners.add(onHint)
    return { [Symbol.dispose]: () => void this.#listeners.delete(onHint) }
  }

  #hint(places: readonly Place[], reach: 'here' | 'below' = 'below'): void {
    for (const listener of this.#listeners) for (const place of places) listener(place, reach)
  }
}

/** What one device was told of our index, and is to be told. */
class Telling {
  readonly peer: Peer
  readonly #parts: MeshFolderParts
  readonly #mesh: MeshRecords
  #told: number
  #isFirst: boolean
  #isTelling = false
  #hasNews = false
  #isOver = false

  constructor(peer: Peer, parts: MeshFolderParts, mesh: MeshRecords, from: number | 'everything') {
    this.peer = peer
    this.#parts = parts
    this.#mesh = mesh
    this.#isFirst = from === 'everything'
    this.#told = from === 'everything' ? 0 : from
  }

  news(): void {
    this.#hasNews = true
    if (!this.#isTelling) void this.#tell()
  }

  end(): void {
    this.#isOver = true
  }

  async #tell(): Promise<void> {
    this.#isTelling = true
    // All that is announced in one go goes out in one message.
    await new Promise(setImmediate)
    while (this.#hasNews && !this.#isOver) {
      this.#hasNews = false
      for (let batch = this.#next(); batch.length > 0 && !this.#isOver; batch = this.#next()) await this.#send(batch)
    }
    this.#isTelling = false
  }

  #next(): readonly Announcement[] {
    return this.#mesh.announcedSince(this.#told, BATCH_FILES)
  }

  /** As many as make one message. The order of sequences is kept whatever is announced meanwhile. */
  async #send(batch: readonly Announcement[]): Promise<void> {
    const writer = new ProtoWriter()
    writer.string(1, this.#parts.id)
    for (const announcement of batch) {
      const info = infoOf(announcement, this.#parts.index)
      const blocks = info.blocks.length === 0 ? undefined : blocksHash(info.blocks)
      writer.message(2, inner => writeFileInfo(inner, info, blocks))
      this.#told = announcement.sequence
      if (writer.length >= BATCH_BYTES) break
    }
    const type = this.#isFirst ? 'index' : 'index-update'
    this.#isFirst = false
    await this.peer.sendIndex(type, writer.finish())
  }
}

/** What peers compare files by: the hash over the hashes and weak hashes of their blocks, where there are none of the latter, over nothing for each. */
function blocksHash(blocks: readonly { readonly hash: Uint8Array }[]): Uint8Array {
  const none = Buffer.alloc(4)
  return Buffer.from(contentIdOf(Buffer.concat(blocks.flatMap(({ hash }) => [hash, none]))), 'base64url')
}

const PLAIN = { invalid: false, deleted: false, modifiedNs: 0n }
