// A disk that is only memory: inodes, names, a page cache that a power cut loses. Every access is a point where the simulation may interfere.
import { createHash } from 'node:crypto'
import { blocksOf } from '../../src/index/content-id.ts'
import type { ChecksumKind } from '../../src/model/content.ts'
import { isReserved } from '../../src/model/path.ts'
import { readRoll } from '../../src/platform/roll.ts'
import type { Roll } from '../../src/platform/tree.ts'
import {
  type CensusTaking,
  type Copied,
  codeOf,
  type FileCopy,
  type FileMove,
  type Hashed,
  type Listed,
  type Receiving,
  type SmallFile,
  type SmallRead,
  type Stat,
  type Tree,
  type WriteOptions,
  type Writing,
  type Written,
} from '../../src/platform/tree.ts'
import { takeSimCensus } from './sim-census.ts'

type Kind = 'file' | 'directory' | 'symlink'

interface Inode {
  readonly number: bigint
  readonly kind: Kind
  bytes: Uint8Array
  /** Whether the bytes would survive a power cut. */
  isSafe: boolean
  target: string
  mode: number
  mtimeNs: bigint
  ctimeNs: bigint
  readonly names: Map<string, Inode>
}

export type Hop = (what: string, path: string) => Promise<void>

/** The hardware: outlives the processes that use it. */
export class SimDisk {
  #root: Inode
  #safe: Inode
  #next = 2n
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
    this.#root = this.#make('directory')
    this.#safe = clone(this.#root)
  }

  /** A view of the disk for one process; `hop` comes before every access. */
  open(hop: Hop): Tree {
    return new SimTree(this, hop)
  }

  /** Everything as it is now survives a power cut. */
  flush(): void {
    markSafe(this.#root)
    this.#safe = clone(this.#root)
  }

  /** What was not flushed is gone; or, worse, only the bytes are, and the names are there. */
  cutPower(lose: 'everything' | 'bytes'): void {
    if (lose === 'everything') this.#root = clone(this.#safe)
    else loseBytes(this.#root)
    this.flush()
  }

  get root(): Inode {
    return this.#root
  }

  /** The clock of a disk ticks every few milliseconds: two writes in one tick show the same time. */
  timeNs(): bigint {
    return BigInt(Math.floor(this.#now() / TICK_MS) * TICK_MS) * 1_000_000n
  }

  #make(kind: Kind): Inode {
    const time = this.timeNs()
    return {
      number: this.#next++,
      kind,
      bytes: NOTHING,
      isSafe: true,
      target: '',
      mode: kind === 'directory' ? 0o755 : 0o600,
      mtimeNs: time,
      ctimeNs: time,
      names: new Map(),
    }
  }

  make(kind: Kind): Inode {
    return this.#make(kind)
  }
}

const TICK_MS = 8
const NOTHING = new Uint8Array()

function clone(inode: Inode): Inode {
  return { ...inode, names: new Map([...inode.names].map(([name, child]) => [name, clone(child)])) }
}

function markSafe(inode: Inode): void {
  inode.isSafe = true
  for (const child of inode.names.values()) markSafe(child)
}

function loseBytes(inode: Inode): void {
  if (inode.kind === 'file' && !inode.isSafe) inode.bytes = new Uint8Array(inode.bytes.length)
  for (const child of inode.names.values()) loseBytes(child)
}

class SimTree implements Tree {
  readonly root = '/simulated'
  readonly census: CensusTaking
  readonly #disk: SimDisk
  readonly #hop: Hop

  constructor(disk: SimDisk, hop: Hop) {
    this.#disk = disk
    this.#hop = hop
    const show = async (place: string) => {
      await hop('census', place)
      return [...this.#directory(place).names].map(([name, inode]) => [name, statOf(inode)] as const)
    }
    // Of trees of any size: they are small here.
    this.census = {
      above: -1,
      take: () => takeSimCensus({ show, timeNs: () => disk.timeNs() }),
      forgo: () => {},
      now: () => Number(disk.timeNs() / 1_000_000n),
    }
  }

  async stat(path: string): Promise<Stat | undefined> {
    await this.#hop('stat', path)
    try {
      return statOf(this.#at(path))
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as { code: string }).code) && !isBlocked(error))
        return undefined
      throw error
    }
  }

  async list(path: string): Promise<readonly Listed[]> {
    await this.#hop('list', path)
    const place = this.#directory(path)
    return [...place.names].map(([name, inode]) => ({ name, stat: statOf(inode) }))
  }

  async answersTo(rolls: readonly Roll[]): Promise<readonly boolean[]> {
    const answers: boolean[] = []
    for (const { place, text } of rolls) {
      await this.#hop('answersTo', place)
      answers.push(this.#isAsOnRoll(place, text))
    }
    return answers
  }

  async readLink(path: string): Promise<string> {
    await this.#hop('readLink', path)
    const inode = this.#at(path)
    if (inode.kind !== 'symlink') throw fault('EINVAL', path)
    return inode.target
  }

  async readSmall(path: string, limit: number): Promise<{ bytes: Uint8Array; stat: Stat }> {
    await this.#hop('readSmall', path)
    const inode = this.#file(path)
    if (inode.bytes.length > limit) throw fault('EFBIG', path)
    return { bytes: inode.bytes.slice(), stat: statOf(inode) }
  }

  async readSmallMany(
    files: readonly SmallRead[],
  ): Promise<readonly ({ readonly bytes: Uint8Array; readonly stat: Stat } | Error)[]> {
    const results: ({ readonly bytes: Uint8Array; readonly stat: Stat } | Error)[] = []
    for (const { path, limit } of files) results.push(await this.readSmall(path, limit).catch((error: Error) => error))
    return results
  }

  async *read(path: string, from: number, check: (stat: Stat) => void): AsyncGenerator<Uint8Array> {
    await this.#hop('read', path)
    const inode = this.#file(path)
    check(statOf(inode))
    // Tiny files come in tinier pieces, so that they can change half-way.
    const piece = inode.bytes.length < 1024 ? 4 : 65536
    for (let at = from; at < inode.bytes.length; at += piece) {
      yield inode.bytes.slice(at, at + piece)
      await this.#hop('reading', path)
    }
    check(statOf(inode))
  }

  async hash(paths: readonly string[], signal: AbortSignal): Promise<readonly (Hashed | Error)[]> {
    const results: (Hashed | Error)[] = []
    for (const path of paths) {
      signal.throwIfAborted()
      await this.#hop('hash', path)
      results.push(await this.#hashOne(path).catch((error: Error) => error))
    }
    signal.throwIfAborted()
    return results
  }

  async #hashOne(path: string): Promise<Hashed> {
    const inode = this.#file(path)
    const before = statOf(inode)
    const { bytes } = inode
    return { size: bytes.length, blocks: blocksOf(bytes), before, after: statOf(inode) }
  }

  async checksum(
    path: string,
    kind: ChecksumKind,
    signal: AbortSignal,
  ): Promise<{ value: string; before: Stat; after: Stat }> {
    signal.throwIfAborted()
    await this.#hop('checksum', path)
    const inode = this.#file(path)
    const state = statOf(inode)
    return { value: checksumOf(kind, inode.bytes), before: state, after: state }
  }

  async makeDirectory(path: string, mode = 0o755): Promise<void> {
    await this.#hop('makeDirectory', path)
    const inode = this.#disk.make('directory')
    inode.mode = mode & 0o777
    this.#add(path, inode)
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#hop('removeDirectory', path)
    const inode = this.#directory(path)
    if (inode.names.size > 0) throw fault('ENOTEMPTY', path)
    this.#drop(path)
  }

  async removeFile(path: string): Promise<void> {
    await this.#hop('removeFile', path)
    if (this.#at(path).kind === 'directory') throw fault('EISDIR', path)
    this.#drop(path)
  }

  async rename(from: string, to: string, existing: 'replace' | 'keep'): Promise<void> {
    await this.#hop('rename', `${from} -> ${to}`)
    const inode = this.#at(from)
    const [place, name] = this.#slot(to)
    const there = place.names.get(name)
    if (there === inode) return
    if (there !== undefined && existing === 'keep') throw fault('EEXIST', to)
    if (there?.kind === 'directory') {
      if (inode.kind !== 'directory') throw fault('EISDIR', to)
      if (there.names.size > 0) throw fault('ENOTEMPTY', to)
    } else if (there !== undefined && inode.kind === 'directory') throw fault('ENOTDIR', to)
    if (to.startsWith(`${from}/`)) throw fault('EINVAL', to)
    this.#drop(from)
    place.names.set(name, inode)
    inode.ctimeNs = this.#disk.timeNs()
    this.#touch(place)
  }

  async renameMany(moves: readonly FileMove[]): Promise<readonly (Stat | Error)[]> {
    const results: (Stat | Error)[] = []
    for (const { from, to } of moves) {
      try {
        await this.rename(from, to, 'keep')
        // Between the rename and the look, somebody else may be quick.
        await this.#hop('stat', to)
        results.push(statOf(this.#at(to)))
      } catch (error) {
        if (codeOf(error) === undefined) throw error
        results.push(error as Error)
      }
    }
    return results
  }

  async makeSymlink(path: string, target: string): Promise<void> {
    await this.#hop('makeSymlink', path)
    const inode = this.#disk.make('symlink')
    inode.target = target
    inode.mode = 0o777
    this.#add(path, inode)
  }

  async setMode(path: string, mode: number): Promise<void> {
    await this.#hop('setMode', path)
    const inode = this.#at(path)
    if (inode.kind === 'symlink') throw fault('ELOOP', path)
    inode.mode = mode & 0o777
    inode.ctimeNs = this.#disk.timeNs()
  }

  async setMtime(path: string, mtimeNs: bigint): Promise<void> {
    await this.#hop('setMtime', path)
    const inode = this.#at(path)
    if (inode.kind === 'symlink') throw fault('ELOOP', path)
    inode.mtimeNs = wholeMicroseconds(mtimeNs)
    inode.ctimeNs = this.#disk.timeNs()
  }

  async openWrite(path: string, from: number): Promise<Writing> {
    await this.#hop('openWrite', path)
    const inode = from === 0 ? this.#fresh(path) : this.#file(path)
    if (from > inode.bytes.length) throw fault('EINVAL', path)
    inode.bytes = inode.bytes.slice(0, from)
    this.#wrote(inode)
    return {
      write: async bytes => {
        await this.#hop('write', path)
        inode.bytes = new Uint8Array(Buffer.concat([inode.bytes, bytes]))
        this.#wrote(inode)
      },
      finish: async options => {
        await this.#hop('finish', path)
        this.#complete(inode, options)
        return statOf(inode)
      },
      abandon: async () => this.#hop('abandon', path),
    }
  }

  async receive(path: string): Promise<Receiving> {
    const writing = await this.openWrite(path, 0)
    return {
      write: bytes => writing.write(bytes),
      finish: async options => ({ ...(await writing.finish(options)), blocks: blocksOf(this.#file(path).bytes) }),
      abandon: () => writing.abandon(),
    }
  }

  async writeSmall(files: readonly SmallFile[]): Promise<readonly (Written | Error)[]> {
    const results: (Written | Error)[] = []
    for (const file of files) {
      await this.#hop('writeSmall', file.path)
      results.push(this.#writeOne(file))
    }
    return results
  }

  copySmall(source: Tree, files: readonly FileCopy[]): Promise<readonly (Copied | Error)[]> | undefined {
    return #disk in source ? this.#copySmall(source, files) : undefined
  }

  async #copySmall(source: SimTree, files: readonly FileCopy[]): Promise<readonly (Copied | Error)[]> {
    const results: (Copied | Error)[] = []
    for (const { from, to, limit, ...options } of files) {
      const read = await source.readSmall(from, limit).catch((error: Error) => error)
      if (read instanceof Error) {
        results.push(read)
        continue
      }
      await this.#hop('writeSmall', to)
      const written = this.#writeOne({ path: to, bytes: read.bytes, ...options })
      results.push(written instanceof Error ? written : { written, source: read.stat, blocks: written.blocks })
    }
    return results
  }

  #writeOne(file: SmallFile): Written | Error {
    try {
      const inode = this.#fresh(file.path)
      inode.bytes = file.bytes.slice()
      this.#wrote(inode)
      this.#complete(inode, file)
      return { ...statOf(inode), blocks: blocksOf(file.bytes) }
    } catch (error) {
      return error as Error
    }
  }

  async flush(): Promise<void> {
    await this.#hop('flush', '')
    this.#disk.flush()
  }

  async freeBytes(): Promise<number> {
    return 1e12
  }

  async close(): Promise<void> {}

  #isAsOnRoll(place: string, text: string): boolean {
    let at = 0
    try {
      for (const [name, inode] of [...this.#directory(place).names].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (place === '' && isReserved(name)) continue
        if (at >= 0) at = readRoll(text, at, name, statOf(inode))
      }
    } catch {
      return false
    }
    return at === text.length
  }

  // --- inside --------------------------------------------------------------------------------------------------------------

  #at(path: string): Inode {
    checkPath(path)
    let inode = this.#disk.root
    if (path === '') return inode
    for (const name of path.split('/')) {
      if (inode.kind !== 'directory') throw fault('ENOTDIR', path, 'blocked')
      const child = inode.names.get(name)
      if (child === undefined) throw fault('ENOENT', path)
      inode = child
    }
    return inode
  }

  #directory(path: string): Inode {
    const inode = this.#at(path)
    if (inode.kind !== 'directory') throw fault('ENOTDIR', path)
    return inode
  }

  #file(path: string): Inode {
    const inode = this.#at(path)
    if (inode.kind === 'directory') throw fault('EISDIR', path)
    if (inode.kind === 'symlink') throw fault('ELOOP', path)
    return inode
  }

  #slot(path: string): [place: Inode, name: string] {
    checkPath(path)
    const at = path.lastIndexOf('/')
    return [this.#directory(at < 0 ? '' : path.slice(0, at)), path.slice(at + 1)]
  }

  #add(path: string, inode: Inode): void {
    const [place, name] = this.#slot(path)
    if (place.names.has(name)) throw fault('EEXIST', path)
    place.names.set(name, inode)
    this.#touch(place)
  }

  #drop(path: string): void {
    const [place, name] = this.#slot(path)
    place.names.delete(name)
    this.#touch(place)
  }

  /** A new file; a leftover file or link under that name goes. */
  #fresh(path: string): Inode {
    const [place, name] = this.#slot(path)
    if (place.names.get(name)?.kind === 'directory') throw fault('EISDIR', path)
    const inode = this.#disk.make('file')
    place.names.set(name, inode)
    this.#touch(place)
    return inode
  }

  #complete(inode: Inode, { mode, mtimeNs }: WriteOptions): void {
    if (mode !== undefined) inode.mode = mode & 0o777
    if (mtimeNs !== undefined) inode.mtimeNs = wholeMicroseconds(mtimeNs)
    inode.ctimeNs = this.#disk.timeNs()
  }

  #wrote(inode: Inode): void {
    inode.isSafe = false
    inode.mtimeNs = this.#disk.timeNs()
    inode.ctimeNs = inode.mtimeNs
  }

  #touch(place: Inode): void {
    place.mtimeNs = this.#disk.timeNs()
    place.ctimeNs = place.mtimeNs
  }
}

