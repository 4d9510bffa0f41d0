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
import type { Leaving } from '../../replica/replica.ts'
import { bytesOfKey, type DeviceKey } from '../../wire/bep/device-key.ts'
import { writeFileInfo } from '../../wire/bep/file-info.ts'
import {
  type ClusterDevice,
  type ClusterFolder,
  type FileProgress,
  type Index,
  NO_DEVICE,
  type Request,
  type Response,
} from '../../wire/bep/messages.ts'
import { ProtoWriter } from '../../wire/bep/protobuf.ts'
import { announcementOf, type Block, infoOf, stampOfVersion } from './announcements.ts'
import type { BlockSource } from './fetch.ts'
import { heldElsewhere, type Witness } from './held-elsewhere.ts'
import { isHashOf } from './is-block.ts'
import { noteBridge, outdone } from './lagging.ts'
import { takeOverWhatIsSo } from './mesh-agreements.ts'
import { type Again, Missed } from './missed.ts'
import { HeardProgress, ToldProgress } from './progress.ts'
import { remoteIdOf } from './remote-id.ts'
import { EQUAL_ROLE, type Role } from './role.ts'
import { type AnnouncedFile, announcedFile, readAnnounced, serveBlock } from './serve.ts'
import { type Fetching, Unfinished } from './unfinished.ts'
import { notWanted } from './unwanted.ts'

/** A device that is connected, as the folder needs it. */
export interface Peer extends BlockSource {
  readonly device: DeviceKey
  sendIndex(type: Index['type'], body: Uint8Array): Promise<void>
  sendProgress(folder: string, updates: readonly FileProgress[]): Promise<void>
}

/** What the other end says of the folder. */
export interface Joining {
  /** Of its own index, and of ours. */
  readonly theirs: ClusterDevice
  readonly ours: ClusterDevice
  /** Whether it wants to know of files that we have only a part of. */
  readonly wantsProgress: boolean
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
  /** How often others are told of files that are on their way here, in milliseconds. */
  readonly progressEveryMs?: number
  /** Whether the user wants nothing of the path here. */
  readonly isIgnored?: (path: Path, kind: Kind) => boolean
  /** What the user does not keep here: it goes as soon as others have it. */
  readonly selection?: Leavings
}

export interface Leavings {
  isDeselected(path: Path): boolean
  /** Whether nothing at and below the path is ours any more. */
  isCleared(path: Path): boolean
  /** Deselected directories in which something still is. */
  readonly uncleared: readonly Path[]
}

const BATCH_FILES = 1000
const BATCH_BYTES = 250 * 1024
const PROGRESS_EVERY_MS = 5000
export class MeshFolder {
  readonly id: string
  readonly mesh: MeshRecords
  readonly role: Role
  /** What is on its way here. */
  readonly unfinished: Unfinished
  readonly #parts: MeshFolderParts
  /** What others have of files that they have only a part of. */
  readonly #progress = new Map<DeviceKey, HeardProgress>()
  /** Those that are connected and share the folder from their side too. */
  readonly #peers = new Map<DeviceKey, Telling>()
  readonly #missed: Missed
  readonly #listeners = new Set<(place: Place, reach: 'here' | 'below') => void>()

