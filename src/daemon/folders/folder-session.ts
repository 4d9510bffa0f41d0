// A folder while it is open: its disk watched, its index the hub, its remotes at work.
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { News } from '../../api/shapes/events.ts'
import type { FolderStatus, RemoteStatus } from '../../api/shapes/status.ts'
import type { Login } from '../../assemble/login.ts'
import { realFolder } from '../../assemble/open-folder.ts'
import { type OpenedLocal, openLocal } from '../../assemble/open-local.ts'
import { type RulesWatch, rulesWatch } from '../../assemble/rules-state.ts'
import { assert, SyncError } from '../../model/errors.ts'
import { isWithin, type Path, type Place, ROOT } from '../../model/path.ts'
import type { DeviceId } from '../../model/version.ts'
import type { World } from '../../platform/world.ts'
import type { ScanReport } from '../../scan/report.ts'
import type { watchTree } from '../../scan/watch.ts'
import type { SpaceChange } from '../../store/space.ts'
import { Hub } from '../../sync/hub.ts'
import { readMarker } from '../../sync/marker.ts'
import type { FolderConfig, RemoteConfig } from '../config/config.ts'
import { DiskRoom, type DiskSpace, diskSpaceAt } from './disk-room.ts'
import { FolderPast } from './folder-past.ts'
import { FolderWatch } from './folder-watch.ts'
import { GitLoop } from './git-loop.ts'
import type { KnownFolders } from './known-folders.ts'
import type { Allowance, Pacing } from './pacing.ts'
import { configuredEnd, type RemoteEnd } from './remote-end.ts'
import { RemoteLoop } from './remote-loop.ts'
import { tidyHistory } from './tidy-history.ts'

/** What a folder needs of the mesh. */
export interface FolderMesh {
  /** Who signs changes made here. */
  readonly device: DeviceId
  /** The devices that share the folder, as one of its ends; undefined where there are none. */
  end(folder: FolderConfig, local: OpenedLocal): RemoteEnd | undefined
}

export interface SessionParts {
  readonly config: FolderConfig
  readonly world: World
  readonly known: KnownFolders
  readonly login: (folder: FolderConfig, remote: RemoteConfig) => Login | undefined
  readonly mesh?: FolderMesh | undefined
  readonly pacing: Pacing
  /** What the system says where absent. */
  readonly diskSpace?: ((directory: string) => Promise<DiskSpace>) | undefined
  /** The real one where absent. */
  readonly watch?: typeof watchTree | undefined
  readonly tell: (news: News) => void
  /** Something about it, or a remote, is another way. */
  readonly onCondition: () => void
  /** Its rules were changed. */
  readonly reopen: () => void
}

const BY_CLIENT = { kind: 'client', label: 'A client of the host' } as const

interface Seen {
  readonly files: number
  readonly bytes: number
}

const SWEEP_EVERY_MS = 24 * 60 * 60 * 1000
const THIN_EVERY_MS = 60 * 60 * 1000
/** More places than these are told of as the whole folder. */
const MOST_PLACES = 100

export class FolderSession {
  readonly local: OpenedLocal
  readonly hub: Hub
  readonly past: FolderPast
  /** Where each change is to be a commit. */
  readonly git: GitLoop | undefined
  isScanning = false
  isScanned = false
  #config: FolderConfig
  readonly #parts: SessionParts
  readonly #rules: RulesWatch
  readonly #place: string
  readonly #room: DiskRoom
  readonly #gone = new AbortController()
  readonly #noting: Disposable
  readonly #watch: FolderWatch
  #remotes: RemoteLoop[] = []
  #updating: Promise<void> = Promise.resolve()
  #lastScanAt: number | undefined
  #seen: Seen = { files: 0, bytes: 0 }
  #sweptAt = 0
  #isSweeping = false
  #checking: Place | undefined
  #hinted = new Set<Place>()

