// Makes what was done in a tree durable.
import { spawn } from 'node:child_process'
import { accessSync, constants, fstatSync, fsyncSync, lstatSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { codeOf, isMissing } from '../tree.ts'
import { fault, type Root, type Walker, walking, withFile } from './confined.ts'
import { statOf } from './stat.ts'

export interface Flusher {
  /** Something was written at these paths (files), or names came or went there. */
  touched(paths: Iterable<string>): void
  /** Something was renamed: what was touched at `from` and below is now at `to`. */
  moved(from: string, to: string): void
  /** Resolves when everything touched before the call is durable. */
  flush(): Promise<void>
}

/** One system call for the whole file system where there is a program to make it (Linux), else one for each file and directory. */
export function openFlusher(root: Root): Flusher {
  return root.descriptor !== undefined && hasProgram('sync') ? wholeDisk(root.descriptor) : coalesced(oneByOne(root))
}

/** Calls that come while a flush is under way share the next one: the one under way may have missed what they wait for. */
export function coalesced(flusher: Flusher): Flusher {
  const share = sharing()
  return { ...flusher, flush: () => share(() => flusher.flush()) }
}

type Share = (flush: () => Promise<void>) => Promise<void>

function sharing(): Share {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  return flush => {
    const start = () => {
      next = undefined
      running = flush().finally(() => {
        running = undefined
      })
      return running
    }
    if (running === undefined) return start()
    next ??= running.then(start, start)
    return next
  }
}

/** Trees on the same disk share their flushes: one makes all of them durable. By the number of the device. */
const disks = new Map<bigint, Share>()

function wholeDisk(descriptor: number): Flusher {
  const device = fstatSync(descriptor, { bigint: true }).dev
  const share = disks.get(device) ?? sharing()
  disks.set(device, share)
  return { touched() {}, moved() {}, flush: () => share(() => syncFileSystemOf(descriptor)) }
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
  let paths = new Set<string>()
  // Every directory above a touched path, so that the rename of a plain file need not search.
  let above = new Set<string>()
  const add = (path: string) => {
    paths.add(path)
    for (let place = path; place !== ''; ) {
      place = parentOf(place)
      above.add(place)
    }
  }
  return {
    touched(more) {
      for (const path of more) {
        add(path)
        paths.add(parentOf(path))
      }
    },
    moved(from, to) {
      if (above.has(from)) {
        for (const path of [...paths]) if (path.startsWith(`${from}/`)) add(to + path.slice(from.length))
      }
      if (paths.has(from)) add(to)
      paths.add(parentOf(from)).add(parentOf(to))
    },
    async flush() {
      const due = paths
      paths = new Set()
      above = new Set()
      try {
        syncEach(root, due)
      } catch (error) {
        for (const path of due) add(path)
        throw error
      }
    },
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
