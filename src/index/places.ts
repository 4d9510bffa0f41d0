// What each directory of the folder adds up to: bytes below it, a counter that every change below raises, when a name came or went.
import { ancestorsOf, type Path, type Place, parentOf } from '../model/path.ts'
import type { Columns, Database, Value } from '../platform/node/sqlite.ts'
import type { Aggregate, RowState } from './folder-index.ts'
import { boundsBelow, movedPath, within } from './ranges.ts'

const KEPT = 'aggregates'
const LIVE = new Set<unknown>(['file', 'directory', 'symlink'])

const BEFORE = 'SELECT kind, size FROM rows WHERE path = ?'
const SIZE_WITHIN = `SELECT coalesce(sum(size), 0) FROM rows WHERE ${within('path', 1, 2, 3)} AND kind = 'file'`
const LIVE_WITHIN = `SELECT 1 FROM rows WHERE ${within('path', 1, 2, 3)} AND kind != 'deleted' LIMIT 1`
const SIZE_BELOW = `SELECT coalesce(sum(size), 0) FROM rows WHERE path > ? AND path < ? AND kind = 'file'`
const RAISE = `
INSERT INTO places (path, size, counter, mtime) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO UPDATE SET size = size + excluded.size, counter = excluded.counter,
  mtime = CASE WHEN ?5 THEN excluded.mtime ELSE mtime END`
const MOVE = `
INSERT OR REPLACE INTO places SELECT ${movedPath('places')}, size, counter, mtime FROM places
WHERE ${within('path', 1, 3, 4)} ORDER BY path`
const LEAVE = `DELETE FROM places WHERE ${within('path', 1, 2, 3)}`
const PLACES_WITHIN = `SELECT path FROM places WHERE ${within('path', 1, 2, 3)}`

// Every directory that has files directly in it, with what these come to.
const FILES_IN = `
SELECT parent, sum(size), max(CAST(mtime AS INTEGER)) / 1000000 FROM rows WHERE kind = 'file' GROUP BY parent`
const EMPTY = `INSERT OR IGNORE INTO places SELECT path, 0, ?, ? FROM rows WHERE kind = 'directory'`

const ONE = 'SELECT size, counter, mtime FROM places WHERE path = ?'
const IN = `
SELECT p.path, p.size, p.counter, p.mtime FROM rows r INDEXED BY rows_by_parent JOIN places p ON p.path = r.path
WHERE r.parent = ? AND r.kind = 'directory'`

interface Change {
  bytes: number
  /** Whether a name directly in it came or went. */
  names: boolean
}

/** What one `record` does to the directories above. */
export class PlaceChanges {
  readonly changes = new Map<Place, Change>()

  /** `path` was `before` (kind and size in the index) and is now `after`. */
  add(path: Path, before: Columns | undefined, after: RowState): void {
    const [kind, size] = before ?? []
    const bytes = (after.kind === 'file' ? after.size : 0) - (kind === 'file' ? Number(size) : 0)
    const parent = parentOf(path)
    this.raise(parent, bytes, LIVE.has(kind) !== LIVE.has(after.kind))
    if (after.kind === 'directory') this.#change(path, 0, !LIVE.has(kind))
  }

  /** A change in `place`: it and everything above it. */
  raise(place: Place, bytes: number, names: boolean): void {
    this.#change(place, bytes, names)
    if (place === '') return
    for (const above of ancestorsOf(place)) this.#change(above, bytes, false)
    this.#change('', bytes, false)
  }

  #change(place: Place, bytes: number, names: boolean): void {
    const known = this.changes.get(place)
    if (known === undefined) this.changes.set(place, { bytes, names })
    else {
      known.bytes += bytes
      known.names ||= names
    }
  }
}

/**
 * Kept only for a folder that is served (`keep`). Every change costs its depth, many at once share it; a directory that moves
 * takes along what is known of all below it. Paths are the keys, so that the order in which rows change does not matter.
 */
export class Places {
  readonly #database: Database
  #isKept: boolean

  constructor(database: Database) {
    this.#database = database
    this.#isKept = database.get('SELECT 1 FROM settings WHERE key = ?', KEPT) !== undefined
  }

  get isKept(): boolean {
    return this.#isKept
  }

