// A remote over a server that is only memory, with the manners of a good server or of a poor one: for tests and simulation.
import { createHash } from 'node:crypto'
import type { Checksum, ChecksumKind } from '../../model/content.ts'
import type { Entry, EntryId, Expect, Stamp } from '../../model/entry.ts'
import { SyncError } from '../../model/errors.ts'
import { type NameRules, POSIX_NAMES } from '../../model/names.ts'
import { isWithin, nameOf, type Path, type Place, parentOf } from '../../model/path.ts'
import type {
  Capabilities,
  Commit,
  Committed,
  Observation,
  Replica,
  Resume,
  Seen,
  Source,
  Staged,
} from '../../replica/replica.ts'
import type { MemoryServer } from './memory-server.ts'

export interface MemoryTraits {
  readonly ids: boolean
  readonly recursiveStamps: boolean
  readonly sums: readonly ChecksumKind[]
  readonly setsMtime: Capabilities['setsMtime']
  readonly symlinks: boolean
  readonly modes: boolean
  readonly removesTrees: boolean
  readonly names: NameRules
}

export const GOOD_SERVER: MemoryTraits = {
  ids: true,
  recursiveStamps: true,
  sums: ['SHA1'],
  setsMtime: 'always',
  symlinks: false,
  modes: false,
  removesTrees: true,
  names: POSIX_NAMES,
}

export const PLAIN_SERVER: MemoryTraits = {
  ...GOOD_SERVER,
  ids: false,
  recursiveStamps: false,
  sums: [],
  setsMtime: 'never',
  removesTrees: false,
}

export interface MemoryRemoteOptions {
  readonly traits?: MemoryTraits
  /** Called before and after every act of the server: where a simulation reorders, loses and interrupts. */
  readonly hop?: (what: string, path: Path | '') => Promise<void>
}

/** A replica over a `MemoryServer`. */
export class MemoryRemote implements Replica {
  readonly id = 'memory'
  readonly label = 'memory'
  readonly can: Capabilities
  readonly #server: MemoryServer
  readonly #traits: MemoryTraits
  readonly #hop: (what: string, path: Path | '') => Promise<void>
  readonly #staged = new Map<string, Uint8Array>()
  #stagings = 0

