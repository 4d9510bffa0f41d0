// Lets changes of a folder go on side by side, but never two of which one is at, above or below the other's paths.
import { ancestorsOf, type Path } from '../model/path.ts'

interface Waiting {
  readonly paths: readonly Path[]
  readonly start: () => void
}

export class Turns {
  /** Paths that are being changed, and how often. */
  readonly #at = new Map<Path, number>()
  /** Directories with such a path below. */
  readonly #above = new Map<Path, number>()
  #waiting: Waiting[] = []

  /** Runs `body` once nothing else is changing what is at, above or below these paths; until it ends, others wait. Never nested. */
  async take<T>(paths: readonly Path[], body: () => Promise<T>): Promise<T> {
    if (!this.#isFree(paths)) await new Promise<void>(start => this.#waiting.push({ paths, start }))
    else this.#enter(paths)
    try {
      return await body()
    } finally {
      this.#leave(paths)
      this.#wake()
    }
  }

  /** Whether `path`, or a directory above it, is being changed. */
  isBusy(path: Path): boolean {
    if (this.#at.size === 0) return false
    if (this.#at.has(path)) return true
    for (const above of ancestorsOf(path)) if (this.#at.has(above)) return true
    return false
  }

  /** Whether something in `path` is being changed. */
  isBusyBelow(path: Path): boolean {
    return this.#above.has(path)
  }

  #isFree(paths: readonly Path[]): boolean {
    return this.#at.size === 0 || !paths.some(path => this.#above.has(path) || this.isBusy(path))
  }

  #enter(paths: readonly Path[]): void {
    for (const path of paths) {
      add(this.#at, path)
      for (const above of ancestorsOf(path)) add(this.#above, above)
    }
  }

  #leave(paths: readonly Path[]): void {
    for (const path of paths) {
      take(this.#at, path)
      for (const above of ancestorsOf(path)) take(this.#above, above)
    }
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const each of waiting) {
      if (this.#isFree(each.paths)) {
        // Before it runs, so that the next in line sees it.
        this.#enter(each.paths)
        each.start()
      } else this.#waiting.push(each)
    }
  }
}

function add(counts: Map<Path, number>, path: Path): void {
  counts.set(path, (counts.get(path) ?? 0) + 1)
}

function take(counts: Map<Path, number>, path: Path): void {
  const count = (counts.get(path) ?? 0) - 1
  if (count > 0) counts.set(path, count)
  else counts.delete(path)
}
