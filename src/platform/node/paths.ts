// The ways to paths of one tree, kept open for the length of a turn of the event loop.
import { type Root, Walker } from './confined.ts'

/** Enough for a rename and a look at where it went. */
const WAYS = 3

/**
 * Calls come in runs on few directories, and walking there costs as much as the call. A way is kept only until other work gets
 * its turn: a directory that somebody else replaces is then walked to anew, as if the calls of one turn were a single one.
 */
export class Paths {
  /** The most recently used last. */
  readonly #walkers: Walker[]
  #leaving = false

  constructor(root: Root) {
    this.#walkers = Array.from({ length: WAYS }, () => new Walker(root))
  }

  /** The way to the last name of `path`, valid for this and the next call. */
  reach(path: string): string {
    const place = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    const at = this.#walkers.findIndex(walker => walker.place === place)
    const [walker] = this.#walkers.splice(Math.max(0, at), 1) as [Walker]
    this.#walkers.push(walker)
    this.#leaveSoon()
    return walker.reach(path)
  }

  /** Something else may be at `path` and below from now on. */
  forget(path: string): void {
    for (const walker of this.#walkers) {
      if (walker.place === path || walker.place?.startsWith(`${path}/`)) walker.leave()
    }
  }

  leave(): void {
    for (const walker of this.#walkers) walker.leave()
  }

  #leaveSoon(): void {
    if (this.#leaving) return
    this.#leaving = true
    setImmediate(() => {
      this.#leaving = false
      this.leave()
    })
  }
}
