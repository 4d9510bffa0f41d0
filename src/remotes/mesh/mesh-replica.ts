// All devices of a folder's mesh as one remote: what they all go to is what it shows. To put something there is to announce it.

import { setMaxListeners } from 'node:events'
import { contentIdOf } from '../../index/content-id.ts'
import type { FolderIndex, Row } from '../../index/folder-index.ts'
import type { Announcement, Global, MeshRecords } from '../../index/mesh.ts'
import { type ContentId, isOneBlock } from '../../model/content.ts'
import type { Entry, Expect, Stamp } from '../../model/entry.ts'
import { asSyncError, SyncError } from '../../model/errors.ts'
import { POSIX_NAMES } from '../../model/names.ts'
import { nameOf, type Path, type Place } from '../../model/path.ts'
import type { DeviceId } from '../../model/version.ts'
import type { Tree } from '../../platform/tree.ts'
import type { Clock } from '../../platform/world.ts'
import type {
  Bytes,
  Capabilities,
  Commit,
  Committed,
  Leaving,
  Observation,
  Replica,
  Resume,
  Seen,
  Source,
  Staged,
  Tried,
} from '../../replica/replica.ts'
import { announceChange, knownBlocks } from './announce-change.ts'
import { blockAt, entryOf, hashesOfBlocks, stampOfVersion } from './announcements.ts'
import { type FetchParts, fetchBlock, fetchFile, hashesOf } from './fetch.ts'
import { remoteIdOf } from './remote-id.ts'
import type { Role } from './role.ts'
import { leavePlace } from './unwanted.ts'
import { type MeshView, viewOf, withoutMode } from './view.ts'

export interface MeshReplicaParts {
  readonly folder: string
  readonly role: Role
  readonly index: FolderIndex
  readonly mesh: MeshRecords
  readonly tree: Tree
  readonly clock: Clock
  /** Who signs our versions. */
  readonly device: DeviceId
  readonly fetch: FetchParts
  /** The folder here: where a file is brought that has to make room for a directory. */
  readonly home?: Replica
  /** Something of ours was announced: connected devices are told. */
  readonly onAnnounced: () => void
  readonly watch: (onHint: (below: Place) => void) => Disposable
  /** Those of what is to go from here that other devices have. */
  readonly heldElsewhere: (leaving: readonly Leaving[], signal: AbortSignal) => Promise<ReadonlySet<Path>>
}

const CAPABILITIES: Capabilities = {
  directoryStamps: 'none',
  ids: false,
  guard: 'atomic',
  // A rename is announced as a new file and a deletion, both at once: so those who have the bytes rename it too.
  moves: 'files',
  removesTrees: false,
  sums: [],
  setsMtime: 'always',
  mtimePrecisionNs: 1n,
  modes: true,
  symlinks: true,
  emptyDirectories: true,
  // Peers ask for everything by its name in NFC.
  names: { ...POSIX_NAMES, normalizes: true },
  smallFileBytes: 0,
  parallel: 8,
  isAnnouncedTo: true,
}

/** Listing so many takes some ten milliseconds. */
const LISTED_TOGETHER = 4096
/** It takes some hundred milliseconds at most. */
const ANNOUNCED_TOGETHER = 512
const SMALL_WINDOW_BYTES = 8 * 1024 * 1024

export class MeshReplica implements Replica {
  readonly id: string
  readonly label = 'the other devices'
  readonly can: Capabilities
  readonly #parts: MeshReplicaParts
  readonly #view: MeshView
  /** What was to be removed to make room for something of another kind: announced with that, and not before. */
  readonly #cleared = new Map<Path, Stamp>()

  constructor(parts: MeshReplicaParts) {
    this.#parts = parts
    this.#view = viewOf(parts.role, parts.mesh)
    const { type, permissions } = parts.role
    // What is kept back is no rename for anybody else.
    this.can = { ...CAPABILITIES, modes: permissions === 'synced', moves: type === 'receive-only' ? 'none' : 'files' }
    this.id = remoteIdOf(parts.folder)
  }