  constructor(server: MemoryServer, options: MemoryRemoteOptions = {}) {
    this.#server = server
    this.#traits = options.traits ?? GOOD_SERVER
    this.#hop = options.hop ?? (() => Promise.resolve())
    this.can = capabilitiesOf(this.#traits)
  }

  async *observe(seen: Seen, signal: AbortSignal): AsyncGenerator<Observation> {
    const places: Place[] = ['']
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      signal.throwIfAborted()
      const fault = await this.#faultOf(place)
      if (fault !== undefined) {
        yield { as: 'unreadable', place, error: fault }
        continue
      }
      const node = place === '' ? undefined : this.#server.nodes.get(place)
      if (place !== '' && node?.kind !== 'directory') {
        yield {
          as: 'unreadable',
          place,
          error: new SyncError('missing', `'${place}' vanished while it was listed.`, { path: place }),
        }
        continue
      }
      const stamp = (node?.stamp ?? this.#server.rootStamp) as Stamp
      if (this.#traits.recursiveStamps && seen.directory(place) === stamp) {
        yield { as: 'unchanged', place }
        continue
      }
      const children = new Map<string, Entry>()
      for (const path of this.#server.children(place)) {
        const entry = this.#entryAt(path)
        if (entry === undefined) continue
        children.set(nameOf(path), entry)
        if (entry.kind === 'directory' && !seen.skips(path)) places.push(path)
      }
      yield { as: 'listing', place, stamp: this.#traits.recursiveStamps ? stamp : undefined, children }
      await this.#hop('listed', place)
    }
  }

  /** A directory that cannot be listed is told of; without the root, or without the server, there is nothing to tell. */
  async #faultOf(place: Place): Promise<SyncError | undefined> {
    try {
      await this.#hop('list', place)
      return undefined
    } catch (error) {
      if (!(error instanceof SyncError) || error.scope !== 'entry' || place === '') throw error
      return error
    }
  }

  async look(path: Path, _signal: AbortSignal): Promise<Entry | undefined> {
    await this.#hop('look', path)
    return this.#entryAt(path)
  }

  async *read(path: Path, expect: Stamp, from: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    await this.#hop('read', path)
    const node = this.#server.nodes.get(path)
    if (node?.kind !== 'file' || node.stamp !== expect) throw changed(path)
    for (let at = from; at < node.bytes.length; at += 65536) {
      signal.throwIfAborted()
      await this.#hop('reading', path)
      yield node.bytes.subarray(at, at + 65536)
    }
  }

  async stage(source: Source, _resume: Resume, signal: AbortSignal): Promise<Staged> {
    await this.#hop('stage', source.path)
    const chunks: Uint8Array[] = []
    for await (const chunk of source.open(0)) {
      signal.throwIfAborted()
      chunks.push(chunk)
      await this.#hop('staging', source.path)
    }
    const bytes = new Uint8Array(Buffer.concat(chunks))
    if (bytes.length !== source.size)
      throw new SyncError('corrupt', `'${source.path}' has ${bytes.length} bytes instead of ${source.size}.`, {
        path: source.path,
      })
    this.#stagings += 1
    const id = String(this.#stagings)
    this.#staged.set(id, bytes)
    return { id, size: bytes.length }
  }

  async discard(staged: Staged): Promise<void> {
    this.#staged.delete(staged.id)
  }

  async commit(change: Commit, _signal: AbortSignal): Promise<Committed> {
    const path = change.do === 'move' ? change.from : change.path
    await this.#hop('commit', path)
    const committed = this.#commitNow(change)
    await this.#hop('committed', path)
    return committed
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}

  #commitNow(change: Commit): Committed {
    switch (change.do) {
      case 'put': {
        const bytes = this.#staged.get(change.staged.id)
        if (bytes === undefined)
          throw new SyncError('missing', `The staged bytes of '${change.path}' are gone.`, { path: change.path })
        if (this.#isDirectory(change.path) || !this.#isAs(change.path, change.expect)) return this.#stale(change.path)
        this.#needParent(change.path)
        this.#server.put(
          change.path,
          bytes,
          this.#traits.setsMtime === 'never' ? undefined : change.mtimeNs,
          change.mode,
        )
        this.#staged.delete(change.staged.id)
        return this.#done(change.path)
      }
      case 'make-directory': {
        const there = this.#server.nodes.get(change.path)
        if (there !== undefined && there.kind !== 'directory') return this.#stale(change.path)
        this.#needParent(change.path)
        this.#server.makeDirectory(change.path, change.mode)
        return this.#done(change.path)
      }
      case 'make-symlink':
        if (this.#isDirectory(change.path) || !this.#isAs(change.path, change.expect)) return this.#stale(change.path)
        this.#needParent(change.path)
        this.#server.makeSymlink(change.path, change.target)
        return this.#done(change.path)
      case 'move':
        if (!this.#isAs(change.from, change.expect) || this.#server.nodes.has(change.to))
          return this.#stale(change.from)
        if (isWithin(change.to, change.from)) return this.#stale(change.from)
        this.#needParent(change.to)
        this.#server.move(change.from, change.to)
        return this.#done(change.to)
      case 'remove':
        return this.#remove(change)
      case 'set-metadata':
        if (!this.#isAs(change.path, change.expect)) return this.#stale(change.path)
        this.#server.setMetadata(change.path, change.mtimeNs, change.mode)
        return this.#done(change.path)
    }
  }

  #remove({ path, expect, tree }: Extract<Commit, { do: 'remove' }>): Committed {
    const node = this.#server.nodes.get(path)
    if (node === undefined) return { as: 'done', entry: undefined }
    const isOpen = node.kind === 'directory' && tree === undefined
    if (isOpen ? this.#server.children(path).length > 0 : node.stamp !== expect) return this.#stale(path)
    this.#server.remove(path)
    return { as: 'done', entry: undefined }
  }

  /** A directory counts as the one that was expected whatever is in it. */
  #isAs(path: Path, expect: Expect): boolean {
    const node = this.#server.nodes.get(path)
    if (expect === 'absent' || node === undefined) return expect === 'absent' && node === undefined
    return node.kind === 'directory' || node.stamp === expect
  }

  #isDirectory(path: Path): boolean {
    return this.#server.nodes.get(path)?.kind === 'directory'
  }

  #needParent(path: Path): void {
    const place = parentOf(path)
    if (place !== '' && this.#server.nodes.get(place)?.kind !== 'directory') {
      throw new SyncError('missing', `The directory of '${path}' is not there.`, { path })
    }
  }

  #stale(path: Path): Committed {
    return { as: 'stale', found: this.#entryAt(path) }
  }

  #done(path: Path): Committed {
    return { as: 'done', entry: this.#entryAt(path) }
  }

  #entryAt(path: Path): Entry | undefined {
    const node = this.#server.nodes.get(path)
    if (node === undefined) return undefined
    const { ids, modes, sums } = this.#traits
    const stamp = node.stamp as Stamp
    const id = ids ? { id: String(node.id) as EntryId } : {}
    const mode = modes ? { mode: node.mode } : {}
    if (node.kind === 'directory') return { kind: 'directory', stamp, ...id, ...mode }
    if (node.kind === 'symlink') return { kind: 'symlink', stamp, target: node.target, ...id }
    const known = sums.length === 0 ? {} : { sums: sums.map(kind => sumOf(kind, node.bytes)) }
    return { kind: 'file', stamp, size: node.bytes.length, mtimeNs: node.mtimeNs, ...id, ...mode, ...known }
  }
}

function capabilitiesOf(traits: MemoryTraits): Capabilities {
  return {
    directoryStamps: traits.recursiveStamps ? 'recursive' : 'none',
    ids: traits.ids,
    guard: 'atomic',
    moves: 'trees',
    removesTrees: traits.removesTrees,
    sums: traits.sums,
    setsMtime: traits.setsMtime,
    mtimePrecisionNs: 1n,
    modes: traits.modes,
    symlinks: traits.symlinks,
    emptyDirectories: true,
    names: traits.names,
    smallFileBytes: 0,
    parallel: 3,
  }
}

function sumOf(kind: ChecksumKind, bytes: Uint8Array): Checksum {
  const algorithm = { SHA1: 'sha1', MD5: 'md5', SHA256: 'sha256', 'SHA3-256': 'sha3-256', ADLER32: 'md5' }[kind]
  return `${kind}:${createHash(algorithm).update(bytes).digest('hex')}` as Checksum
}

function changed(path: Path): SyncError {
  return new SyncError('changed', `'${path}' changed on the other side since it was last looked at.`, { path })
}
