// What the trash holds, as a list that can be asked: of a path, of a time, how much of what.
import type { Path, Place } from '../model/path.ts'
import type { Columns, Database, Value } from '../platform/node/sqlite.ts'
import type { Tree } from '../platform/tree.ts'
import type { Batch } from './batch.ts'
import type { KeptWhy, Revision } from './revisions.ts'
import { listBatches, walkBatch } from './trash-walk.ts'

const COLUMNS = 'path, at, id, why, kind, size, mtime'
const OF_PATH = `SELECT ${COLUMNS} FROM kept WHERE path = ? AND at < ? ORDER BY at DESC LIMIT ?`
const BY_ID = `SELECT ${COLUMNS} FROM kept WHERE id = ?`
// Of each path what left it first after a time: that was in place then.
const SINCE = `
SELECT path, min(at), id, why, kind, size, mtime FROM kept
WHERE path > ? AND path < ? AND at > ? GROUP BY path ORDER BY path LIMIT ?`
const PATHS = 'SELECT path, count(*) FROM kept WHERE path > ? GROUP BY path ORDER BY path LIMIT ?'
const COUNTS = `
SELECT wanted.value, (SELECT count(*) FROM kept WHERE path = wanted.value) FROM json_each(?) wanted`
const TOTALS = 'SELECT count(*), coalesce(sum(size), 0), min(at) FROM kept'
const KEEP = 'INSERT OR REPLACE INTO kept (path, at, id, batch, why, kind, size, mtime) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'
/** Revisions read from the trash between two turns of others. */
const GROUP = 500

export class Catalogue {
  readonly #database: Database
  readonly #tree: Tree
  #refreshing: Promise<void> | undefined
  #isFilled = false
  #isDoubtful = false

  constructor(database: Database, tree: Tree) {
    this.#database = database
    this.#tree = tree
  }

  /** Reads what is in doubt; the first time, everything that came into the trash by other ways, or left it. Several at once share it. */
  async refresh(): Promise<void> {
    if (this.#isFilled && !this.#isDoubtful && this.#refreshing === undefined) return
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined
    })
    await this.#refreshing
  }

  /** Whether it was read since it was opened: before that, it may lack what is there. */
  get isFilled(): boolean {
    return this.#isFilled
  }

  add({ id, path, keptAt, why, kind, size, mtimeNs }: Revision): void {
    const batch = id.slice(0, id.indexOf('/'))
    this.#database.run(KEEP, path, Math.floor(keptAt), id, batch, why, kind, size, String(mtimeNs))
  }

  remove(id: string): void {
    this.#database.run('DELETE FROM kept WHERE id = ?', id)
  }

  /** What is in this batch is read again. */
  doubt(batch: string): void {
    this.#isDoubtful = true
    this.#database.run('DELETE FROM batches WHERE name = ?', batch)
  }

  /** After a sweep, which begins with the oldest and may end in the middle of a batch. */
  doubtOldest(): void {
    const [oldest] = this.#database.all('SELECT name FROM batches ORDER BY name LIMIT 1')
    if (oldest !== undefined) this.doubt(oldest[0] as string)
  }

  /** Newest first. */
  of(path: Path, before: number, limit: number): readonly Revision[] {
    return this.#database.all(OF_PATH, path, before, limit).map(revisionOf)
  }

  byId(id: string): Revision | undefined {
    const found = this.#database.get(BY_ID, id)
    return found === undefined ? undefined : revisionOf(found)
  }

  /** For each path below `place` and after `after` what left it first after `at`, ordered by path. */
  firstSince(place: Place, at: number, after: string, limit: number): readonly Revision[] {
    const low = after !== '' ? after : place === '' ? '' : `${place}/`
    return this.#database.all(SINCE, low, endOf(place), at, limit).map(revisionOf)
  }

  /** What left `path` first after `at`. */
  firstOf(path: Path, at: number): Revision | undefined {
    const found = this.#database.get(
      `SELECT ${COLUMNS} FROM kept WHERE path = ? AND at > ? ORDER BY at LIMIT 1`,
      path,
      at,
    )
    return found === undefined ? undefined : revisionOf(found)
  }

  /** Paths of which something is kept, after `after`, with how many. */
  paths(after: string, limit: number): readonly { readonly path: Path; readonly count: number }[] {
    return this.#database
      .all(PATHS, after, limit)
      .map(([path, count]) => ({ path: path as Path, count: Number(count) }))
  }

  counts(paths: readonly Path[]): ReadonlyMap<Path, number> {
    const found = this.#database.all(COUNTS, JSON.stringify(paths))
    return new Map(found.map(([path, count]) => [path as Path, Number(count)]))
  }

  totals(): { readonly versions: number; readonly bytes: number; readonly oldestAt: number | undefined } {
    const [versions, bytes, oldest] = this.#database.get(TOTALS) ?? [0, 0, null]
    return {
      versions: Number(versions),
      bytes: Number(bytes),
      oldestAt: oldest === null ? undefined : Number(oldest),
    }
  }

  async #refresh(): Promise<void> {
    this.#isDoubtful = false
    const there = new Map((await listBatches(this.#tree)).map(batch => [batch.name, batch]))
    const known = new Set(this.#database.all('SELECT name FROM batches').map(([name]) => name as string))
    const listed = this.#database.all('SELECT DISTINCT batch FROM kept').map(([name]) => name as string)
    for (const name of new Set([...known, ...listed])) if (!there.has(name)) this.#forget(name)
    for (const [name, batch] of there) if (!known.has(name)) await this.#read(batch)
    this.#isFilled = true
  }

  #forget(batch: string): void {
    this.#database.transaction(() => {
      this.#database.run('DELETE FROM kept WHERE batch = ?', batch)
      this.#database.run('DELETE FROM batches WHERE name = ?', batch)
    })
  }

  /** What is moved into it meanwhile is added by itself. */
  async #read(batch: Batch): Promise<void> {
    const before = new Set(
      this.#database.all('SELECT id FROM kept WHERE batch = ?', batch.name).map(([id]) => id as string),
    )
    let group: Revision[] = []
    const write = () => {
      const written = group
      group = []
      this.#database.transaction(() => {
        for (const revision of written) this.add(revision)
      })
    }
    for await (const revision of walkBatch(this.#tree, batch)) {
      before.delete(revision.id)
      if (group.push(revision) === GROUP) write()
    }
    write()
    this.#database.transaction(() => {
      for (const id of before) this.remove(id)
      this.#database.run('INSERT OR IGNORE INTO batches VALUES (?)', batch.name)
    })
  }
}

/** Any blob is greater than any text (SQLite, "Sort Order"); '0' is what follows '/'. */
export function endOf(place: Place): Value {
  return place === '' ? Uint8Array.of(0) : `${place}0`
}

function revisionOf([path, at, id, why, kind, size, mtime]: Columns): Revision {
  return {
    id: id as string,
    path: path as Path,
    why: why as KeptWhy,
    keptAt: Number(at),
    kind: kind as Revision['kind'],
    size: Number(size),
    mtimeNs: BigInt(mtime as string),
  }
}
