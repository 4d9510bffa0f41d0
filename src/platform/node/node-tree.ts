// A directory tree on a real disk.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statfsSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs'
import type { ChecksumKind } from '../../model/content.ts'
import type { Roll } from '../tree.ts'
import {
  type CensusTaking,
  type Copied,
  codeOf,
  type FileCopy,
  type FileMove,
  type Hashed,
  type Listed,
  type Proving,
  type Receiving,
  type SmallFile,
  type SmallRead,
  type Stat,
  type Tree,
  type Writing,
  type Written,
} from '../tree.ts'
import { callRolls } from './call-roll.ts'
import { closeRoot, fault, openRoot, pinned, type Root, Walker, walking } from './confined.ts'
import { copyMany } from './copy-many.ts'
import { faultAt } from './fault.ts'
import { type Flusher, openFlusher } from './flush.ts'
import { hashMany } from './hash-many.ts'
import { listDirectory } from './list-directory.ts'
import { Paths } from './paths.ts'
import { openProving } from './proving.ts'
import { readFrom, readParts, readWhole } from './read-file.ts'
import { readMany } from './read-many.ts'
import { openReceiving } from './receive.ts'
import { renameKeeping } from './rename.ts'
import { renameMany } from './rename-many.ts'
import { secondsOf } from './set-times.ts'
import { statOf } from './stat.ts'
import { type Summed, sumFile } from './sum-file.ts'
import { forgoCensus, takeCensus } from './take-census.ts'
import { WorkerPool } from './worker-pool.ts'
import { writeMany } from './write-many.ts'
import { openWriting } from './write-stream.ts'

/**
 * Opens the existing directory `root`. Throws the system's error when it cannot (`ENOENT`, `ENOTDIR`, `EACCES`). The tree goes
 * on naming this very directory even when it is renamed or another one is mounted over it.
 */
export async function openNodeTree(root: string): Promise<Tree> {
  return new NodeTree(openRoot(realpathSync(root)))
}

/** Most calls are synchronous inside: several times quicker than the asynchronous ones, and each is short. */
class NodeTree implements Tree {
  readonly root: string
  readonly census: CensusTaking
  readonly #root: Root
  readonly #paths: Paths
  readonly #pool: WorkerPool
  readonly #flusher: Flusher
  #closed = false

  constructor(root: Root) {
    this.root = root.path
    this.#root = root
    this.#paths = new Paths(root)
    this.#pool = new WorkerPool(root)
    this.#flusher = openFlusher(root)
    this.census = {
      above: CENSUS_ABOVE,
      take: signal => takeCensus(root, signal),
      forgo: () => forgoCensus(root),
      now: Date.now,
    }
  }

