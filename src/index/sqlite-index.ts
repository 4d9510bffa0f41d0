// A folder's index in SQLite.
import { randomUUID } from 'node:crypto'
import type { ContentId } from '../model/content.ts'
import { assert } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import { migrate } from '../platform/node/migrate.ts'
import { Database } from '../platform/node/sqlite.ts'
import { Browse } from './browse.ts'
import { ChangedRowsTold } from './changed-rows.ts'
import { checkIndex } from './check-index.ts'
import type { ConflictRecord, FolderIndex, PairRecords, Row, RowChange } from './folder-index.ts'
import type { Lineage } from './lineage.ts'
import { keepLineage, lineageOf } from './lineage-records.ts'
import type { MeshRecords, MeshRules } from './mesh.ts'
import { SqliteMesh } from './mesh-records.ts'
import { openPair } from './pair-records.ts'
import { Places } from './places.ts'
import { copyIndex, type PrivateCopy } from './private-copy.ts'
import { NOTE_OF_ROLLS, RowTable } from './row-table.ts'
import { INDEX_SCHEMA } from './schema.ts'
import { News, Past, Properties, Sums } from './served.ts'
import { INDEX_WORDS } from './words.ts'

export interface IndexOptions {
  /** Who signs the versions of changes made here. */
  readonly device: DeviceId
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** `copy`: works on a private temporary copy that vanishes on close, and leaves `file` and its directory untouched. */
  readonly mode?: 'read-write' | 'copy'
}

/**
 * Opens the index in `file`, or makes it. Throws `folder-unusable` when the file is damaged or no index of ours: it is never
 * replaced unasked (`setAsideIndex` does that for `doctor`).
 */
export function openIndex(file: string | ':memory:', options: IndexOptions): FolderIndex {
  if (options.mode !== 'copy' || file === ':memory:') return indexIn(openDatabase(file), options)
  const copy = copyIndex(file)
  try {
    return indexIn(openDatabase(copy.file, { ...INDEX_WORDS, copyOf: file }), options, copy)
  } catch (error) {
    copy.remove()
    throw error
  }
}

