// SQLite as this program uses it: prepared statements by text, rows as arrays, joined transactions, errors for people.
import { createRequire } from 'node:module'
import { AssertionError, assert, SyncError } from '../../model/errors.ts'
import { noteWork, whenAtRest } from './at-rest.ts'
import { tidySoon } from './tidy-soon.ts'

export type Value = string | number | bigint | Uint8Array | null
export type Columns = readonly Value[]

/** What is used of `node:sqlite`; `@photostructure/sqlite` has the same for older Node. */
interface DatabaseSync {
  exec(sql: string): void
  prepare(sql: string): StatementSync
  function(name: string, body: (...values: Value[]) => Value): void
  close(): void
}

interface StatementSync {
  all(...values: Value[]): unknown[]
  get(...values: Value[]): unknown
  run(...values: Value[]): { readonly changes: number | bigint }
  setReturnArrays?(on: boolean): void
}

type DatabaseClass = new (file: string, options: { readonly enableForeignKeyConstraints: boolean }) => DatabaseSync

/** How faults of a database are told: `name` as in "The index", `mend`: what to do about one that is damaged. */
export interface DatabaseWords {
  readonly name: string
  readonly mend: string
  /** What the file is a private copy of: people know only that. */
  readonly copyOf?: string
}

/** A connection. All faults come out as `SyncError`s. Statements are prepared once per text, so keep the texts constant. */
export class Database {
  readonly file: string
  readonly words: DatabaseWords
  readonly #connection: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #stay: () => void
  #depth = 0
  #failed = false
  #takenBack = 0

  /** Opens or creates `file` (':memory:' for none). */
  constructor(file: string, words: DatabaseWords) {
    this.file = file
    this.words = words
    this.#connection = this.#guarded(() => new (databaseClass())(file, { enableForeignKeyConstraints: false }))
    // Pages that were read: they are in the system's memory as well.
    this.#stay = whenAtRest(() => this.#connection.exec('PRAGMA shrink_memory'))
  }

  exec(sql: string): void {
    this.#guarded(() => this.#connection.exec(sql))
  }

  all(sql: string, ...values: Value[]): readonly Columns[] {
    return this.#guarded(() => {
      const found = this.#statement(sql).all(...values)
      return Array.isArray(found[0]) ? (found as Columns[]) : found.map(columnsOf)
    })
  }

  get(sql: string, ...values: Value[]): Columns | undefined {
    return this.#guarded(() => {
      const found = this.#statement(sql).get(...values)
      return found === undefined ? undefined : columnsOf(found)
    })
  }

  /** Returns how many rows it changed. */
  run(sql: string, ...values: Value[]): number {
    return this.#guarded(() => Number(this.#statement(sql).run(...values).changes))
  }

  /** Makes `body` callable from SQL under `name`. */
  define(name: string, body: (...values: Value[]) => Value): void {
    this.#connection.function(name, body)
  }

  /**
   * Runs `body` in one transaction. An inner call joins the outer one: when it throws, nothing of the outer one is kept,
   * even if somebody in between catches the error.
   */
  transaction<T>(body: () => T): T {
    if (this.#depth > 0) return this.#join(body)
    noteWork()
    this.exec('BEGIN IMMEDIATE')
    this.#failed = false
    try {
      const result = this.#join(body)
      if (this.#failed)
        throw new AssertionError('Internal error, please report it: a failed part of a transaction was ignored')
      this.exec('COMMIT')
      return result
    } catch (error) {
      this.#rollback()
      throw error
    }
  }

  get isInTransaction(): boolean {
    return this.#depth > 0
  }

  /** How many transactions were taken back: what was read in one of them may not be kept. */
  get takenBack(): number {
    return this.#takenBack
  }

  /** Everything is in the main file afterwards, unless another connection is still reading. */
  close(): void {
    this.#stay()
    this.#statements.clear()
    try {
      this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // What the log holds is not lost: the next opening goes on from it.
    }
    this.#guarded(() => this.#connection.close())
    if (!closesAtOnce() && this.file !== ':memory:') tidySoon()
  }

  #join<T>(body: () => T): T {
    this.#depth += 1
    try {
      const result = body()
      assert(!(result instanceof Promise), 'a transaction does not wait')
      return result
    } catch (error) {
      this.#failed = true
      throw error
    } finally {
      this.#depth -= 1
    }
  }

  #rollback(): void {
    this.#takenBack += 1
    try {
      this.#connection.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself (disk full, I/O error): the error that led here tells more than this one.
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#connection.prepare(sql)
      statement.setReturnArrays?.(true)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #guarded<T>(body: () => T): T {
    try {
      return body()
    } catch (error) {
      throw forPeople(error, this.file, this.words)
    }
  }
}

/** What cannot be used as it is. A fresh connection reads the first page lazily: a file that is no database shows only at its first use. */
export function unusableDatabase(
  file: string,
  what: string,
  { name, mend, copyOf }: DatabaseWords,
  cause?: unknown,
): SyncError {
  return new SyncError('folder-unusable', `${name} ${copyOf ?? file} ${what}. ${mend}`, { cause })
}

// Result codes of SQLite (sqlite3.h).
const BUSY = 5
const LOCKED = 6
const READONLY = 8
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const NOTADB = 26

/** Whether `error`, thrown by a database, says that its file is broken: setting it aside loses nothing that could still be read. */
export function isDamage(error: unknown): error is SyncError {
  if (!(error instanceof SyncError) || error.code !== 'folder-unusable') return false
  const extended = (error.cause as { readonly errcode?: unknown } | undefined)?.errcode
  return typeof extended === 'number' && [CORRUPT, NOTADB].includes(extended & 0xff)
}

function forPeople(error: unknown, file: string, words: DatabaseWords): unknown {
  const { name } = words
  const extended = (error as { readonly errcode?: unknown }).errcode
  if (typeof extended !== 'number') return error
  switch (extended & 0xff) {
    case CORRUPT:
      return unusableDatabase(file, 'is damaged', words, error)
    case NOTADB:
      return unusableDatabase(file, 'is not a database', words, error)
    case FULL:
      return new SyncError('disk-full', `The disk is full: ${file} cannot grow. Make room and try again.`, {
        cause: error,
      })
    case BUSY:
    case LOCKED:
      return new SyncError('folder-locked', `Another program is using ${file}. Try again when it has finished.`, {
        cause: error,
      })
    case READONLY:
    case CANTOPEN:
      return new SyncError('folder-unusable', `${name} ${file} cannot be opened for writing. Check its permissions.`, {
        cause: error,
      })
    default:
      return new SyncError('io', `${name} ${file} failed: ${(error as Error).message}`, {
        cause: error,
        scope: 'folder',
      })
  }
}

// Older `node:sqlite` cannot return arrays; its objects keep the order of the columns.
function columnsOf(found: unknown): Columns {
  return Array.isArray(found) ? found : Object.values(found as Record<string, Value>)
}

/** The other one keeps the file open until the statements are collected, and its disk could not be unplugged. */
function closesAtOnce(): boolean {
  return hasBuiltIn(process.versions.node)
}

let loaded: DatabaseClass | undefined

function databaseClass(): DatabaseClass {
  if (loaded === undefined) {
    const require = createRequire(import.meta.url)
    const source = closesAtOnce() ? 'node:sqlite' : '@photostructure/sqlite'
    loaded = (require(source) as { readonly DatabaseSync: DatabaseClass }).DatabaseSync
  }
  return loaded
}

/** Whether this version of Node has a `node:sqlite` that works without a flag. */
export function hasBuiltIn(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 13)
}
