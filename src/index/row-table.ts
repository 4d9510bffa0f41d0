// The rows of a folder: looking them up, recording new states, moving subtrees.
import { assert } from '../model/errors.ts'
import { isWithin, type Path, type Place, parentOf } from '../model/path.ts'
import { bumpVersion, compareVersions, type DeviceId, type Version } from '../model/version.ts'
import type { Columns, Database } from '../platform/node/sqlite.ts'
import type { Roll } from '../platform/tree.ts'
import type { NodeId, Row, RowChange, RowMark } from './folder-index.ts'
import { forgetTakenBack } from './lineage-records.ts'
import { PlaceChanges, type Places } from './places.ts'
import { boundsBelow, inPages, movedParent, movedPath, NAME, PAGE, ROLL_PAGE, rollPages, within } from './ranges.ts'
import {
  columnsOfState,
  MARK_COLUMNS,
  markOf,
  ROW_COLUMNS,
  readVersion,
  rollOf,
  rowOf,
  storedInode,
  writeVersion,
} from './row-columns.ts'

const LIVE = `('file', 'directory', 'symlink')`
const SELECT = `SELECT ${ROW_COLUMNS} FROM rows r`

const ONE = `${SELECT} WHERE r.path = ?`
// The paths come first: left to itself, SQLite may go through all rows.
const AT = `SELECT ${ROW_COLUMNS} FROM json_each(?) wanted CROSS JOIN rows r ON r.path = wanted.value`
const IN = `${SELECT} WHERE r.parent = ? AND r.kind != 'deleted' ORDER BY r.path`
const IN_WITH_TOMBSTONES = `${SELECT} WHERE r.parent = ?`
const MARKS_IN = `SELECT ${MARK_COLUMNS} FROM rows INDEXED BY rows_by_parent WHERE parent = ? AND kind != 'deleted'`
const ROLLS = `
SELECT parent, group_concat(${NAME} || '//' || coalesce(mark, '?') || '/' || coalesce(mode, '*') || '/', '')
FROM rows INDEXED BY rows_by_parent WHERE parent >= ? AND kind != 'deleted' GROUP BY parent ORDER BY parent LIMIT ${ROLL_PAGE}`
const BELOW = `${SELECT} WHERE r.path > ? AND r.path < ? AND r.kind != 'deleted' ORDER BY r.path LIMIT ${PAGE}`
const BY_INODE = `${SELECT} WHERE r.inode = ? AND r.kind != 'blocked'`
const BY_NODE = `${SELECT} WHERE r.node = ? AND r.kind != 'deleted'`
const LIVE_AMONG = `
SELECT count(*) FROM json_each(?) wanted CROSS JOIN rows r ON r.path = wanted.value WHERE r.kind IN ${LIVE}`
const COUNT = `SELECT count(*) FROM rows WHERE kind IN ${LIVE}`

// A tombstone and a blocked row keep the inode of what was there. Without a node of its own in the change (?14 = 0), a path
// keeps its node until something new appears where a tombstone was.
const RECORD = `
INSERT INTO rows (path, parent, node, sequence, version, kind, mark, inode, size, mtime, mode, content, target, why)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?15)
ON CONFLICT (path) DO UPDATE SET
  node = CASE WHEN ?14 OR (kind = 'deleted' AND excluded.kind != 'deleted') THEN excluded.node ELSE node END,
  sequence = excluded.sequence, version = bumped(version), kind = excluded.kind, mark = excluded.mark,
  inode = coalesce(excluded.inode, inode), size = excluded.size, mtime = excluded.mtime, mode = excluded.mode,
  content = excluded.content, target = excluded.target, why = excluded.why
RETURNING node, version`

const REMARK = `
UPDATE rows SET mark = ?3, inode = ?4, size = ?5, mtime = ?6, mode = ?7, content = ?8, target = ?9, why = ?10
WHERE path = ?1 AND kind = ?2
RETURNING node, sequence, version`

// What is where the subtree goes can only be tombstones and blocked rows; their versions go on.
const MOVE_IN = `
INSERT OR REPLACE INTO rows
SELECT ${movedPath('rows')}, ${movedParent('rows')}, node, next_sequence(),
  bumped(coalesce((SELECT old.version FROM rows old WHERE old.path = ${movedPath('rows')}), '')),
  kind, mark, inode, size, mtime, mode, content, target, why
FROM rows WHERE ${within('path', 1, 4, 5)} AND kind != 'deleted' ORDER BY path`

const MOVE_OUT = `
UPDATE rows SET sequence = next_sequence(), version = bumped(version), kind = 'deleted',
  mark = NULL, size = NULL, mtime = NULL, mode = NULL, content = NULL, target = NULL, why = NULL
WHERE ${within('path', 1, 2, 3)} AND kind != 'deleted'`