  async stat(path: string): Promise<Stat | undefined> {
    try {
      return this.#at(path, reached => {
        const stats = lstatSync(reached, { bigint: true, throwIfNoEntry: false })
        return stats === undefined ? undefined : statOf(stats)
      })
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  async list(path: string): Promise<readonly Listed[]> {
    this.#assertOpen(path)
    const walker = new Walker(this.#root)
    try {
      return await listDirectory(walker.enter(path))
    } catch (error) {
      throw faultAt(error, path)
    } finally {
      walker.leave()
    }
  }

  async answersTo(rolls: readonly Roll[]): Promise<readonly boolean[]> {
    this.#assertOpen('')
    return callRolls(this.#root, this.#pool, rolls)
  }

  async readLink(path: string): Promise<string> {
    return this.#at(path, reached => readlinkSync(reached))
  }

  async readSmall(path: string, limit: number): Promise<{ readonly bytes: Uint8Array; readonly stat: Stat }> {
    return this.#at(path, reached => readWhole(reached, limit))
  }

  async readSmallMany(
    files: readonly SmallRead[],
  ): Promise<readonly ({ readonly bytes: Uint8Array; readonly stat: Stat } | Error)[]> {
    this.#assertOpen('')
    return readMany(this.#root, this.#pool, files)
  }

  async *read(path: string, from: number, check: (stat: Stat) => void, chunks?: 'lent'): AsyncIterable<Uint8Array> {
    this.#assertOpen(path)
    const walker = new Walker(this.#root)
    try {
      yield* readFrom(() => walker.reach(path), from, check, chunks)
    } catch (error) {
      throw faultAt(error, path)
    } finally {
      walker.leave()
    }
  }

  async readInto(
    path: string,
    from: number,
    into: readonly Uint8Array[],
    check?: (stat: Stat) => void,
  ): Promise<number> {
    this.#assertOpen(path)
    const walker = new Walker(this.#root)
    try {
      return await readParts(() => walker.reach(path), from, into, check)
    } catch (error) {
      throw faultAt(error, path)
    } finally {
      walker.leave()
    }
  }

  async hash(paths: readonly string[], signal: AbortSignal): Promise<readonly (Hashed | Error)[]> {
    this.#assertOpen('')
    return hashMany(this.#root, this.#pool, paths, signal)
  }

  async checksum(path: string, kind: ChecksumKind, signal: AbortSignal): Promise<Summed> {
    signal.throwIfAborted()
    const stat = await this.stat(path)
    if (stat === undefined || stat.size <= SUM_HERE_BYTES) {
      return this.#at(path, () => walking(this.#root, walker => sumFile(walker, path, kind)))
    }
    const summed = await this.#pool.run({ do: 'sum', path, kind })
    signal.throwIfAborted()
    return summed
  }

  async makeDirectory(path: string, mode?: number): Promise<void> {
    this.#at(path, reached => {
      mkdirSync(reached, mode ?? 0o777)
      // The process's mask may have taken bits away.
      if (mode !== undefined) pinned(this.#root, reached, pin => chmodSync(pin, mode & 0o777))
    })
    this.#flusher.touched([path])
  }

  async removeDirectory(path: string): Promise<void> {
    this.#paths.forget(path)
    this.#at(path, reached => rmdirSync(reached))
    this.#flusher.touched([path])
  }

  async removeFile(path: string): Promise<void> {
    this.#at(path, reached => unlinkSync(reached))
    this.#flusher.touched([path])
  }

  async rename(from: string, to: string, existing: 'replace' | 'keep'): Promise<void> {
    this.#paths.forget(from)
    this.#paths.forget(to)
    this.#at(from, reachedFrom =>
      this.#at(to, reachedTo =>
        existing === 'replace' ? renameSync(reachedFrom, reachedTo) : renameKeeping(reachedFrom, reachedTo),
      ),
    )
    this.#flusher.moved(from, to)
  }

  async renameMany(moves: readonly FileMove[]): Promise<readonly (Stat | Error)[]> {
    this.#assertOpen('')
    const results = await renameMany(this.#pool, moves)
    for (const { from, to } of moves) this.#flusher.moved(from, to)
    return results
  }

  async makeSymlink(path: string, target: string): Promise<void> {
    this.#at(path, reached => symlinkSync(target, reached))
    this.#flusher.touched([path])
  }

  async setMode(path: string, mode: number): Promise<void> {
    this.#at(path, reached => pinned(this.#root, reached, pin => chmodSync(pin, mode & 0o777)))
    this.#flusher.touched([path])
  }

  async setMtime(path: string, mtimeNs: bigint): Promise<void> {
    const seconds = secondsOf(mtimeNs)
    this.#at(path, reached => pinned(this.#root, reached, pin => utimesSync(pin, seconds, seconds)))
    this.#flusher.touched([path])
  }

  async openWrite(path: string, from: number): Promise<Writing> {
    const writing = this.#at(path, reached => openWriting(reached, from))
    // When it is complete, and not before: a flush on the way would take it for done.
    const noted = async <T>(ending: Promise<T>) => ending.finally(() => this.#flusher.touched([path]))
    return {
      write: bytes => writing.write(bytes),
      finish: options => noted(writing.finish(options)),
      abandon: () => noted(writing.abandon()),
    }
  }

  openProving(): Proving {
    return openProving(this.#pool.seat())
  }

  async receive(path: string, size: number, proven?: Uint8Array): Promise<Receiving> {
    const receiving = this.#at(path, reached => openReceiving(reached, size, this.#pool.seat(), proven))
    const noted = async <T>(ending: Promise<T>) => ending.finally(() => this.#flusher.touched([path]))
    return {
      write: bytes => receiving.write(bytes),
      finish: options => noted(receiving.finish(options)),
      abandon: () => noted(receiving.abandon()),
    }
  }

  async writeSmall(files: readonly SmallFile[]): Promise<readonly (Written | Error)[]> {
    this.#assertOpen('')
    const results = await writeMany(this.#root, this.#pool, files)
    this.#flusher.touched(files.map(file => file.path))
    return results
  }

  copySmall(source: Tree, files: readonly FileCopy[]): Promise<readonly (Copied | Error)[]> | undefined {
    // Not one that stands in front of a tree: whoever put it there wants to see what is read.
    return #pool in source ? this.#copySmall(source, files) : undefined
  }

  async #copySmall(source: NodeTree, files: readonly FileCopy[]): Promise<readonly (Copied | Error)[]> {
    this.#assertOpen('')
    source.#assertOpen('')
    const results = await copyMany(source.#pool, this.#pool, files)
    this.#flusher.touched(files.map(file => file.to))
    return results
  }

  async flush(also?: readonly string[]): Promise<void> {
    this.#assertOpen('')
    return this.#flusher.flush(also)
  }

  async freeBytes(): Promise<number> {
    return this.#at('', reached => {
      const { bavail, bsize } = statfsSync(reached)
      return bavail * bsize
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    // Threads first: they use the root's descriptor, whose number the system may give away as soon as it is closed.
    await this.#pool.close()
    this.#paths.leave()
    closeRoot(this.#root)
  }

  /** The root's descriptor is somebody else's number after closing. */
  #assertOpen(path: string): void {
    if (this.#closed) throw fault('EBADF', path)
  }

  #at<T>(path: string, body: (reached: string) => T): T {
    this.#assertOpen(path)
    try {
      return body(this.#paths.reach(path))
    } catch (error) {
      throw faultAt(error, path)
    }
  }
}

/** Some thousand names: fewer are looked at before another program has begun. */
const CENSUS_ABOVE = 256 * 1024
const SUM_HERE_BYTES = 1024 * 1024
