// Which blob is where in which pack. It can be made again from the packs: it is for finding, not for keeping.
import type { ContentId } from '../../model/content.ts'
import { migrate, type Schema } from '../../platform/node/migrate.ts'
import { type Columns, Database } from '../../platform/node/sqlite.ts'
import { HEADER_BYTES } from './record.ts'

export interface Location {
  readonly pack: number
  /** Where its bytes begin. */
  readonly at: number
  readonly size: number
}

export interface PackState {
  readonly pack: number
  /** Up to here its records are in the index. */
  readonly bytes: number
  /** Of those that somebody may want, records with their headers. */
  readonly live: number
}

const WORDS = {
  name: 'The index of packed contents',
  mend: 'Delete it while Syncline does not run: it is made again from the packs.',
}
const SCHEMA: Schema = {
  applicationId: 0x53795058,
  migrations: [
    `CREATE TABLE packed (
       id BLOB PRIMARY KEY,
       pack INTEGER NOT NULL,
       at INTEGER NOT NULL,
       size INTEGER NOT NULL,
       touched INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE packs (pack INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, live INTEGER NOT NULL) STRICT;`,
  ],
}
const PAGE = 500

export class PackIndex {
  readonly #database: Database

  constructor(file: string) {
    this.#database = new Database(file, WORDS)
    // What a power cut takes from it is found again: in the packs, or in the journal.
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000')
    migrate(this.#database, SCHEMA)
  }

  packs(): readonly PackState[] {
    return this.#database
      .all('SELECT pack, bytes, live FROM packs ORDER BY pack')
      .map(([pack, bytes, live]) => ({ pack: Number(pack), bytes: Number(bytes), live: Number(live) }))
  }

  find(id: ContentId): Location | undefined {
    return locationOf(this.#database.get('SELECT pack, at, size FROM packed WHERE id = ?', keyOf(id)))
  }

  /** When it was last put, or asked for; milliseconds since 1970. */
  touched(id: ContentId): number | undefined {
    const found = this.#database.get('SELECT touched FROM packed WHERE id = ?', keyOf(id))
    return found === undefined ? undefined : Number(found[0])
  }

  touch(id: ContentId, now: number): void {
    this.#database.run('UPDATE packed SET touched = ? WHERE id = ?', now, keyOf(id))
  }

  /** Records of `pack`, which is indexed up to `bytes` then. Where a blob was before, it is no more. */
  add(
    pack: number,
    bytes: number,
    entries: readonly (Omit<Location, 'pack'> & { readonly id: ContentId })[],
    now: number,
  ): void {
    this.#database.transaction(() => {
      let live = 0
      for (const { id, at, size } of entries) {
        this.#forget(id)
        this.#database.run('INSERT INTO packed VALUES (?, ?, ?, ?, ?)', keyOf(id), pack, at, size, now)
        live += size + HEADER_BYTES
      }
      this.#database.run(
        `INSERT INTO packs VALUES (?, ?, ?)
         ON CONFLICT (pack) DO UPDATE SET bytes = max(bytes, excluded.bytes), live = live + excluded.live`,
        ...[pack, bytes, live],
      )
    })
  }

  remove(id: ContentId): void {
    this.#database.transaction(() => this.#forget(id))
  }

  /** Nothing is in it any more that is not elsewhere. */
  removePack(pack: number): void {
    this.#database.run('DELETE FROM packs WHERE pack = ?', pack)
  }

  /** Its file is not there. */
  losePack(pack: number): void {
    this.#database.transaction(() => {
      this.#database.run('DELETE FROM packed WHERE pack = ?', pack)
      this.removePack(pack)
    })
  }

  /** A page of ids, in their order. */
  idsAfter(id: ContentId | undefined): readonly { readonly id: ContentId; readonly touched: number }[] {
    const from = id === undefined ? new Uint8Array() : keyOf(id)
    return this.#database
      .all('SELECT id, touched FROM packed WHERE id > ? ORDER BY id LIMIT ?', from, PAGE)
      .map(([key, touched]) => ({
        id: Buffer.from(key as Uint8Array).toString('base64url') as ContentId,
        touched: Number(touched),
      }))
  }

  close(): void {
    this.#database.close()
  }

  #forget(id: ContentId): void {
    const before = this.find(id)
    if (before === undefined) return
    this.#database.run('UPDATE packs SET live = live - ? WHERE pack = ?', before.size + HEADER_BYTES, before.pack)
    this.#database.run('DELETE FROM packed WHERE id = ?', keyOf(id))
  }
}

function keyOf(id: ContentId): Uint8Array {
  return Buffer.from(id, 'base64url')
}

function locationOf(columns: Columns | undefined): Location | undefined {
  if (columns === undefined) return undefined
  const [pack, at, size] = columns.map(Number)
  return { pack: pack ?? 0, at: at ?? 0, size: size ?? 0 }
}