const DROP_IGNORED = `DELETE FROM rows WHERE ${within('path', 1, 2, 3)} AND kind = 'blocked' AND why = 'ignored'`

/** Where the settings hold what was noted of all rolls: gone with every change of a row. */
export const NOTE_OF_ROLLS = 'note-of-rolls'

/** Of more at once it is not followed how many are live: they are counted anew when somebody asks. */
const MOST_FOLLOWED = 500

export class RowTable {
  readonly #database: Database
  readonly #device: DeviceId
  readonly #now: () => number
  readonly #places: Places
  // Valid only between #load and #save, inside one transaction.
  #sequence = 0
  #node = 0
  #nowSeconds = 0n
  /** Asked for once for each file that a scan looks at. Nobody else writes to this index; unknown from the start of each change on. */
  #settled: number | undefined
  /** How many are live, once somebody has asked: to count a million takes a fifth of a second, and a status is asked for with every change. */
  #live: number | undefined
  #takenBack = 0

  constructor(database: Database, device: DeviceId, now: () => number, places: Places) {
    this.#database = database
    this.#places = places
    this.#device = device
    this.#now = now
    database.define('bumped', version => this.#bumped(String(version)))
    database.define('next_sequence', () => {
      this.#sequence += 1
      return this.#sequence
    })
  }

  get sequence(): number {
    // What a transaction has done may still be taken back.
    if (this.#database.isInTransaction) return this.#counter('sequence')
    this.#settled ??= this.#counter('sequence')
    return this.#settled
  }

  row(path: Path): Row | undefined {
    const found = this.#database.get(ONE, path)
    return found === undefined ? undefined : rowOf(found)
  }

  rowsAt(paths: readonly Path[]): ReadonlyMap<Path, Row> {
    if (paths.length === 0) return new Map()
    return new Map(this.#database.all(AT, JSON.stringify(paths)).map(columns => [columns[0] as Path, rowOf(columns)]))
  }

  rowsIn(place: Place, tombstones?: 'with-tombstones'): readonly Row[] {
    return this.#database.all(tombstones === undefined ? IN : IN_WITH_TOMBSTONES, place).map(rowOf)
  }

  marksIn(place: Place): readonly RowMark[] {
    return this.#database.all(MARKS_IN, place).map(markOf)
  }

  rolls(): Iterable<Roll> {
    return rollPages(from => this.#database.all(ROLLS, from).map(rollOf))
  }

  rowsBelow(place: Place): Iterable<Row> {
    const [low, high] = boundsBelow(place)
    const read = (after: typeof low) => this.#database.all(BELOW, after, high).map(rowOf)
    return inPages(low, read, row => row.path)
  }

  count(): number {
    const live = this.#known() ?? Number(this.#database.get(COUNT)?.[0])
    if (!this.#database.isInTransaction) this.#live = live
    return live
  }

  /** How many are live, unless what it was followed through was taken back. */
  #known(): number | undefined {
    if (this.#takenBack !== this.#database.takenBack) this.#live = undefined
    this.#takenBack = this.#database.takenBack
    return this.#live
  }

  rowsByInode(inode: bigint): readonly Row[] {
    return this.#database.all(BY_INODE, storedInode(inode)).map(rowOf)
  }

  rowByNode(node: NodeId): Row | undefined {
    const found = this.#database.get(BY_NODE, node)
    return found === undefined ? undefined : rowOf(found)
  }

  record(changes: readonly RowChange[]): readonly Row[] {
    if (changes.length === 0) return []
    return this.#counting(() => {
      const fresh = this.#bumped('')
      return this.#following(changes, () => {
        if (this.#places.isKept) return this.#recordAndAddUp(changes, fresh)
        return changes.map(change => this.#recordOne(change, fresh))
      })
    })
  }

  /** Runs `record`, and knows afterwards how many rows are live, if that was known. */
  #following<T>(changes: readonly RowChange[], record: () => T): T {
    const paths = new Set(changes.flatMap(({ path, news }) => (news === 'same' ? [] : [path])))
    const live = paths.size > MOST_FOLLOWED ? undefined : this.#known()
    this.#live = live
    if (live === undefined || paths.size === 0) return record()
    const among = JSON.stringify([...paths])
    const before = this.#liveAmong(among)
    const recorded = record()
    this.#live = live - before + this.#liveAmong(among)
    return recorded
  }

  #liveAmong(paths: string): number {
    return Number(this.#database.get(LIVE_AMONG, paths)?.[0])
  }

  #recordOne(change: RowChange, fresh: string): Row {
    return change.news === 'same' ? this.#remark(change) : this.#recordNews(change, fresh)
  }

  #recordAndAddUp(changes: readonly RowChange[], fresh: string): readonly Row[] {
    const above = new PlaceChanges()
    const rows = changes.map(change => {
      if (change.news === undefined) above.add(change.path, this.#places.before(change.path), change.state)
      return this.#recordOne(change, fresh)
    })
    this.#places.apply(above, this.#sequence, this.#now())
    return rows
  }

  /** A sequence without a row: only the counters of the directories show it. */
  touchPlace(place: Place, mtimeMs: number): void {
    assert(this.#places.isKept, `the time of ${place} is kept`)
    this.#counting(() => {
      this.#sequence += 1
      const above = new PlaceChanges()
      above.raise(place, 0, false)
      this.#places.apply(above, this.#sequence, mtimeMs)
      this.#places.touch(place, mtimeMs)
    })
  }