  /** Throws `folder-unusable` when the directory is not there, or is not the folder that it was. */
  static async open(parts: SessionParts): Promise<FolderSession> {
    const { config, world, known } = parts
    makeIfNew(config, known)
    known.check(config)
    const rules = rulesWatch(realFolder(config.path), config.ignoreFrom)
    let session: FolderSession | undefined
    let past: FolderPast | undefined
    const local = await openLocal({
      folder: config.path,
      access: 'write',
      ignoreFrom: config.ignoreFrom,
      trash: config.trash.keep === 'off' ? 'none' : 'keep',
      trust: 'metadata',
      world,
      ...(parts.mesh === undefined ? {} : { device: parts.mesh.device }),
      onScanned: (files, bytes) => session?.onProgress(files, bytes),
      keeping: (trash, files) => {
        past = new FolderPast(files.root, files.tree, world)
        return past.keeping(trash)
      },
    }).catch(error => {
      past?.close()
      throw error
    })
    try {
      const marker = await readMarker(local.files.tree)
      if (marker !== undefined) known.remember(config, marker)
      assert(past !== undefined, 'what is kept is listed')
      session = new FolderSession(parts, local, rules, past)
      return session
    } catch (error) {
      past?.close()
      await local.close()
      throw error
    }
  }

  constructor(parts: SessionParts, local: OpenedLocal, rules: RulesWatch, past: FolderPast) {
    this.#parts = parts
    this.#config = parts.config
    this.local = local
    this.past = past
    past.listen(local.folder.index)
    this.git = parts.config.gitHistory === 'on' ? new GitLoop({ local, past, world: parts.world }) : undefined
    this.#noting = local.folder.index.onChanged(() => this.git?.wake())
    this.#rules = rules
    this.#place = placeOf(local.files.root)
    const { diskSpace = diskSpaceAt } = parts
    this.#room = new DiskRoom(() => diskSpace(local.files.root))
    this.hub = new Hub({
      clock: parts.world.clock,
      random: parts.world.random,
      sequence: () => local.folder.index.sequence,
      scan: (places, signal, namesIn) => this.#scan(places, signal, namesIn),
      rescanMs: parts.config.rescanMs,
      onScanning: () => this.#onScanning(true),
      onScanned: report => this.#onScanned(report),
    })
    this.#watch = new FolderWatch({
      ...{ config: parts.config, local, watch: parts.watch, tell: parts.tell, onFault: parts.onCondition },
      onHint: (place, reach) => this.hub.hint(place, reach),
      onGone: error => this.#gone.abort(error),
    })
    for (const end of this.#endsOf(parts.config)) this.#addRemote(end)
  }

  get label(): string {
    return this.#config.label
  }

  /** The host has changed rows, by `change` if it was one. */
  onServed(change?: SpaceChange): void {
    if (change !== undefined) this.past.claim('at' in change ? change.at : change.to, BY_CLIENT)
    this.hub.news()
    this.#tellChanged([ROOT])
  }

  /** What is known by now that could not be looked at: it is neither told to anybody nor replaced. */
  get unreadable(): ScanReport['unreadable'] {
    return this.hub.standing.unreadable
  }

  /** Why changes on its disk are not noticed at once, as long as that is so. */
  get watchFault(): SyncError | undefined {
    return this.#watch.fault
  }

  get remotes(): readonly RemoteLoop[] {
    return this.#remotes
  }

  /** Until the signal aborts; throws when the folder cannot be used any more. */
  async stay(signal: AbortSignal): Promise<void> {
    using _watch = await this.#watch.begin()
    const ending = new AbortController()
    const writing = this.git?.stay(ending.signal)
    try {
      await this.hub.stay(AbortSignal.any([signal, this.#gone.signal]))
    } finally {
      ending.abort(new DOMException('the folder is closed', 'AbortError'))
      await writing
    }
    if (!signal.aborted && this.#gone.signal.aborted) throw this.#gone.signal.reason
  }

  /** Nothing is at work any more when `stay` has returned. */
  async close(): Promise<void> {
    await this.#updating
    for (const remote of this.#remotes) await remote.stop()
    this.#noting[Symbol.dispose]()
    this.past.close()
    await this.local.close()
  }

  /** Those that are new or other than before begin anew, those that are no longer there end; the rest is left at work. */
  updateRemotes(config: FolderConfig): Promise<void> {
    this.#updating = this.#updating.then(() => this.#update(config))
    return this.#updating
  }

  remote(id: string): RemoteLoop | undefined {
    return this.#remotes.find(remote => remote.id === id)
  }

  /** Looks at the disk now. `checksum` reads every file. */
  async scan(place: Place, trust: 'metadata' | 'checksum'): Promise<void> {
    if (trust === 'checksum') this.#checking = place
    if (place === ROOT) this.hub.rescan()
    else this.hub.hint(place, 'below')
  }

  facts(): Omit<FolderStatus, 'id' | 'label' | 'state' | 'sentence' | 'fault' | 'remotes'> {
    const { files, bytes } = this.#seen
    const missingBytes = this.#missingBytes()
    const unreadable = this.unreadable.length
    return {
      entries: this.local.folder.index.count(),
      ...(this.isScanning ? { scan: { filesSeen: files, hashedBytes: bytes } } : {}),
      ...(this.#lastScanAt === undefined ? {} : { lastScanAt: this.#lastScanAt }),
      watching: this.#watch.state,
      conflicts: this.#countConflicts(),
      ...(missingBytes === 0 ? {} : { missingBytes }),
      ...(unreadable === 0 ? {} : { unreadable }),
    }
  }

  /** On the disk, for what waits for room. */
  #missingBytes(): number {
    const waiting = this.#remotes.flatMap(({ unsynced }) => unsynced.filter(({ because }) => because === 'disk-full'))
    return this.#room.missingFor(new Set(waiting.map(({ path }) => path)))
  }

  statusOfRemotes(): readonly RemoteStatus[] {
    return this.#remotes.map(remote => remote.status())
  }

  onProgress(files: number, bytes: number): void {
    this.#seen = { files, bytes }
  }

  // --- disk ----------------------------------------------------------------------------------------------------------------

  async #scan(
    places: readonly Place[] | 'everything',
    signal: AbortSignal,
    namesIn: readonly Place[] = [],
  ): Promise<ScanReport> {
    this.#checkPlace()
    this.#hinted = new Set(places === 'everything' ? [ROOT] : [...places, ...namesIn])
    const { folder } = this.local
    const checking = this.#checking
    if (checking === undefined || (places !== 'everything' && !places.some(place => covers(place, checking))))
      return folder.scan(places, signal, namesIn)
    this.#checking = undefined
    return folder.scan(places, signal, namesIn, 'content')
  }

  /** A directory that was moved away is still open: what is there now, if anything, is not the folder. */
  #checkPlace(): void {
    const { root } = this.local.files
    if (placeOf(root) === this.#place) return
    throw new SyncError(
      'folder-unusable',
      `The folder '${root}' is not there any more, or another directory is in its place. Nothing was deleted.`,
    )
  }

  #onScanning(isScanning: boolean): void {
    this.isScanning = isScanning
    this.#parts.onCondition()
  }

  #onScanned({ changed }: ScanReport): void {
    this.isScanned = true
    this.#lastScanAt = Math.floor(this.#parts.world.clock.now())
    this.#onScanning(false)
    if (changed > 0) this.#tellChanged([...this.#hinted])
    if (this.#rules.isChanged()) this.#parts.reopen()
    void this.#sweepTrash()
  }

  #tellChanged(places: readonly Place[]): void {
    const told = places.length > MOST_PLACES ? [ROOT] : places
    this.#parts.tell({ type: 'changed', folder: this.#config.id, places: [...told] })
  }

  /** Of those that were made here; to find those that came from elsewhere takes reading every row. */
  #countConflicts(): number {
    const { index } = this.local.files
    const isLive = (path: Path) => !['deleted', undefined].includes(index.row(path)?.state.kind)
    return index.conflicts().filter(({ path }) => isLive(path)).length
  }

  async #sweepTrash(): Promise<void> {
    const { clock, log } = this.#parts.world
    const { trash } = this.#config
    const isDue = clock.now() - this.#sweptAt >= (trash.versions === 'all' ? SWEEP_EVERY_MS : THIN_EVERY_MS)
    if (!isDue || this.#isSweeping || (trash.versions === 'all' && trash.keepMs === 'for-ever')) return
    this.#sweptAt = clock.now()
    this.#isSweeping = true
    try {
      const { revisions } = this.local.folder
      await tidyHistory(trash, { revisions, catalogue: this.past.catalogue, now: clock.now() })
    } catch (error) {
      log('warn', 'the trash was not swept', { folder: this.#config.id, error: String(error) })
    } finally {
      this.#isSweeping = false
    }
  }

  // --- remotes -------------------------------------------------------------------------------------------------------------

  #endsOf(folder: FolderConfig): readonly RemoteEnd[] {
    const { world, watch, login, mesh } = this.#parts
    const { local } = this
    const configured = folder.remotes.map(config =>
      configuredEnd({ folder, config, local, world, watch, login: () => login(folder, config) }),
    )
    const devices = mesh?.end(folder, local)
    return devices === undefined ? configured : [...configured, devices]
  }

  #addRemote(end: RemoteEnd): void {
    const { world, pacing, onCondition } = this.#parts
    const { local, hub } = this
    const tell = (news: News) => this.#tellOf(end, news)
    const allowance = this.#allowanceOf(end.id)
    const loop = new RemoteLoop({
      folder: this.#config.id,
      ...{ end, local, hub, world, pacing, allowance, room: this.#room, tell, onCondition },
    })
    this.#remotes.push(loop)
    loop.start()
  }

  /** What a remote did here was not done by somebody on this device. */
  #tellOf({ id, label, authorOf }: RemoteEnd, news: News): void {
    if (news.type === 'outcome' && news.as === 'done' && news.on === 'here') {
      const path = news.path as Path
      this.past.claim(path, { kind: 'remote', remote: id, label: authorOf?.(path) ?? label })
    }
    this.#parts.tell(news)
  }

  #allowanceOf(id: string): Allowance {
    const config = this.#config
    return this.#parts.pacing.allowanceOf(
      config,
      config.remotes.find(remote => remote.id === id),
    )
  }

  async #update(config: FolderConfig): Promise<void> {
    this.#config = config
    const ends = this.#endsOf(config)
    const wanted = new Map(ends.map(end => [end.id, end]))
    for (const remote of this.#remotes) {
      const now = wanted.get(remote.id)
      if (now !== undefined && JSON.stringify(now.settings) === JSON.stringify(remote.settings)) {
        remote.allow(this.#allowanceOf(remote.id))
        continue
      }
      await remote.stop()
      this.#remotes = this.#remotes.filter(other => other !== remote)
    }
    for (const end of ends) if (this.remote(end.id) === undefined) this.#addRemote(end)
    this.#parts.onCondition()
  }
}

/** A folder that was never open is made, where it is to be in a directory that is there. */
function makeIfNew({ id, path }: FolderConfig, known: KnownFolders): void {
  if (known.marker(id, path) !== undefined || isDirectory(path) || !isDirectory(dirname(path))) return
  mkdirSync(path)
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function placeOf(root: string): string {
  const stat = statSync(root, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? 'gone' : `${stat.dev} ${stat.ino}`
}

function covers(place: Place, wanted: Place): boolean {
  return place === ROOT || (wanted !== ROOT && isWithin(wanted, place))
}