  constructor(parts: MeshFolderParts) {
    this.id = parts.id
    this.#parts = parts
    this.role = parts.role ?? EQUAL_ROLE
    parts.index.keepLineage()
    this.unfinished = new Unfinished(() => void this.#tellProgress())
    this.mesh = parts.index.mesh({
      pick: pickGlobal,
      lacks: (own, global) => isNeeded({ ...PLAIN, version: own }, { ...PLAIN, version: global }),
    })
    this.#missed = new Missed({ holdersOf: path => this.mesh.global(path)?.holders ?? [] })
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
      disableTempIndexes: false,
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

  /** The peer shares the folder too. */
  join(peer: Peer, { theirs, ours, wantsProgress }: Joining): void {
    const { device } = peer
    this.leave(device)
    noteBridge(device, theirs.hasRemotes, this.#parts)
    if (theirs.indexId === 0n || theirs.indexId !== this.mesh.known(device).indexId)
      this.#hint(this.mesh.restart(device, theirs.indexId))
    const own = this.mesh.own()
    const isKnown = ours.indexId === own.indexId && ours.maxSequence <= own.sequence
    const telling = new Telling(peer, this.#parts, this.mesh, isKnown ? ours.maxSequence : 'everything')
    telling.wantsProgress = wantsProgress
    this.#peers.set(device, telling)
    telling.news()
    if (this.unfinished.files.size > 0) void this.#tellProgress()
    // What could not be had from anybody may be had from this one; of everything else, what it announces tells.
    this.#again(this.#missed.join(device))
    if ((this.#parts.selection?.uncleared.length ?? 0) > 0) this.#again('everywhere')
  }

  /** A path could not be had, because nobody who has it is connected, or was when it was asked for. */
  missed(path: Path): void {
    this.#again(this.#missed.add(path))
  }

  #again(places: Again): void {
    if (places === 'everywhere') this.#hint([''])
    else this.#hint(places, 'here')
  }

  leave(device: DeviceKey): void {
    this.#peers.get(device)?.end()
    this.#peers.delete(device)
    this.#progress.delete(device)
    this.#missed.leave(device)
    if (this.#peers.size > 0) return
    this.#alone.abort()
    this.#alone = new AbortController()
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
    // What it has as a whole, or has no more use for, it has no part of.
    for (const { name } of files) this.#progress.get(device)?.forget(name)
    if (hasNews) this.announced()
    // What nobody had who is connected, somebody has now: that is no other version, and yet news.
    const come = files.flatMap(({ name }) => (this.#missed.delete(name as Path) ? [name as Path] : []))
    this.#hint([...new Set([...changed, ...come].map(parentOf))], 'here')
    // What waited for others to have it may go.
    if (files.some(({ name }) => this.#isLeaving(name as Path))) this.#hint([''])
  }

  #isLeaving(path: Path): boolean {
    const { selection } = this.#parts
    return selection?.isDeselected(path) === true && !selection.isCleared(path)
  }

  #unwanted(path: Path): readonly Announcement[] {
    const kind = this.#parts.isIgnored === undefined ? undefined : this.mesh.picked(path)?.kind
    return kind !== undefined && this.#parts.isIgnored?.(path, kind) === true ? notWanted(path, this.mesh) : []
  }

  /** Those of what is to go from here that others have, as they say now. */
  heldElsewhere(leaving: readonly Leaving[], signal: AbortSignal): Promise<ReadonlySet<Path>> {
    return heldElsewhere(leaving, { folder: this.id, mesh: this.mesh, witnesses: this.#peers }, signal)
  }

  async serve(request: Request): Promise<Pick<Response, 'data' | 'code'>> {
    const { name, offset, size, hash, fromTemporary } = request
    const data = fromTemporary ? this.unfinished.block(name, offset, size) : undefined
    // It may be whole by now; what was asked for is proven by its hash in any case.
    if (data === undefined || !isHashOf(hash, data)) return serveBlock(request, this.#parts)
    return { data, code: 'ok' }
  }

  /** The file of this name, as far as it was announced and has so many bytes. */
  announcedFile(name: string, size: number): AnnouncedFile | undefined {
    return announcedFile(name, size, this.#parts.index)
  }

  /** Fills these with what was announced of it from `offset` on. False where it cannot be told at once that it is that. */
  readAnnounced(file: AnnouncedFile, offset: number, blocks: readonly Uint8Array[]): Promise<boolean> {
    return readAnnounced(file, offset, blocks, this.#parts.tree)
  }

  /** Those who are connected and have the block: all of the file, or a part that it is in. */
  sourcesOf({ holders, announcement }: Global, { index }: Pick<Block, 'index'>): readonly BlockSource[] {
    const whole = holders.flatMap(device => this.#peers.get(device as DeviceKey)?.peer ?? [])
    const partly = [...this.#progress].flatMap(([device, heard]) => {
      const peer = heard.has(announcement, index) ? this.#peers.get(device)?.peer : undefined
      return peer === undefined || holders.includes(device) ? [] : [ofPart(peer)]
    })
    return [...whole, ...partly]
  }

  /** The file is fetched from now on. Undefined where nobody who is connected could want what is here of it. */
  begin({ announcement, holders }: Global, blocks: number): Fetching | undefined {
    const isOfUse = [...this.#peers].some(([device, { wantsProgress }]) => wantsProgress && !holders.includes(device))
    return isOfUse ? this.unfinished.begin(announcement, blocks) : undefined
  }

  /** What a device says of files that it has a part of. */
  hearProgress(device: DeviceKey, updates: readonly FileProgress[]): void {
    if (!this.#peers.has(device)) return
    const heard = this.#progress.get(device) ?? new HeardProgress()
    this.#progress.set(device, heard)
    const wanted = heard.hear(updates).filter(name => this.#isLacked(name as Path))
    this.#hint([...new Set(wanted.map(name => parentOf(name as Path)))], 'here')
  }

  /** What nobody had may be had now. */
  #isLacked(path: Path): boolean {
    const global = this.mesh.picked(path)
    if (global === undefined || this.unfinished.files.has(path)) return false
    const ours = this.mesh.announced(path)
    // What is not kept here is announced under the version that it has.
    return ours?.invalid !== false || stampOfVersion(ours.version) !== stampOfVersion(global.version)
  }

  /** As long as something is on its way, and until everybody knows that nothing is. */
  async #tellProgress(): Promise<void> {
    if (this.#isTellingProgress) return
    this.#isTellingProgress = true
    const { clock, progressEveryMs = PROGRESS_EVERY_MS } = this.#parts
    const peers = () => [...this.#peers.values()].filter(({ wantsProgress }) => wantsProgress)
    do {
      await clock.sleep(progressEveryMs, this.#alone.signal).catch(() => undefined)
      for (const telling of peers()) await telling.progress(this.unfinished.files)
    } while (peers().some(({ hasToldProgress }) => hasToldProgress || this.unfinished.files.size > 0))
    this.#isTellingProgress = false
  }
  #isTellingProgress = false
  /** Aborted when the last one leaves: then there is nobody to be told. */
  #alone = new AbortController()

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
class Telling implements Witness {
  readonly peer: Peer
  wantsProgress = false
  readonly #progress = new ToldProgress()
  readonly #parts: MeshFolderParts
  readonly #mesh: MeshRecords
  #told: number
  #isFirst: boolean
  #isTelling = false
  #telling: Promise<void> = Promise.resolve()
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
    if (!this.#isTelling) this.#telling = this.#tell()
  }

  async isTold(): Promise<boolean> {
    this.news()
    await this.#telling
    return !this.#isOver
  }

  end(): void {
    this.#isOver = true
  }

  get hasToldProgress(): boolean {
    return !this.#isOver && !this.#progress.isNothing
  }

  async progress(files: Unfinished['files']): Promise<void> {
    const updates = this.#isOver ? [] : this.#progress.next(files)
    if (updates.length > 0) await this.peer.sendProgress(this.#parts.id, updates)
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
    // One more than a message takes, should that be the second half of a rename.
    return this.#mesh.announcedSince(this.#told, BATCH_FILES + 1)
  }

  /** As many as make one message. The order of sequences is kept whatever is announced meanwhile. */
  async #send(batch: readonly Announcement[]): Promise<void> {
    const writer = new ProtoWriter()
    writer.string(1, this.#parts.id)
    for (const [at, announcement] of batch.entries()) {
      // What a renamed file was called goes with its new name: apart, it would be copied.
      if ((at >= BATCH_FILES || writer.length >= BATCH_BYTES) && !announcement.deleted) break
      const info = infoOf(announcement, this.#parts.index)
      const blocks = info.blocks.length === 0 ? undefined : blocksHash(info.blocks)
      writer.message(2, inner => writeFileInfo(inner, info, blocks))
      this.#told = announcement.sequence
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

/** The peer, asked for what it has only a part of. */
function ofPart(peer: Peer): BlockSource {
  return {
    device: peer.device,
    get busyBytes() {
      return peer.busyBytes
    },
    ask: (wanted, signal, into) => peer.ask({ ...wanted, fromTemporary: true }, signal, into),
  }
}
