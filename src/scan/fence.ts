// Keeps a scan from judging rows that somebody else changed after the disk was looked at: an old look proves nothing about them.
import type { FolderIndex, Row } from '../index/folder-index.ts'
import { ancestorsOf, type Path, type Place } from '../model/path.ts'

/** Whether a change of a path or of a directory above it is under way (`here`), or one of something in it (`below`): on disk perhaps, and in no row yet. */
export type IsBusy = (path: Path, reach: 'here' | 'below') => boolean

/** How far the rows had come before somebody looked at the disk. */
export type Since = number

export class Fence {
  readonly #index: FolderIndex
  readonly #isBusy: IsBusy
  // What the scan itself has recorded, as ranges of sequences in their order.
  readonly #own: { readonly after: number; upTo: number }[] = []
  // While the scan records, nobody else does: everything after this sequence is its own.
  #recordingAfter = Number.POSITIVE_INFINITY
  #passed = new Set<Path>()

  constructor(index: FolderIndex, isBusy: IsBusy) {
    this.#index = index
    this.#isBusy = isBusy
  }

  /** Take it before looking. */
  now(): Since {
    return this.#index.sequence
  }

  /** Runs `body`, which records what this scan has found. */
  own<T>(body: () => T): T {
    const after = this.#index.sequence
    const result = this.#recording(after, body)
    const upTo = this.#index.sequence
    const last = this.#own.at(-1)
    if (last?.upTo === after) last.upTo = upTo
    else if (upTo > after) this.#own.push({ after, upTo })
    return result
  }

  #recording<T>(after: number, body: () => T): T {
    this.#recordingAfter = after
    try {
      return body()
    } finally {
      this.#recordingAfter = Number.POSITIVE_INFINITY
    }
  }

  /** Whether a path directly in `place` is to be passed over. Good until the next wait. */
  passesIn(place: Place, since: Since): (path: Path) => boolean {
    const changed = this.#isQuiet(since) ? undefined : this.#changedIn(place, since)
    return path => (changed?.has(path) === true || this.#isBusy(path, 'here') ? this.passOver(path) : false)
  }

  /** Whether `path` is to be passed over: it, or a directory above it, is not what it was when the disk was looked at. */
  passes(path: Path, since: Since): boolean {
    if (this.#isBusy(path, 'here')) return this.passOver(path)
    if (this.#isQuiet(since)) return false
    for (const each of [path, ...ancestorsOf(path)]) {
      const row = this.#index.row(each)
      if (row !== undefined && this.isChanged(row, since)) return this.passOver(path)
    }
    return false
  }

  /** Whether a directory is to be passed over for what somebody else changes, or has changed, in it: that would be left without it. */
  passesAbove(place: Path, since: Since): boolean {
    if (this.#isBusy(place, 'below')) return this.passOver(place)
    if (this.#isQuiet(since)) return false
    for (const row of this.#index.rowsBelow(place)) if (this.isChanged(row, since)) return this.passOver(place)
    return false
  }

  /** Whether somebody else has changed exactly this row. */
  isChanged({ sequence }: Row, since: Since): boolean {
    if (sequence <= since || sequence > this.#recordingAfter) return false
    return !this.#own.some(({ after, upTo }) => sequence > after && sequence <= upTo)
  }

  /** To be looked at again. */
  passOver(path: Path): true {
    this.#passed.add(path)
    return true
  }

  /** What was passed over since it was last asked for. */
  takePassed(): readonly Path[] {
    const passed = [...this.#passed]
    this.#passed = new Set()
    return passed
  }

  #changedIn(place: Place, since: Since): ReadonlySet<Path> {
    const rows = this.#index.rowsIn(place, 'with-tombstones')
    return new Set(rows.filter(row => this.isChanged(row, since)).map(row => row.path))
  }

  /** Whether every sequence given since then is one of the scan's own. */
  #isQuiet(since: Since): boolean {
    let open = this.#index.sequence - since
    for (let i = this.#own.length - 1; i >= 0 && open > 0; i -= 1) {
      const { after, upTo } = this.#own[i] as { after: number; upTo: number }
      if (upTo <= since) break
      open -= upTo - Math.max(after, since)
    }
    return open <= 0
  }
}