  /** Adds everything up, once; from then on it is kept so. `counter`: the sequence. */
  keep(counter: number, nowMs: number): void {
    if (this.#isKept) return
    this.#database.transaction(() => {
      this.#database.exec(
        `CREATE INDEX IF NOT EXISTS rows_by_node ON rows (node) WHERE kind != 'deleted'; DELETE FROM places`,
      )
      for (const [place, sum] of this.#addUp()) {
        this.#database.run(RAISE, place, sum.bytes, counter, sum.mtimeMs ?? nowMs, 1)
      }
      this.#database.run(EMPTY, counter, nowMs)
      this.#database.run('INSERT INTO settings VALUES (?, ?)', KEPT, 'kept')
    })
    this.#isKept = true
  }

  /** What `PlaceChanges.add` wants to know of a path before it is recorded. */
  before(path: Path): Columns | undefined {
    return this.#database.get(BEFORE, path)
  }

  apply({ changes }: PlaceChanges, counter: number, nowMs: number): void {
    for (const [place, { bytes, names }] of changes) {
      this.#database.run(RAISE, place, bytes, counter, nowMs, names ? 1 : 0)
    }
  }

  touch(place: Place, mtimeMs: number): void {
    this.#database.run('UPDATE places SET mtime = ? WHERE path = ?', mtimeMs, place)
  }

  /** Runs `move`, which moves the rows of `from` and everything below it to `to`. */
  moving(from: Path, to: Path, move: () => void, at: () => { readonly counter: number; readonly nowMs: number }): void {
    const moved = this.#sizeWithin(from)
    const inTheWay = this.#sizeWithin(to)
    const isMerge = this.#database.get(LIVE_WITHIN, to, ...boundsBelow(to)) !== undefined
    move()
    const [low, high] = boundsBelow(from)
    this.#database.run(MOVE, from, to, low, high)
    this.#database.run(LEAVE, from, low, high)
    const { counter, nowMs } = at()
    if (isMerge) this.#addUpWithin(to, counter)
    const changes = new PlaceChanges()
    changes.raise(parentOf(from), -moved, true)
    changes.raise(parentOf(to), this.#sizeWithin(to) - inTheWay, true)
    this.apply(changes, counter, nowMs)
  }

  of(place: Place): Aggregate | undefined {
    const found = this.#database.get(ONE, place)
    return found === undefined ? undefined : aggregateOf(found)
  }

  in(place: Place): ReadonlyMap<Path, Aggregate> {
    return new Map(this.#database.all(IN, place).map(([path, ...found]) => [path as Path, aggregateOf(found)]))
  }

  #addUp(): Map<Place, { bytes: number; mtimeMs: number | undefined }> {
    const sums = new Map<Place, { bytes: number; mtimeMs: number | undefined }>([
      ['', { bytes: 0, mtimeMs: undefined }],
    ])
    for (const [parent, size, mtimeMs] of this.#database.all(FILES_IN)) {
      const place = parent as Place
      const places: Place[] = place === '' ? [''] : [place, ...ancestorsOf(place), '']
      for (const each of places) {
        const sum = sums.get(each) ?? { bytes: 0, mtimeMs: undefined }
        sum.bytes += Number(size)
        if (each === place) sum.mtimeMs = Number(mtimeMs)
        sums.set(each, sum)
      }
    }
    return sums
  }

  /** Something that was live was in the way of a move: what is there now is added up anew. */
  #addUpWithin(top: Path, counter: number): void {
    const [low, high] = boundsBelow(top)
    for (const [path] of this.#database.all(PLACES_WITHIN, top, low, high)) {
      const size = this.#database.get(SIZE_BELOW, ...boundsBelow(path as Path))?.[0] as Value
      this.#database.run('UPDATE places SET size = ?, counter = ? WHERE path = ?', size, counter, path as string)
    }
  }

  #sizeWithin(path: Path): number {
    return Number(this.#database.get(SIZE_WITHIN, path, ...boundsBelow(path))?.[0])
  }
}

function aggregateOf([size, counter, mtime]: Columns): Aggregate {
  return { size: Number(size), counter: Number(counter), mtimeMs: Number(mtime) }
}
