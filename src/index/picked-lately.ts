// What all devices go to at paths that were asked for lately: whoever decides on a path asks several times in a row.
import type { Path } from '../model/path.ts'
import type { Database } from '../platform/node/sqlite.ts'
import type { Announcement } from './mesh.ts'

/** Twice as many as are announced, or agreed on, together. */
const MOST = 4096

/** Nobody else writes to this index; whoever writes tells of it here. */
export class PickedLately {
  readonly #database: Database
  readonly #known = new Map<Path, Announcement | undefined>()
  #takenBack = 0

  constructor(database: Database) {
    this.#database = database
  }

  get(path: Path, read: () => Announcement | undefined): Announcement | undefined {
    this.#dropTakenBack()
    const known = this.#known.get(path)
    if (known !== undefined || this.#known.has(path)) return known
    const found = read()
    this.set(path, found)
    return found
  }

  set(path: Path, picked: Announcement | undefined): void {
    this.#dropTakenBack()
    this.#known.set(path, picked)
    if (this.#known.size > MOST) this.#known.delete(this.#known.keys().next().value as Path)
  }

  clear(): void {
    this.#known.clear()
  }

  /** What was read in a transaction that was taken back was never so. */
  #dropTakenBack(): void {
    if (this.#takenBack === this.#database.takenBack) return
    this.#takenBack = this.#database.takenBack
    this.#known.clear()
  }
}
