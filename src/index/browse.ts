// Rows as somebody who looks around sees them: names in one directory, and names that hold a text anywhere, a page at a time.
import type { Path, Place } from '../model/path.ts'
import type { Columns, Database } from '../platform/node/sqlite.ts'
import type { NameRow, NamesFound, Row } from './folder-index.ts'
import { boundsBelow, NAME } from './ranges.ts'
import { ROW_COLUMNS, rowOf } from './row-columns.ts'

const COLUMNS = 'path, kind, size, mtime'
const IN = `
SELECT ${COLUMNS} FROM rows INDEXED BY rows_by_parent
WHERE parent = ? AND path > ? AND kind != 'deleted' ORDER BY path LIMIT ?`

// A window is so many rows, tombstones among them: however few of them match, looking at it ends.
const WINDOW_END = 'SELECT path FROM rows WHERE path > ? AND path < ? ORDER BY path LIMIT 1 OFFSET ?'
const LIKE = `
SELECT ${COLUMNS} FROM rows WHERE path > ?1 AND path <= ?2 AND kind != 'deleted'
AND path LIKE ?3 ESCAPE '\\' AND ${NAME} LIKE ?3 ESCAPE '\\' ORDER BY path LIMIT ?4`
const SINCE = `SELECT ${ROW_COLUMNS} FROM rows r INDEXED BY rows_by_sequence WHERE r.sequence > ? ORDER BY r.sequence LIMIT ?`
const ALL = `SELECT ${COLUMNS} FROM rows WHERE path > ? AND path <= ? AND kind != 'deleted' ORDER BY path`

export class Browse {
  readonly #database: Database
  #isSequenced = false

  constructor(database: Database) {
    this.#database = database
  }

  namesIn(place: Place, after: string, limit: number): readonly NameRow[] {
    return this.#database.all(IN, place, after, limit).map(nameRow)
  }

  rowsSince(sequence: number, limit: number): readonly Row[] {
    // Only for those who ask: it has to be kept up with every row.
    if (!this.#isSequenced) this.#database.exec('CREATE INDEX IF NOT EXISTS rows_by_sequence ON rows (sequence)')
    this.#isSequenced = true
    return this.#database.all(SINCE, sequence, limit).map(rowOf)
  }

  namesHolding(text: string, below: Place, after: Path | undefined, window: number, limit: number): NamesFound {
    const [low, high] = boundsBelow(below)
    const from = after ?? low
    const end = this.#database.get(WINDOW_END, from, high, window - 1)?.[0]
    // SQLite folds the case of ASCII only.
    const isPlain = /^[\x20-\x7e]+$/.test(text)
    const to = end ?? high
    const found = isPlain
      ? this.#database.all(LIKE, from, to, `%${text.replace(/[\\%_]/g, '\\$&')}%`, limit).map(nameRow)
      : this.#database
          .all(ALL, from, to)
          .map(nameRow)
          .filter(({ path }) => folded(path.slice(path.lastIndexOf('/') + 1)).includes(folded(text)))
          .slice(0, limit)
    const last = found.length === limit ? found.at(-1)?.path : undefined
    const next = last ?? (end as Path | undefined)
    return { found, ...(next === undefined ? {} : { next }) }
  }
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

function nameRow([path, kind, size, mtime]: Columns): NameRow {
  return {
    path: path as Path,
    kind: kind as NameRow['kind'],
    size: size === null ? 0 : Number(size),
    mtimeMs: mtime === null ? 0 : Math.floor(Number(mtime) / 1e6),
  }
}