function openDatabase(file: string, words = INDEX_WORDS): Database {
  const database = new Database(file, words)
  try {
    // The schema is looked at before anything is written: a file that is not ours stays as it is.
    database.exec('PRAGMA busy_timeout = 5000')
    migrate(database, INDEX_SCHEMA)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** What cannot be used is let go of at once: a disk that is to be unplugged would be in use until somebody tidies the memory. */
function indexIn(database: Database, options: IndexOptions, copy?: PrivateCopy): FolderIndex {
  try {
    return new SqliteIndex(database, options, copy)
  } catch (error) {
    database.close()
    throw error
  }
}

class SqliteIndex implements FolderIndex {
  readonly id: string
  readonly #database: Database
  readonly #now: () => number
  readonly #device: DeviceId
  readonly #rows: RowTable
  readonly #browse: Browse
  readonly #places: Places
  readonly #properties: Properties
  readonly #sums: Sums
  readonly #past: Past
  readonly #news = new News()
  readonly #changed = new ChangedRowsTold()
  readonly #pairs = new Map<string, PairRecords>()
  readonly #copy: PrivateCopy | undefined
  #mesh: MeshRecords | undefined

  constructor(database: Database, options: IndexOptions, copy?: PrivateCopy) {
    this.#database = database
    this.#now = options.now
    this.#device = options.device
    this.#places = new Places(database)
    this.#rows = new RowTable(database, options.device, options.now, this.#places)
    this.#browse = new Browse(database)
    this.#properties = new Properties(database)
    this.#sums = new Sums(database)
    this.#past = new Past(database)
    this.#copy = copy
    this.id = this.#identity()
    if (this.get(LINEAGE) !== undefined) keepLineage(database)
  }

  get sequence(): number {
    return this.#rows.sequence
  }

  row: FolderIndex['row'] = path => this.#rows.row(path)
  rowsAt: FolderIndex['rowsAt'] = paths => this.#rows.rowsAt(paths)
  rowsIn: FolderIndex['rowsIn'] = (place, tombstones) => this.#rows.rowsIn(place, tombstones)
  marksIn: FolderIndex['marksIn'] = place => this.#rows.marksIn(place)
  namesIn: FolderIndex['namesIn'] = (place, after, limit) => this.#browse.namesIn(place, after, limit)
  rowsSince: FolderIndex['rowsSince'] = (sequence, limit) => this.#browse.rowsSince(sequence, limit)
  namesHolding: FolderIndex['namesHolding'] = (...asked) => this.#browse.namesHolding(...asked)
  rolls: FolderIndex['rolls'] = () => this.#rows.rolls()
  noted: FolderIndex['noted'] = () => this.get(NOTE_OF_ROLLS)
  note: FolderIndex['note'] = words => this.set(NOTE_OF_ROLLS, words)
  rowsBelow: FolderIndex['rowsBelow'] = place => this.#rows.rowsBelow(place)
  count: FolderIndex['count'] = () => this.#rows.count()
  rowsByInode: FolderIndex['rowsByInode'] = inode => this.#rows.rowsByInode(inode)

  record(changes: readonly RowChange[]): readonly Row[] {
    return this.#telling(() => {
      const record = () => this.#rows.record(changes)
      const rows = this.#changed.noting(changes, paths => this.#rows.rowsAt(paths), record)
      if (this.#news.isWanted) {
        for (const [i, change] of changes.entries()) {
          const row = rows[i]
          if (row !== undefined && change.news === undefined) this.#news.add(row.node)
        }
      }
      return rows
    })
  }

  dropIgnored: FolderIndex['dropIgnored'] = place => this.#rows.dropIgnored(place)

  moveRows(from: Path, to: Path): void {
    this.#telling(() => {
      this.#rows.moveRows(from, to)
      const row = this.#news.isWanted || this.#changed.isWanted ? this.#rows.row(to) : undefined
      if (row !== undefined) this.#news.add(row.node)
      this.#changed.moved(from, row)
    })
  }

  keepAggregates(): void {
    this.#places.keep(this.sequence, this.#now())
  }

  aggregate: FolderIndex['aggregate'] = place => this.#places.of(place)
  aggregatesIn: FolderIndex['aggregatesIn'] = place => this.#places.in(place)
  rowByNode: FolderIndex['rowByNode'] = node => this.#rows.rowByNode(node)
  properties: FolderIndex['properties'] = node => this.#properties.of(node)
  setProperties: FolderIndex['setProperties'] = (node, changes) => this.#properties.set(node, changes)
  sums: FolderIndex['sums'] = content => this.#sums.of(content)
  recordSums: FolderIndex['recordSums'] = (content, sums) => this.#sums.record(content, sums)
  sumsIn: FolderIndex['sumsIn'] = place => this.#sums.in(place)
  trashed: FolderIndex['trashed'] = () => this.#past.trashed()
  recordTrashed: FolderIndex['recordTrashed'] = trashed => this.#past.recordTrashed(trashed)
  forgetTrashed: FolderIndex['forgetTrashed'] = id => this.#past.forgetTrashed(id)
  formerPaths: FolderIndex['formerPaths'] = node => this.#past.formerPaths(node)
  recordFormerPath: FolderIndex['recordFormerPath'] = (node, former) => this.#past.recordFormerPath(node, former)
  touchPlace: FolderIndex['touchPlace'] = (place, mtimeMs) => this.#rows.touchPlace(place, mtimeMs)
  onRecorded: FolderIndex['onRecorded'] = listener => this.#news.listen(listener)
  onChanged: FolderIndex['onChanged'] = listener => this.#changed.listen(listener)

  blocks(content: ContentId): Uint8Array | undefined {
    return this.#database.get('SELECT blocks FROM blocks WHERE content = ?', content)?.[0] as Uint8Array | undefined
  }

  recordBlocks(content: ContentId, blocks: Uint8Array): void {
    this.#database.run('INSERT OR IGNORE INTO blocks VALUES (?, ?)', content, blocks)
  }

  conflicts(): readonly ConflictRecord[] {
    return this.#database.all('SELECT path, origin, at FROM conflicts ORDER BY path').map(([path, origin, at]) => ({
      path: path as Path,
      origin: origin as Path,
      at: at as number,
    }))
  }

  recordConflict({ path, origin, at }: ConflictRecord): void {
    this.#database.run('INSERT OR REPLACE INTO conflicts VALUES (?, ?, ?)', path, origin, at)
  }

  forgetConflict(path: Path): void {
    this.#database.run('DELETE FROM conflicts WHERE path = ?', path)
  }

  adopt: FolderIndex['adopt'] = (path, sequence, version) => this.#rows.adopt(path, sequence, version)

  keepLineage(): void {
    this.set(LINEAGE, 'kept')
    keepLineage(this.#database)
  }

  lineage(path: Path): Lineage {
    return lineageOf(this.#database, path, this.#device)
  }

  mesh(rules: MeshRules): MeshRecords {
    this.#mesh ??= new SqliteMesh(this.#database, rules)
    return this.#mesh
  }

  pair(remoteId: string): PairRecords {
    const known = this.#pairs.get(remoteId)
    if (known !== undefined) return known
    const pair = openPair(this.#database, this.#numberOf(remoteId))
    // Its number may yet be taken back with the transaction under way; it is only kept once it cannot be.
    if (!this.#database.isInTransaction) this.#pairs.set(remoteId, pair)
    return pair
  }

  remotes(): readonly string[] {
    return this.#database.all('SELECT remote FROM pairs ORDER BY id').map(([remote]) => remote as string)
  }

  transaction<T>(body: () => T): T {
    return this.#telling(() => this.#database.transaction(body))
  }

  durably<T>(body: () => T): T {
    assert(!this.#database.isInTransaction, 'what is to be on disk is a transaction of its own')
    this.#database.exec('PRAGMA synchronous = FULL')
    try {
      return this.transaction(body)
    } finally {
      this.#database.exec('PRAGMA synchronous = NORMAL')
    }
  }

  get(key: string): string | undefined {
    return this.#database.get('SELECT value FROM settings WHERE key = ?', key)?.[0] as string | undefined
  }

  set(key: string, value: string | undefined): void {
    if (value === undefined) this.#database.run('DELETE FROM settings WHERE key = ?', key)
    else this.#database.run(SET, key, value)
  }

  check(): readonly string[] {
    return checkIndex(this.#database)
  }

  close(): void {
    this.#database.close()
    this.#copy?.remove()
  }

  /** What was recorded is told once it is committed. */
  #telling<T>(body: () => T): T {
    if (this.#database.isInTransaction) return body()
    this.#news.drop()
    this.#changed.drop()
    const result = body()
    this.#news.tell()
    this.#changed.tell()
    return result
  }

  #numberOf(remoteId: string): number {
    const find = () => this.#database.get('SELECT id FROM pairs WHERE remote = ?', remoteId)?.[0]
    const known = find()
    if (known !== undefined) return Number(known)
    this.#database.run('INSERT OR IGNORE INTO pairs (remote) VALUES (?)', remoteId)
    return Number(find())
  }

  #identity(): string {
    // Looked for first: opening an index that is as it was writes nothing.
    const known = this.get(IDENTITY)
    if (known !== undefined) return known
    this.#database.run('INSERT OR IGNORE INTO settings VALUES (?, ?)', IDENTITY, randomUUID())
    return this.get(IDENTITY) ?? ''
  }
}

// What is set to what it is already costs no write, and so no flush.
const SET =
  'INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value WHERE value != excluded.value'
const IDENTITY = 'index-id'
const LINEAGE = 'lineage'