  dropIgnored(place: Path): void {
    this.#counting(() => this.#database.run(DROP_IGNORED, place, ...boundsBelow(place)))
  }

  moveRows(from: Path, to: Path): void {
    assert(!isWithin(to, from), `${from} cannot move into itself as ${to}`)
    assert(!isWithin(from, to), `${from} cannot take the place of ${to}, which it is in`)
    assert(this.#isLive(from), `there is no live row ${from} to move`)
    assert(!this.#isLive(to), `a live row is in the way of ${from} at ${to}`)
    const [low, high] = boundsBelow(from)
    this.#live = undefined
    this.#counting(() => {
      const move = () => {
        this.#database.run(MOVE_IN, from, to, parentOf(to), low, high)
        this.#database.run(MOVE_OUT, from, low, high)
      }
      const at = () => ({ counter: this.#sequence, nowMs: this.#now() })
      if (this.#places.isKept) this.#places.moving(from, to, move, at)
      else move()
    })
  }

  adopt(path: Path, sequence: number, version: Version): void {
    const found = this.#database.get('SELECT version FROM rows WHERE path = ? AND sequence = ?', path, sequence)?.[0]
    const fresh = writeVersion(version)
    if (found === undefined || found === fresh) return
    this.#database.run('UPDATE rows SET version = ? WHERE path = ?', fresh, path)
    const was = readVersion(found as string)
    if (compareVersions(was, version) === 'newer') forgetTakenBack(this.#database, path, was, version)
  }

  #recordNews({ path, state, node }: RowChange, fresh: string): Row {
    this.#sequence += 1
    const given = node ?? ((this.#node + 1) as NodeId)
    const columns = columnsOfState(state)
    const why = columns.pop() ?? null
    const hasNode = node === undefined ? 0 : 1
    const key = [path, parentOf(path), given, this.#sequence, fresh]
    const kept = this.#database.get(RECORD, ...key, ...columns, hasNode, why) as Columns
    const keptNode = kept[0] as NodeId
    if (keptNode > this.#node) this.#node = keptNode
    return { path, node: keptNode, sequence: this.#sequence, version: readVersion(kept[1] as string), state }
  }

  #remark({ path, state }: RowChange): Row {
    const kept = this.#database.get(REMARK, path, ...columnsOfState(state))
    assert(kept !== undefined, `${path} has no ${state.kind} row whose mark could change`)
    const [node, sequence, version] = kept
    return { path, node: node as NodeId, sequence: sequence as number, version: readVersion(version as string), state }
  }

  #bumped(version: string): string {
    return writeVersion(bumpVersion(readVersion(version), this.#device, this.#nowSeconds))
  }

  #isLive(path: Path): boolean {
    return this.#database.get(`SELECT 1 FROM rows WHERE path = ? AND kind IN ${LIVE}`, path) !== undefined
  }

  // The counters live in the database only, so that a rollback takes them back too.
  #counting<T>(body: () => T): T {
    return this.#database.transaction(() => {
      this.#settled = undefined
      this.#database.run('DELETE FROM settings WHERE key = ?', NOTE_OF_ROLLS)
      this.#sequence = this.#counter('sequence')
      this.#node = this.#counter('node')
      this.#nowSeconds = BigInt(Math.floor(this.#now() / 1000))
      const result = body()
      this.#database.run(`UPDATE counters SET value = ? WHERE name = 'sequence'`, this.#sequence)
      this.#database.run(`UPDATE counters SET value = ? WHERE name = 'node'`, this.#node)
      return result
    })
  }

  #counter(name: 'sequence' | 'node'): number {
    return Number(this.#database.get('SELECT value FROM counters WHERE name = ?', name)?.[0])
  }
}
