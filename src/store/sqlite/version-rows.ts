// Older contents of files.
import type { ContentId } from '../../model/content.ts'
import type { Database } from '../../platform/node/sqlite.ts'
import type { NodeRow } from './node-row.ts'

export interface VersionRow {
  /** Seconds since 1970, unique among the versions of the file. */
  readonly since: number
  readonly content: ContentId
  readonly size: number
  readonly mtimeMs: number
}

const MOST_VERSIONS = 50

export class VersionRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Newest first. */
  of(node: number): readonly VersionRow[] {
    return this.#database.all(ALL, node).map(([since, content, size, mtime]) => ({
      since: since as number,
      content: content as ContentId,
      size: size as number,
      mtimeMs: mtime as number,
    }))
  }

  /** Keeps what a file contains now, before it is replaced. The oldest versions go. */
  keep({ id, content, size, mtimeMs, since }: NodeRow): void {
    this.#database.run('INSERT INTO versions VALUES (?, ?, ?, ?, ?)', id, this.#free(id, since), content, size, mtimeMs)
    this.#database.run(DROP_OLDEST, id, id, MOST_VERSIONS)
  }

  remove(node: number, since: number): void {
    this.#database.run('DELETE FROM versions WHERE node = ? AND since = ?', node, since)
  }

  /** Later than every other version, also when several came within a second, so that the newest are always the last. */
  #free(node: number, since: number): number {
    const newest = this.#database.get('SELECT max(since) FROM versions WHERE node = ?', node)?.[0] as number | null
    return newest === null ? since : Math.max(since, newest + 1)
  }
}

const ALL = 'SELECT since, content, size, mtime FROM versions WHERE node = ? ORDER BY since DESC'
const DROP_OLDEST = `DELETE FROM versions WHERE node = ? AND since < (
  SELECT min(since) FROM (SELECT since FROM versions WHERE node = ? ORDER BY since DESC LIMIT ?) AS kept)`
