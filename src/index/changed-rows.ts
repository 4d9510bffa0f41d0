// Tells whoever keeps a record of what happened: which rows changed, and what they were before.
import type { Path } from '../model/path.ts'
import type { ChangedRows, Row, RowChange } from './folder-index.ts'

/** Of more, only the paths are told: what they were before would have to be read. */
const MOST = 500

export class ChangedRowsTold {
  readonly #listeners = new Set<(changed: ChangedRows) => void>()
  #waiting: ChangedRows[] = []

  listen(listener: (changed: ChangedRows) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  get isWanted(): boolean {
    return this.#listeners.size > 0
  }

  /** Runs `record`, and notes what it makes of the rows. */
  noting(
    changes: readonly RowChange[],
    rowsAt: (paths: readonly Path[]) => ReadonlyMap<Path, Row>,
    record: () => readonly Row[],
  ): readonly Row[] {
    const news = changes.filter(change => change.news === undefined)
    if (!this.isWanted || news.length === 0) return record()
    const paths = news.map(({ path }) => path)
    const before = news.length > MOST ? undefined : rowsAt(paths)
    const rows = record()
    if (before === undefined) this.#waiting.push({ as: 'many', paths })
    else {
      const carried = new Set(news.filter(({ node }) => node !== undefined).map(({ path }) => path))
      const told = rows
        .filter((_, i) => changes[i]?.news === undefined)
        .map(row => ({ before: before.get(row.path), row, carried: carried.has(row.path) }))
      this.#waiting.push({ as: 'rows', rows: told })
    }
    return rows
  }

  moved(from: Path, row: Row | undefined): void {
    if (this.isWanted && row !== undefined) this.#waiting.push({ as: 'moved', from, row })
  }

  tell(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const changed of waiting) for (const listener of [...this.#listeners]) listener(changed)
  }

  /** What was noted and not told was taken back. */
  drop(): void {
    this.#waiting = []
  }
}
