// The newest changes of a folder: what, where, when and by whom. For people; nothing is decided by it.
import type { Path, Place } from '../model/path.ts'
import type { Columns, Database, Value } from '../platform/node/sqlite.ts'
import { endOf } from './catalogue.ts'

export interface Author {
  readonly kind: 'here' | 'remote' | 'client' | 'api'
  readonly remote?: string
  /** For people. */
  readonly label: string
}

export interface LoggedChange {
  readonly id: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly what: 'created' | 'changed' | 'deleted' | 'moved' | 'many'
  /** Of many: the directory that they have in common. */
  readonly path: Place
  readonly from: Path | undefined
  readonly count: number | undefined
  readonly kind: 'file' | 'directory' | 'symlink' | undefined
  readonly size: number | undefined
  /** What the file held after it. */
  readonly content: string | undefined
  readonly author: Author
  /** What was there before, where it is kept. */
  readonly revision: string | undefined
}

/** How many changes are remembered. */
const MOST = 100_000
const PRUNE_EVERY = 1000

const COLUMNS = 'id, at, what, path, source, count, kind, size, content, author, remote, label, revision'
const ADD = `
INSERT INTO changes (at, what, path, source, count, kind, size, content, author, remote, label, revision)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`
const LIST = `
SELECT ${COLUMNS} FROM changes WHERE id < ?1 AND (?2 = '' OR path = ?2 OR (path > ?3 AND path < ?4))
ORDER BY id DESC LIMIT ?5`
// Only what nobody has claimed yet, and only lately: another change of that path may have been made by another.
const CLAIM = `
UPDATE changes SET author = ?2, remote = ?3, label = ?4
WHERE id = (SELECT max(id) FROM changes WHERE path = ?1) AND at >= ?5 AND author IN ('here', 'client')`

export class ChangeLog {
  readonly #database: Database
  #added = 0

  constructor(database: Database) {
    this.#database = database
  }

  /** In one transaction. */
  together<T>(body: () => T): T {
    return this.#database.transaction(body)
  }

  add(change: Omit<LoggedChange, 'id'>): number {
    const { at, what, path, from, count, kind, size, content, author, revision } = change
    const values: (Value | undefined)[] = [Math.floor(at), what, path, from, count, kind, size, content, author.kind]
    const rest = [author.remote, author.label, revision]
    const added = this.#database.get(ADD, ...[...values, ...rest].map(value => value ?? null))
    this.#added += 1
    if (this.#added % PRUNE_EVERY === 0) this.#prune()
    return Number(added?.[0])
  }

  /** More of the same: what is told of many at once. */
  grow(id: number, { at, path, count }: { readonly at: number; readonly path: Place; readonly count: number }): void {
    this.#database.run(
      'UPDATE changes SET at = ?, path = ?, count = coalesce(count, 0) + ? WHERE id = ?',
      Math.floor(at),
      path,
      count,
      id,
    )
  }

  /** A deletion and a creation turned out to be one move. */
  becameMove(id: number, from: Path, to: Path): void {
    this.#database.run(`UPDATE changes SET what = 'moved', path = ?, source = ? WHERE id = ?`, to, from, id)
  }

  /** The newest change of `path`, unless it is older than `since`, was made by this one. */
  claim(path: Path, author: Author, since: number): void {
    this.#database.run(CLAIM, path, author.kind, author.remote ?? null, author.label, Math.floor(since))
  }

  /** Newest first, at and below `place`, older than the change `before`. */
  list(place: Place, before: number, limit: number): readonly LoggedChange[] {
    return this.#database.all(LIST, before, place, `${place}/`, endOf(place), limit).map(changeOf)
  }

  get(id: number): LoggedChange | undefined {
    const found = this.#database.get(`SELECT ${COLUMNS} FROM changes WHERE id = ?`, id)
    return found === undefined ? undefined : changeOf(found)
  }

  /** Who took this revision from its place. */
  authorOf(revision: string, path: Path): Author | undefined {
    const found = this.#database.get(
      `SELECT ${COLUMNS} FROM changes WHERE path = ? AND revision = ? LIMIT 1`,
      path,
      revision,
    )
    return found === undefined ? undefined : changeOf(found).author
  }

  /** The first change of `path` after `at`. */
  firstAfter(path: Path, at: number): LoggedChange | undefined {
    const found = this.#database.get(
      `SELECT ${COLUMNS} FROM changes WHERE path = ? AND at > ? ORDER BY id LIMIT 1`,
      path,
      at,
    )
    return found === undefined ? undefined : changeOf(found)
  }

  /** Paths below `place` and after `after` that something happened to since `at`, in their order. */
  pathsSince(place: Place, at: number, after: string, limit: number): readonly Path[] {
    const low = after !== '' ? after : place === '' ? '' : `${place}/`
    return this.#database
      .all(
        `SELECT DISTINCT path FROM changes WHERE path > ? AND path < ? AND at > ? AND what != 'many' ORDER BY path LIMIT ?`,
        low,
        endOf(place),
        at,
        limit,
      )
      .map(([path]) => path as Path)
  }

  /** Whether so much happened at once since `at` that not all of it is told. */
  hasGapsSince(at: number): boolean {
    return this.#database.get(`SELECT 1 FROM changes WHERE what = 'many' AND at > ? LIMIT 1`, at) !== undefined
  }

  /** Since when changes are on record. */
  since(): number | undefined {
    const at = this.#database.get('SELECT at FROM changes ORDER BY id LIMIT 1')?.[0]
    return at === undefined ? undefined : Number(at)
  }

  #prune(): void {
    this.#database.run('DELETE FROM changes WHERE id <= (SELECT max(id) FROM changes) - ?', MOST)
  }
}

function changeOf(columns: Columns): LoggedChange {
  const [id, at, what, path, source, count, kind, size, content, author, remote, label, revision] = columns
  const by = { kind: author as Author['kind'], label: label as string }
  return {
    id: Number(id),
    at: Number(at),
    what: what as LoggedChange['what'],
    path: path as Place,
    from: (source ?? undefined) as Path | undefined,
    count: count === null ? undefined : Number(count),
    kind: (kind ?? undefined) as LoggedChange['kind'],
    size: size === null ? undefined : Number(size),
    content: (content ?? undefined) as string | undefined,
    author: remote === null ? by : { ...by, remote: remote as string },
    revision: (revision ?? undefined) as string | undefined,
  }
}