function statOf({ number, kind, bytes, mode, mtimeNs, ctimeNs, target }: Inode): Stat {
  const size = kind === 'file' ? bytes.length : target.length
  return { kind, size, mtimeNs, ctimeNs, inode: number, device: 1n, mode }
}

function wholeMicroseconds(ns: bigint): bigint {
  const rest = ((ns % 1000n) + 1000n) % 1000n
  return ns - rest
}

function checksumOf(kind: ChecksumKind, bytes: Uint8Array): string {
  if (kind === 'ADLER32') return adler32(bytes)
  return createHash({ SHA1: 'sha1', MD5: 'md5', SHA256: 'sha256', 'SHA3-256': 'sha3-256' }[kind])
    .update(bytes)
    .digest('hex')
}

function adler32(bytes: Uint8Array): string {
  let a = 1
  let b = 0
  for (const byte of bytes) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  return (b * 65536 + a).toString(16).padStart(8, '0')
}

function checkPath(path: string): void {
  if (path !== '' && path.split('/').some(name => name === '' || name === '.' || name === '..' || name.includes('\0')))
    throw fault('EINVAL', path)
}

function fault(code: string, path: string, why?: 'blocked'): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code, ...(why === undefined ? {} : { why }) })
}

function isBlocked(error: unknown): boolean {
  return (error as { why?: string }).why === 'blocked'
}