  async *observe(seen: Seen, signal: AbortSignal): AsyncGenerator<Observation> {
    const places: Place[] = ['']
    let listed = 0
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      signal.throwIfAborted()
      const children = new Map<string, Entry>()
      for (const [path, entry] of this.#view.list(place)) {
        children.set(nameOf(path), entry)
        if (entry.kind === 'directory' && !seen.skips(path)) places.push(path)
      }
      yield { as: 'listing', place, stamp: undefined, children }
      listed += 1 + children.size
      if (listed < LISTED_TOGETHER) continue
      // A large mesh must not keep everything else waiting; but whatever is heard in between may show one half of a rename without the other.
      await new Promise(setImmediate)
      listed = 0
    }
  }

  async look(path: Path): Promise<Entry | undefined> {
    return this.#view.look(path)
  }

  read(path: Path, expect: Stamp, from: number, signal: AbortSignal, chunks?: 'lent'): Bytes {
    const global = this.#parts.mesh.global(path)
    const bytes = this.#bytes(global, path, expect, from, signal, chunks)
    // Blocks of another size than ours prove the bytes, but tell nobody here what they are.
    const blocks = global?.announcement.blocks
    const isUsual = blocks !== undefined && blocks.content === blocks.key
    const proven = isUsual ? hashesOfBlocks(blocks, this.#parts.index) : undefined
    return proven === undefined ? bytes : Object.assign(bytes, { proven })
  }

  async *#bytes(
    global: Global | undefined,
    path: Path,
    expect: Stamp,
    from: number,
    signal: AbortSignal,
    chunks: 'lent' | undefined,
  ): AsyncGenerator<Uint8Array> {
    yield* fetchFile(asExpected(global, path, expect), from, this.#parts.fetch, signal, chunks)
  }

  /** Many files of one block, asked for all at once. */
  async readMany(
    wanted: readonly { readonly path: Path; readonly expect: Stamp; readonly size: number }[],
    signal: AbortSignal,
  ): Promise<readonly Tried<Uint8Array>[]> {
    const results: Tried<Uint8Array>[] = new Array(wanted.length)
    // One listener for each block under way.
    setMaxListeners(0, signal)
    let next = 0
    const lane = async () => {
      for (let i = next++; i < wanted.length; i = next++) {
        const { path, expect } = wanted[i] as (typeof wanted)[number]
        results[i] = await this.#readWhole(path, expect, signal).catch((error: unknown) => {
          signal.throwIfAborted()
          return asSyncError(error, path)
        })
      }
    }
    const lanes = Math.max(
      1,
      Math.min(wanted.length, Math.floor(SMALL_WINDOW_BYTES / Math.max(1, wanted[0]?.size ?? 1)), 512),
    )
    await Promise.all(Array.from({ length: lanes }, lane))
    return results
  }

  /** Nothing is moved: those who want the bytes ask for them. */
  async stage(source: Source): Promise<Staged> {
    return { id: source.path, size: source.size, ...(source.content === undefined ? {} : { content: source.content }) }
  }

  async discard(): Promise<void> {}

  async commit(change: Commit, signal: AbortSignal): Promise<Committed> {
    if (change.do === 'move' && !this.#isRename(change)) return this.#bringAside(change, signal)
    const [committed] = await this.commitMany([change], signal)
    if (committed === undefined || committed instanceof SyncError) throw committed
    return committed
  }

  /** What is announced together is one transaction, and one message to each device. */
  async commitMany(changes: readonly Commit[], signal: AbortSignal): Promise<readonly Tried<Committed>[]> {
    const committed: Tried<Committed>[] = []
    for (let at = 0; at < changes.length; at += ANNOUNCED_TOGETHER) {
      // Nothing is waited for here: much that is announced must not keep everything else waiting.
      await new Promise(setImmediate)
      committed.push(...(await this.#commitTogether(changes.slice(at, at + ANNOUNCED_TOGETHER), signal)))
    }
    return committed
  }

  async #commitTogether(changes: readonly Commit[], signal: AbortSignal): Promise<readonly Tried<Committed>[]> {
    const puts = changes.flatMap(change => (change.do === 'put' || change.do === 'move' ? [pathOf(change)] : []))
    const blocks = await this.#readBlocks(puts, signal)
    return this.#parts.index.transaction(() => {
      const made = changes.map(change => {
        const read = blocks.get(pathOf(change))
        return read instanceof SyncError ? read : this.#made(change, read)
      })
      this.#parts.mesh.announce(made.flatMap(one => ('announcements' in one ? one.announcements : [])))
      this.#parts.onAnnounced()
      return made.map(
        (one): Tried<Committed> =>
          'announcements' in one ? { as: 'done', entry: this.#shownOf(one.announcements[0]) } : one,
      )
    })
  }

  /**
   * What was announced, as it is shown. Where another version won the path over it, which was made without knowing of it, ours is not that
   * one: to agree on it would be to call our bytes by its name.
   */
  #shownOf(announcement: Announcement): Entry | undefined {
    const { role, mesh } = this.#parts
    const picked = mesh.picked(announcement.path)
    const isShown = picked === undefined || stampOfVersion(picked.version) === stampOfVersion(announcement.version)
    if (role.type !== 'send-receive' || isShown) return this.#view.look(announcement.path)
    const entry = entryOf(announcement)
    return role.permissions === 'ignored' ? withoutMode(entry) : entry
  }

  keeps(leaving: readonly Leaving[], signal: AbortSignal): Promise<ReadonlySet<Path>> {
    return this.#parts.heldElsewhere(leaving, signal)
  }

  leave(place: Path): void {
    if (leavePlace(place, this.#parts.mesh)) this.#parts.onAnnounced()
  }

  /** Announcements are as durable as the index: what is lost of them is announced again. */
  async flush(): Promise<void> {}

  watch(onHint: (below: Place) => void): Disposable {
    return this.#parts.watch(onHint)
  }

  async close(): Promise<void> {}

  /** In a mesh nothing is moved by announcing: what has to make room for a directory is brought here, and announced as anything new. */
  async #bringAside({ from, to, kind, expect }: Move, signal: AbortSignal): Promise<Committed> {
    const { home } = this.#parts
    const found = this.#view.look(from)
    if (found === undefined || found.kind === 'blocked' || found.stamp !== expect) return { as: 'stale', found }
    // A link holds nothing that would be lost.
    if (kind === 'symlink') {
      this.#cleared.set(from, expect)
      return { as: 'done', entry: found }
    }
    if (home === undefined || found.kind !== 'file')
      throw new SyncError('unsupported', 'In a mesh nothing is moved by announcing.', { path: from })
    const { size, mtimeNs, mode } = found
    const dress = { mtimeNs, ...(mode === undefined ? {} : { mode }) }
    const open = (at: number) => this.read(from, expect, at, signal)
    const staged = await home.stage({ path: to, size, ...dress, open, sum: async () => undefined }, NO_RESUME, signal)
    await home.flush(signal)
    const committed = await home.commit({ do: 'put', path: to, staged, expect: 'absent', ...dress }, signal)
    if (committed.as === 'stale') await home.discard(staged, signal)
    else this.#cleared.set(from, expect)
    return committed
  }

  /** What is to be announced of the change, or why nothing is. */
  #made(change: Commit, read: ReadBlocks | undefined): Made | Tried<Committed> {
    if (change.do === 'move') return this.#renamed(change, read)
    const { path } = change
    const { index } = this.#parts
    const found = this.#view.look(path)
    const cleared = found !== undefined && 'stamp' in found && this.#cleared.get(path) === found.stamp
    this.#cleared.delete(path)
    const isAsMeant =
      'expect' in change ? isExpected(found, change.expect) : (found?.kind ?? 'directory') === 'directory'
    if (!isAsMeant && !(cleared && change.do !== 'remove' && (!('expect' in change) || change.expect === 'absent')))
      return { as: 'stale', found }
    const row = index.row(path)
    if (change.do === 'remove' && row !== undefined && 'mark' in row.state && row.state.kind !== change.kind) {
      this.#cleared.set(path, change.expect)
      return { as: 'done', entry: undefined }
    }
    if (row === undefined || !isWhatWasMeant(row, change)) return { as: 'stale', found }
    const isOverFile = change.do === 'make-directory' && found !== undefined && found.kind !== 'directory'
    const gone = change.do === 'remove' ? { goneKind: change.kind } : {}
    return { announcements: [announceChange(row, { isOverFile, ...gone, ...onlyOf(row, read) }, this.#parts)] }
  }

  /** What is gone here has another name here: no device is to make room for anything. */
  #isRename({ from, kind }: Move): boolean {
    return kind === 'file' && this.#parts.index.row(from)?.state.kind === 'deleted'
  }

  /** The new name comes first: who hears of the old one's going alone would fetch it all again. */
  #renamed({ from, to, expect }: Move, read: ReadBlocks | undefined): Made | Tried<Committed> {
    const { index } = this.#parts
    const [before, after] = [this.#view.look(from), this.#view.look(to)]
    if (before === undefined || !isExpected(before, expect)) return { as: 'stale', found: before }
    if (after !== undefined) return { as: 'stale', found: after }
    const [old, row] = [index.row(from), index.row(to)]
    const isStill = old?.state.kind === 'deleted' && row?.state.kind === 'file' && before.kind === 'file'
    if (!isStill || row.state.content !== before.content) return { as: 'stale', found: before }
    const arrival = announceChange(row, { isOverFile: false, ...onlyOf(row, read) }, this.#parts)
    return {
      announcements: [arrival, announceChange(old, { isOverFile: false, goneKind: 'file' }, this.#parts)],
    }
  }

  /** Reads files that were never announced as they are for the hashes of their blocks. */
  async #readBlocks(paths: readonly Path[], signal: AbortSignal): Promise<ReadonlyMap<Path, ReadBlocks | SyncError>> {
    const { index, tree } = this.#parts
    const unknown = [...index.rowsAt(paths).values()].filter(row => !this.#hasBlocks(row))
    const read = new Map<Path, ReadBlocks | SyncError>()
    if (unknown.length === 0) return read
    const hashed = await tree.hash(
      unknown.map(({ path }) => path),
      signal,
    )
    for (const [i, { path, state }] of unknown.entries()) {
      const found = hashed[i]
      if (found === undefined || found instanceof Error) read.set(path, asSyncError(found, path))
      else if (state.kind !== 'file' || contentIdOf(found.blocks) !== state.content) read.set(path, changed(path))
      else if (isOneBlock(state)) read.set(path, { content: state.content, only: found.blocks })
      else index.recordBlocks(state.content, found.blocks)
    }
    return read
  }

  #hasBlocks({ path, state }: Row): boolean {
    if (state.kind !== 'file') return true
    if (!isOneBlock(state)) return this.#parts.index.blocks(state.content) !== undefined
    return knownBlocks(path, state.content, this.#parts.mesh)?.only !== undefined
  }

  async #readWhole(path: Path, expect: Stamp, signal: AbortSignal): Promise<Uint8Array> {
    const global = this.#announcedAs(path, expect)
    const { fetch, index } = this.#parts
    const { size, blockSize } = global.announcement
    if (size <= blockSize) {
      const hashes = hashesOf(global.announcement, index)
      return fetchBlock(blockAt(hashes, 0, size, blockSize), global, fetch, signal)
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of fetchFile(global, 0, fetch, signal)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  #announcedAs(path: Path, expect: Stamp): Global {
    return asExpected(this.#parts.mesh.global(path), path, expect)
  }
}

function asExpected(global: Global | undefined, path: Path, expect: Stamp): Global {
  if (global === undefined || stampOfVersion(global.announcement.version) !== expect)
    throw new SyncError('changed', `'${path}' was announced anew; it is looked at again.`, { path })
  return global
}

type Move = Extract<Commit, { do: 'move' }>

/** The first is of what there is after the change. */
interface Made {
  readonly announcements: readonly [Announcement, ...Announcement[]]
}

/** Of a file of one block: what that is, and of which content. */
interface ReadBlocks {
  readonly content: ContentId
  readonly only: Uint8Array
}

/** What was read, unless the file was recorded as another one meanwhile. */
function onlyOf({ state }: Row, read: ReadBlocks | undefined): { readonly only?: Uint8Array } {
  return state.kind === 'file' && state.content === read?.content ? { only: read.only } : {}
}

const NO_RESUME: Resume = { token: undefined, save: () => undefined }

function pathOf(change: Commit): Path {
  return change.do === 'move' ? change.to : change.path
}

function changed(path: Path): SyncError {
  return new SyncError('changed', `'${path}' changed since it was last looked at; it is looked at again.`, { path })
}

function isExpected(found: Entry | undefined, expect: Expect): boolean {
  if (found?.kind === 'blocked') return false
  return expect === 'absent' ? found === undefined : found?.stamp === expect
}

function isWhatWasMeant({ state }: Row, change: Exclude<Commit, { do: 'move' }>): boolean {
  switch (change.do) {
    case 'put':
      return state.kind === 'file' && (change.staged.content === undefined || state.content === change.staged.content)
    case 'make-directory':
      return state.kind === 'directory'
    case 'make-symlink':
      return state.kind === 'symlink' && state.target === change.target
    case 'remove':
      return state.kind === 'deleted'
    case 'set-metadata':
      return state.kind === 'file' || state.kind === 'directory'
  }
}
