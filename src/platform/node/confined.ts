// Reaches names below a root without ever following a symlink, so that nothing outside can be touched.
import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs'

/** What another thread needs to work below the same root. */
export interface Root {
  /** Absolute path. */
  readonly path: string
  /** A descriptor of the root where the system can resolve names relative to one (Linux), else undefined. */
  readonly descriptor: number | undefined
  /** Shared between threads; not 0 once nobody waits for what is done there any more. */
  readonly stop: Int32Array
}

// Linux: opens a place in the tree without access to its content. Node has no name for it.
const O_PATH = 0o10000000
const OPEN_DIRECTORY = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW

/** Opens the root. The descriptor keeps naming the same directory when another one is mounted or moved over its path. */
export function openRoot(path: string): Root {
  const stop = new Int32Array(new SharedArrayBuffer(4))
  if (process.platform === 'linux') return { path, descriptor: openSync(path, O_PATH | constants.O_DIRECTORY), stop }
  if (!lstatSync(path).isDirectory()) throw fault('ENOTDIR', path)
  return { path, descriptor: undefined, stop }
}

/** Makes jobs on this root that are under way in other threads fail at the next occasion. */
export function stopJobs(root: Root): void {
  Atomics.store(root.stop, 0, 1)
}

export function closeRoot(root: Root): void {
  if (root.descriptor !== undefined) closeSync(root.descriptor)
}

/**
 * Goes to one directory after the other. The last one stays open, so that work on many names of one directory walks there
 * once. On Linux each component is opened relative to the one before it; elsewhere each is checked with lstat, which leaves a
 * window between check and use.
 */
export class Walker {
  readonly #root: Root
  #place: string | undefined
  #base = ''
  #descriptor: number | undefined

  constructor(root: Root) {
    this.#root = root
  }

  /** Throws when nobody waits for the job any more; for jobs that take long. */
  throwIfStopped(): void {
    if (Atomics.load(this.#root.stop, 0) !== 0) throw fault('ECANCELED', this.#root.path)
  }

  /** The directory it is in, if any. */
  get place(): string | undefined {
    return this.#place
  }

  /** What to put before a name in the directory `place` for a call that does not follow links itself. Valid until the next call. */
  enter(place: string): string {
    if (this.#place === place) return this.#base
    this.leave()
    this.#base = this.#root.descriptor === undefined ? this.#check(place) : this.#open(place, this.#root.descriptor)
    this.#place = place
    return this.#base
  }

  /** The way to the last name of `path`. The root itself is reached as '.' in itself. */
  reach(path: string): string {
    if (path === '') return `${this.enter('')}.`
    const at = path.lastIndexOf('/')
    if (at === 0) throw fault('EINVAL', path)
    const name = checked(path.slice(at + 1), path)
    return this.enter(at < 0 ? '' : path.slice(0, at)) + name
  }

  leave(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
    this.#place = undefined
  }

  #open(place: string, root: number): string {
    let current = root
    for (const name of namesOf(place)) {
      try {
        const next = openSync(`/proc/self/fd/${current}/${name}`, OPEN_DIRECTORY)
        if (current !== root) closeSync(current)
        current = next
      } catch (error) {
        if (current !== root) closeSync(current)
        throw error
      }
    }
    if (current !== root) this.#descriptor = current
    return `/proc/self/fd/${current}/`
  }

  #check(place: string): string {
    let base = `${this.#root.path}/`
    for (const name of namesOf(place)) {
      if (!lstatSync(base + name).isDirectory()) throw fault('ENOTDIR', base + name)
      base += `${name}/`
    }
    return base
  }
}

/** Runs `body` with a walker of its own and leaves what it opened. */
export function walking<T>(root: Root, body: (walker: Walker) => T): T {
  const walker = new Walker(root)
  try {
    return body(walker)
  } finally {
    walker.leave()
  }
}

/** Opens what is at `reached` for reading without following it, runs `body` and closes. */
export function withFile<T>(reached: string, body: (descriptor: number) => T): T {
  const descriptor = openFile(reached)
  try {
    return body(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Opens what is at `reached` for reading, never waiting for the other end of a pipe. The caller checks the kind, and closes it. */
export function openFile(reached: string): number {
  return openSync(reached, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
}

/** Runs `body` with a path that names exactly what is at `reached` now, which is no symlink, whatever is put there meanwhile. */
export function pinned<T>(root: Root, reached: string, body: (path: string) => T): T {
  if (root.descriptor === undefined) {
    if (lstatSync(reached).isSymbolicLink()) throw fault('ELOOP', reached)
    return body(reached)
  }
  const descriptor = openSync(reached, O_PATH | constants.O_NOFOLLOW)
  try {
    if (fstatSync(descriptor).isSymbolicLink()) throw fault('ELOOP', reached)
    return body(`/proc/self/fd/${descriptor}`)
  } finally {
    closeSync(descriptor)
  }
}

/** A fault as the system would report it. */
export function fault(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code, path })
}

function namesOf(place: string): readonly string[] {
  if (place === '') return []
  const names = place.split('/')
  for (const name of names) checked(name, place)
  return names
}

function checked(name: string, path: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('\0')) throw fault('EINVAL', path)
  return name
}
