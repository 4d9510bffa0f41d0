// Rows as somebody who looks around sees them: names in one directory, and names that hold a text anywhere, a page at a time.
import type { Path, Place } from '../model/path.ts'
import type { Columns, Database } from '../platform/node/sqlite.ts'
import { boundsBelow, NAME } from './ranges.ts'

/** What a list of names shows of a row. */
export interface NameRow {
  readonly path: Path
  readonly kind: 'file' | 'directory' | 'symlink' | 'blocked'
  /** Bytes; 0 of what is no file. */
  readonly size: number
  /** Milliseconds since 1970; 0 of what is no file. */
  readonly mtimeMs: number
}

export interface NamesFound {
  readonly found: readonly NameRow[]
  /** Up to where was looked; undefined at the end. */
  readonly next?: Path
}

const COLUMNS = 'path, kind, size, mtime'
const IN = `
SELECT ${COLUMNS} FROM rows INDEXED BY rows_by_parent
WHERE parent = ? AND path > ? AND kind != 'deleted' ORDER BY path LIMIT ?`

// A window is so many rows, tombstones among them: however few of them match, looking at it ends.
const WINDOW_END = 'SELECT path FROM rows WHERE path > ? AND path < ? ORDER BY path LIMIT 1 OFFSET ?'
const LIKE = `
SELECT ${COLUMNS} FROM rows WHERE path > ?1 AND path <= ?2 AND kind != 'deleted'
AND path LIKE ?3 ESCAPE '\\' AND ${NAME} LIKE ?3 ESCAPE '\\' ORDER BY path LIMIT ?4`
const ALL = `SELECT ${COLUMNS} FROM rows WHERE path > ? AND path <= ? AND kind != 'deleted' ORDER BY path`

export class Browse {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  namesIn(place: Place, after: string, limit: number): readonly NameRow[] {
    return this.#database.all(IN, place, after, limit).map(nameRow)
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
