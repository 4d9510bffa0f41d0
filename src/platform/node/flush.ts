// Makes what was done in a tree durable.
import { spawn } from 'node:child_process'
import { accessSync, closeSync, constants, fstatSync, fsync, fsyncSync, lstatSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { codeOf, isMissing } from '../tree.ts'
import { fault, openFile, type Root, type Walker, walking, withFile } from './confined.ts'
import { statOf } from './stat.ts'

export interface Flusher {
  /** Something was written at these paths (files), or names came or went there. */
  touched(paths: Iterable<string>): void
  /** Something was renamed: what was touched at `from` and below is now at `to`. */
  moved(from: string, to: string): void
  /** Resolves when everything on the disk is durable that was there before the call; with `also`, what was touched and what is at these paths is enough. */
  flush(also?: readonly string[]): Promise<void>
}

/** One system call for the whole file system where there is a program to make it (Linux), else one for each file and directory. */
export function openFlusher(root: Root): Flusher {
  return root.descriptor !== undefined && hasProgram('sync')
    ? wholeDisk(root, root.descriptor)
    : coalesced(oneByOne(root))
}

/** Calls that come while a flush is under way share the next one: the one under way may have missed what they wait for. */
export function coalesced(flusher: Flusher): Flusher {
  const share = sharing()
  return {
    ...flusher,
    flush(also = []) {
      flusher.touched(also.flatMap(withAbove))
      return share(() => flusher.flush())
    },
  }
}

type Share = (flush: () => Promise<void>) => Promise<void>

function sharing(): Share {
  let running: Promise<void> | undefined
  let hasBegun = false
  let next: Promise<void> | undefined
  return flush => {
    const start = () => {
      next = undefined
      hasBegun = false
      // Both ends of a pair ask in the same turn: neither has missed anything yet.
      const begun = Promise.resolve().then(() => {
        hasBegun = true
        return flush()
      })
      running = begun.finally(() => {
        running = undefined
      })
      return running
    }
    if (running === undefined) return start()
    if (!hasBegun) return running
    next ??= running.then(start, start)
    return next
  }
}

/** Trees on the same disk share their flushes: one makes all of them durable. By the number of the device. */
const disks = new Map<bigint, Share>()

/** So few are flushed one by one: the whole file system may have much to write that is none of ours. */
const FEW = 16

function wholeDisk(root: Root, descriptor: number): Flusher {
  const device = fstatSync(descriptor, { bigint: true }).dev
  const share = disks.get(device) ?? sharing()
  disks.set(device, share)
  const touched = new Touched(FEW)
  const flushAll = async () => {
    const due = touched.take()
    await share(() => syncFileSystemOf(descriptor)).catch(error => {
      touched.putBack(due)
      throw error
    })
  }
  // What one that is under way has taken on is not durable before it ends, and is due again when it fails.
  let last: Promise<unknown> = Promise.resolve()
  const flushFew = async (also: readonly string[], before: Promise<unknown>) => {
    await before
    const due = touched.takeFew(also)
    if (due === undefined) return flushAll()
    try {
      await syncFew(root, due)
    } catch {
      // One that may not be opened, say: all together it goes without that.
      touched.putBack(due)
      await flushAll()
    }
  }
  return {
    touched: paths => touched.add(paths),
    moved: (from, to) => touched.move(from, to),
    flush(also) {
      const flushed = also === undefined ? flushAll() : flushFew(also, last)
      last = Promise.allSettled([last, flushed])
      return flushed
    },
  }
}

/** `sync -f` makes the system call `syncfs`. The root is handed over as its standard input, so that no path is looked up again. */
async function syncFileSystemOf(descriptor: number): Promise<void> {
  if (await succeeds('sync', ['-f', '/proc/self/fd/0'], descriptor)) return
  // A `sync` without that option: everything on this machine, then.
  if (!(await succeeds('sync', [], descriptor))) throw fault('EIO', 'sync')
}

function succeeds(program: string, args: readonly string[], stdin: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: [stdin, 'ignore', 'ignore'] })
    child.on('error', reject)
    child.on('close', code => resolve(code === 0))
  })
}

function hasProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(place => isExecutable(join(place, name)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export function oneByOne(root: Root): Flusher {
  const touched = new Touched(Number.POSITIVE_INFINITY)
  return {
    touched: paths => touched.add(paths),
    moved: (from, to) => touched.move(from, to),
    async flush() {
      const due = touched.take()
      try {
        syncEach(root, due.paths)
      } catch (error) {
        touched.putBack(due)
        throw error
      }
    },
  }
}

interface Due {
  readonly paths: ReadonlySet<string>
  /** More than could be kept: nothing less than a flush of everything will do. */
  readonly isMore: boolean
}

/** What has been touched since the last flush, under the names that it has now; beyond `most`, only that there is more. */
class Touched {
  readonly #most: number
  #paths = new Set<string>()
  // Every directory above a touched path, so that the rename of a plain file need not search.
  #above = new Set<string>()
  #isMore = false

  constructor(most: number) {
    this.#most = most
  }

  add(paths: Iterable<string>): void {
    for (const path of paths) {
      if (this.#isMore) return
      this.#addOne(path)
      this.#paths.add(parentOf(path))
      this.#cap()
    }
  }

  move(from: string, to: string): void {
    if (this.#isMore) return
    if (this.#above.has(from)) {
      for (const path of [...this.#paths]) if (path.startsWith(`${from}/`)) this.#addOne(to + path.slice(from.length))
    }
    if (this.#paths.has(from)) this.#addOne(to)
    this.#paths.add(parentOf(from)).add(parentOf(to))
    this.#cap()
  }

  take(): Due {
    const due = { paths: this.#paths, isMore: this.#isMore }
    this.#paths = new Set()
    this.#above = new Set()
    this.#isMore = false
    return due
  }

  /** Everything together with `also`, and with the directories above, when it is few. */
  takeFew(also: readonly string[]): Due | undefined {
    if (this.#isMore || also.length > this.#most) return undefined
    const paths = new Set([...this.#paths, ...also].flatMap(withAbove))
    if (paths.size > this.#most) return undefined
    return { ...this.take(), paths }
  }

  putBack({ paths, isMore }: Due): void {
    for (const path of paths) this.#addOne(path)
    if (isMore) this.#isMore = true
    this.#cap()
  }

  #addOne(path: string): void {
    this.#paths.add(path)
    for (let place = path; place !== ''; ) {
      place = parentOf(place)
      this.#above.add(place)
    }
  }

  #cap(): void {
    if (this.#paths.size <= this.#most) return
    this.#paths = new Set()
    this.#above = new Set()
    this.#isMore = true
  }
}

/** A path and every directory above it: a name is durable only when the one of its directory is. */
function withAbove(path: string): string[] {
  const all = [path]
  for (let place = path; place !== ''; all.push(place)) place = parentOf(place)
  return all
}

const fsyncLater = promisify(fsync)

/** As `syncEach`, without stopping everything else meanwhile: a large file takes its time. */
async function syncFew(root: Root, { paths }: Due): Promise<void> {
  const kinds = walking(root, walker => [...paths].map(path => [path, kindAt(walker, path)] as const))
  for (const wanted of ['file', 'directory']) {
    for (const [path, kind] of kinds) if (kind === wanted) await syncLater(root, path)
  }
}

async function syncLater(root: Root, path: string): Promise<void> {
  let descriptor: number
  try {
    descriptor = walking(root, walker => openFile(walker.reach(path)))
  } catch (error) {
    if (isMissing(error)) return
    throw error
  }
  try {
    await fsyncLater(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Data before names: files first, then directories. */
function syncEach(root: Root, paths: ReadonlySet<string>): void {
  walking(root, walker => {
    const kinds = new Map([...paths].map(path => [path, kindAt(walker, path)]))
    for (const wanted of ['file', 'directory']) {
      for (const [path, kind] of kinds) if (kind === wanted) syncAt(walker, path)
    }
  })
}

function kindAt(walker: Walker, path: string): string | undefined {
  try {
    return statOf(lstatSync(walker.reach(path), { bigint: true })).kind
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function syncAt(walker: Walker, path: string): void {
  try {
    withFile(walker.reach(path), fsyncSync)
  } catch (error) {
    // Gone since, or a directory on a system that cannot open one (Windows).
    const code = codeOf(error)
    if (!isMissing(error) && code !== 'EISDIR' && code !== 'EPERM') throw error
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
