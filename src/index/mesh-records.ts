// The mesh's tables.
import { randomBytes } from 'node:crypto'
import type { ContentId } from '../model/content.ts'
import { type Path, type Place, parentOf } from '../model/path.ts'
import { compareVersions, type DeviceId, type Version } from '../model/version.ts'
import type { Columns, Database, Value } from '../platform/node/sqlite.ts'
import type { Announcement, BlocksKey, Global, KnownIndex, Lack, MeshRecords, MeshRules } from './mesh.ts'
import { PickedLately } from './picked-lately.ts'
import { readVersion, writeVersion } from './row-columns.ts'

const OURS = 0
const COLUMNS =
  'path, kind, version, sequence, deleted, invalid, size, modified, modified_by, mode, target, blocks, content, block_size, kept_back, only_block'

const AT = `SELECT device, ${COLUMNS} FROM mesh_files WHERE path = ?`
const OURS_AT = `SELECT ${COLUMNS} FROM mesh_files WHERE path = ? AND device = ${OURS}`
const INTO = `INTO mesh_files (device, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const PUT_FIRST = `INSERT OR IGNORE ${INTO}`
const PUT = `INSERT OR REPLACE ${INTO}`
const SINCE = `SELECT ${COLUMNS} FROM mesh_files WHERE device = ${OURS} AND sequence > ? ORDER BY sequence LIMIT ?`
const OF_F = COLUMNS.split(', ')
  .map(name => `f.${name}`)
  .join(', ')
const GLOBALS_IN = `
SELECT ${OF_F}
FROM mesh_globals g JOIN mesh_files f ON f.path = g.path AND f.device = g.device
WHERE g.parent = ? AND NOT f.deleted AND NOT f.invalid`
const OURS_IN = `
SELECT ${OF_F} FROM mesh_globals g JOIN mesh_files f ON f.path = g.path AND f.device = ${OURS} WHERE g.parent = ?`
const KEPT_BACK = 'device = 0 AND kept_back'
const KEPT_BACK_AFTER = `SELECT ${COLUMNS} FROM mesh_files WHERE ${KEPT_BACK} AND path > ? ORDER BY path LIMIT ?`
// A deletion that one never had is nothing to lack.
const IS_LACKED =
  'NOT g.invalid AND CASE WHEN f.path IS NULL THEN NOT g.deleted ELSE f.version != g.version AND lacks(f.version, g.version) END'
const LACKED = `
SELECT count(*), coalesce(sum(CASE WHEN g.deleted THEN 0 ELSE g.size END), 0) FROM mesh_globals g
LEFT JOIN mesh_files f ON f.path = g.path AND f.device = ?
WHERE ${IS_LACKED}`
const LACKED_AFTER = `
SELECT ${COLUMNS.split(', ')
  .map(name => `p.${name}`)
  .join(', ')}
FROM mesh_globals g JOIN mesh_files p ON p.path = g.path AND p.device = g.device
LEFT JOIN mesh_files f ON f.path = g.path AND f.device = ${OURS}
WHERE g.path > ? AND ${IS_LACKED} ORDER BY g.path LIMIT ?`
const PICKED = `
SELECT ${OF_F}
FROM mesh_globals g JOIN mesh_files f ON f.path = g.path AND f.device = g.device WHERE g.path = ?`
const IMPLIED_IN = `
SELECT g.path FROM mesh_globals g JOIN mesh_files f ON f.path = g.path AND f.device = g.device
WHERE g.parent = ? AND (g.deleted OR g.invalid OR f.kind != 'directory') AND EXISTS (
  SELECT 1 FROM mesh_globals c WHERE c.path > g.path || '/' AND c.path < g.path || '0' AND NOT c.deleted AND NOT c.invalid)`
const BELOW = `
SELECT path FROM mesh_globals WHERE path > ?1 || '/' AND path < ?1 || '0' AND NOT deleted AND NOT invalid LIMIT ?2`
const WITH_BLOCKS = `
SELECT ${COLUMNS} FROM mesh_files INDEXED BY mesh_files_by_blocks
WHERE blocks = ? AND device = ${OURS} AND path != ? AND NOT deleted AND NOT invalid LIMIT 1`
const ALL = `SELECT count(*), coalesce(sum(size), 0) FROM mesh_globals WHERE NOT deleted AND NOT invalid`

type Told = readonly [device: number, announcement: Announcement]

/** What all go to at a path, and whose that is. */
interface PickedAt {
  readonly device: number
  readonly version: string
  readonly deleted: boolean
  readonly invalid: boolean
}

export class SqliteMesh implements MeshRecords {
  readonly #database: Database
  readonly #rules: MeshRules
  readonly #numbers = new Map<string, number>()
  readonly #names = new Map<number, string>()
  /** What devices lack, as long as nobody announces anything: it takes going through all that all go to. */
  readonly #lacks = new Map<string, Lack>()
  readonly #lately: PickedLately

  constructor(database: Database, rules: MeshRules) {
    this.#database = database
    this.#rules = rules
    this.#lately = new PickedLately(database)
    database.define('lacks', (own, global) =>
      Number(rules.lacks(readVersion(String(own)), readVersion(String(global)))),
    )
  }

  own(): KnownIndex {
    const known = this.#known(OURS)
    if (known !== undefined) return known
    const indexId = randomBytes(8).readBigUInt64BE() || 1n
    this.#database.run('INSERT INTO mesh_devices VALUES (?, ?, ?, 0)', OURS, '', String(indexId))
    return { indexId, sequence: 0 }
  }

  known(device: string): KnownIndex {
    const number = this.#numberOf(device)
    return (number === undefined ? undefined : this.#known(number)) ?? { indexId: 0n, sequence: 0 }
  }

  restart(device: string, indexId: bigint): readonly Path[] {
    this.#lacks.clear()
    return this.#database.transaction(() => {
      const number = this.#numberOf(device) ?? this.#add(device)
      const changed = this.#drop(number)
      this.#database.run('UPDATE mesh_devices SET index_id = ?, sequence = 0 WHERE number = ?', String(indexId), number)
      return changed
    })
  }

  hear(device: string, announcements: readonly Announcement[]): readonly Path[] {
    this.#lacks.clear()
    return this.#database.transaction(() => {
      const number = this.#numberOf(device) ?? this.#add(device)
      const again = this.#putAll(number, announcements)
      const highest = announcements.reduce((most, { sequence }) => Math.max(most, sequence), 0)
      this.#database.run('UPDATE mesh_devices SET sequence = max(sequence, ?) WHERE number = ?', highest, number)
      return this.#chooseOf(number, announcements, again)
    })
  }

  forget(device: string): readonly Path[] {
    const number = this.#numberOf(device)
    if (number === undefined) return []
    this.#lacks.clear()
    return this.#database.transaction(() => {
      const changed = this.#drop(number)
      this.#database.run('DELETE FROM mesh_devices WHERE number = ?', number)
      this.#numbers.delete(device)
      // Its number may be that of another one from now on.
      this.#names.delete(number)
      return changed
    })
  }

  devices(): readonly string[] {
    return this.#database
      .all(`SELECT device FROM mesh_devices WHERE number != ${OURS} ORDER BY number`)
      .map(([device]) => device as string)
  }

  announce(announcements: readonly Announcement[]): void {
    if (announcements.length === 0) return
    this.#lacks.clear()
    this.#database.transaction(() => {
      const { sequence } = this.own()
      const inOrder = announcements.map((announcement, i) => ({ ...announcement, sequence: sequence + 1 + i }))
      const again = this.#putAll(OURS, inOrder)
      this.#database.run(`UPDATE mesh_devices SET sequence = ? WHERE number = ${OURS}`, sequence + announcements.length)
      this.#chooseOf(OURS, inOrder, again)
    })
  }

  announced(path: Path): Announcement | undefined {
    const found = this.#database.get(OURS_AT, path)
    return found === undefined ? undefined : announcementOf(found)
  }

  announcedSince(sequence: number, limit: number): readonly Announcement[] {
    return this.#database.all(SINCE, sequence, limit).map(announcementOf)
  }

  global(path: Path): Global | undefined {
    const all = this.#at(path)
    const announcement = this.#rules.pick(all.map(([, one]) => one))
    if (announcement === undefined) return undefined
    const version = writeVersion(announcement.version)
    const holders = all
      .filter(([, one]) => !one.invalid && writeVersion(one.version) === version)
      .map(([number]) => (number === OURS ? undefined : this.#nameOf(number)))
    return { announcement, holders }
  }

  picked(path: Path): Announcement | undefined {
    return this.#lately.get(path, () => {
      const found = this.#database.get(PICKED, path)
      return found === undefined ? undefined : announcementOf(found)
    })
  }

  pickedOfOthers(path: Path): Announcement | undefined {
    return this.#rules.pick(this.#at(path).flatMap(([device, one]) => (device === OURS ? [] : [one])))
  }

  isFollowed(path: Path, version: Version): boolean {
    return this.#at(path).some(
      ([device, one]) => device !== OURS && !one.invalid && compareVersions(one.version, version) === 'newer',
    )
  }

  globalsIn(place: Place): readonly Announcement[] {
    return this.#database.all(GLOBALS_IN, place).map(announcementOf)
  }

  announcedIn(place: Place): readonly Announcement[] {
    return this.#database.all(`${OURS_IN} AND NOT f.deleted AND NOT f.invalid`, place).map(announcementOf)
  }

  keptBackIn(place: Place): readonly Announcement[] {
    return this.#database.all(`${OURS_IN} AND f.kept_back`, place).map(announcementOf)
  }

  keptBackAfter(path: Path | '', limit: number): readonly Announcement[] {
    return this.#database.all(KEPT_BACK_AFTER, path, limit).map(announcementOf)
  }

  countKeptBack(): number {
    return Number(this.#database.get(`SELECT count(*) FROM mesh_files WHERE ${KEPT_BACK}`)?.[0])
  }

  lackedAfter(path: Path | '', limit: number): readonly Announcement[] {
    return this.#database.all(LACKED_AFTER, path, limit).map(announcementOf)
  }

  impliedIn(place: Place): readonly Path[] {
    return this.#database.all(IMPLIED_IN, place).map(([path]) => path as Path)
  }

  pickedBelow(path: Path, limit: number): readonly Path[] {
    return this.#database.all(BELOW, path, limit).map(([below]) => below as Path)
  }

  announcedWith(key: string, except: Path): Announcement | undefined {
    const found = this.#database.get(WITH_BLOCKS, key, except)
    return found === undefined ? undefined : announcementOf(found)
  }

  lackOf(device: string): Lack {
    const lack = this.#lacks.get(device) ?? this.#lackNow(device)
    // What a transaction has done may still be taken back.
    if (!this.#database.isInTransaction) this.#lacks.set(device, lack)
    return lack
  }

  #lackNow(device: string): Lack {
    const [items, bytes] = this.#database.get(LACKED, this.#numberOf(device) ?? -1) ?? []
    const [allItems, allBytes] = this.#database.get(ALL) ?? []
    return { items: Number(items), bytes: Number(bytes), of: { items: Number(allItems), bytes: Number(allBytes) } }
  }

  #at(path: Path): readonly Told[] {
    return this.#database.all(AT, path).map(([device, ...columns]) => [device as number, announcementOf(columns)])
  }

  /** Returns the paths of which this device had announced something before. */
  #putAll(device: number, announcements: readonly Announcement[]): ReadonlySet<Path> {
    const again = new Set<Path>()
    for (const announcement of announcements) {
      const values = [device, ...columnsOf(announcement)]
      if (this.#database.run(PUT_FIRST, ...values) > 0) continue
      this.#database.run(PUT, ...values)
      again.add(announcement.path)
    }
    return again
  }

  /** Picks anew at these paths, and returns those where that led to something else. */
  #choose(paths: readonly Path[]): Path[] {
    return paths.filter(path => this.#chooseAt(path, this.#pickedAt(path)))
  }

  /** The same after this device has announced these, some of which not for the first time. Of several of one path the last one counts. */
  #chooseOf(device: number, announced: readonly Announcement[], again: ReadonlySet<Path>): Path[] {
    const last = new Map(announced.map(one => [one.path, one]))
    return [...last.values()]
      .filter(one => this.#chooseWith(device, one, again.has(one.path) ? 'again' : 'first'))
      .map(({ path }) => path)
  }

  #chooseWith(device: number, announced: Announcement, time: 'first' | 'again'): boolean {
    const { path } = announced
    const before = this.#pickedAt(path)
    // Nobody had announced anything there.
    if (before === undefined) return this.#pick(path, [[device, announced]], before)
    // All go to this version already, and one more who has it changes nothing.
    if (time === 'first' && isPickedAs(announced, before)) return false
    // Ours follows what all go to.
    if (device === OURS && before.device !== OURS && isPickedAs(announced, before)) return false
    return this.#chooseAt(path, before)
  }

  #chooseAt(path: Path, before: PickedAt | undefined): boolean {
    return this.#pick(path, this.#at(path), before)
  }

  #pick(path: Path, all: readonly Told[], before: PickedAt | undefined): boolean {
    const global = this.#rules.pick(all.map(([, announcement]) => announcement))
    this.#lately.set(path, global)
    if (global === undefined) {
      this.#database.run('DELETE FROM mesh_globals WHERE path = ?', path)
      return before !== undefined
    }
    const device = all.find(([, announcement]) => announcement === global)?.[0] ?? OURS
    const isSame = before !== undefined && isPickedAs(global, before)
    if (isSame && before.device === device) return false
    const [deleted, invalid] = [Number(global.deleted), Number(global.invalid)]
    const values = [path, parentOf(path), device, writeVersion(global.version), deleted, invalid, global.size]
    this.#database.run('INSERT OR REPLACE INTO mesh_globals VALUES (?, ?, ?, ?, ?, ?, ?)', ...values)
    return !isSame
  }

  #pickedAt(path: Path): PickedAt | undefined {
    const found = this.#database.get('SELECT device, version, deleted, invalid FROM mesh_globals WHERE path = ?', path)
    if (found === undefined) return undefined
    const [device, version, deleted, invalid] = found as readonly [number, string, number, number]
    return { device, version, deleted: deleted === 1, invalid: invalid === 1 }
  }

  #drop(number: number): Path[] {
    const paths = this.#database
      .all('SELECT path FROM mesh_files WHERE device = ?', number)
      .map(([path]) => path as Path)
    this.#lately.clear()
    this.#database.run('DELETE FROM mesh_files WHERE device = ?', number)
    return this.#choose(paths)
  }

  #known(number: number): KnownIndex | undefined {
    const found = this.#database.get('SELECT index_id, sequence FROM mesh_devices WHERE number = ?', number)
    return found === undefined ? undefined : { indexId: BigInt(found[0] as string), sequence: found[1] as number }
  }

  #numberOf(device: string): number | undefined {
    const known = this.#numbers.get(device)
    if (known !== undefined) return known
    const found = this.#database.get('SELECT number FROM mesh_devices WHERE device = ?', device)?.[0]
    if (found === undefined) return undefined
    // Only what cannot be taken back with a transaction is kept.
    if (!this.#database.isInTransaction) this.#numbers.set(device, found as number)
    return found as number
  }

  #nameOf(number: number): string {
    const known = this.#names.get(number)
    if (known !== undefined) return known
    const found = this.#database.get('SELECT device FROM mesh_devices WHERE number = ?', number)?.[0] as string
    if (!this.#database.isInTransaction) this.#names.set(number, found)
    return found
  }

  #add(device: string): number {
    this.own()
    const number = Number(this.#database.get('SELECT max(number) + 1 FROM mesh_devices')?.[0])
    this.#database.run('INSERT INTO mesh_devices VALUES (?, ?, ?, 0)', number, device, '0')
    return number
  }
}

function isPickedAs({ version, deleted, invalid }: Announcement, picked: PickedAt): boolean {
  return picked.version === writeVersion(version) && picked.deleted === deleted && picked.invalid === invalid
}

function columnsOf(announcement: Announcement): Value[] {
  const { path, kind, version, sequence, deleted, invalid, size, modifiedNs, modifiedBy, mode, target } = announcement
  const { blocks, blockSize, isKeptBack = false } = announcement
  return [
    ...[path, kind, writeVersion(version), sequence, Number(deleted), Number(invalid), size, String(modifiedNs)],
    ...[String(modifiedBy), mode ?? null, target ?? null, blocks?.key ?? null, blocks?.content ?? null, blockSize],
    ...[Number(isKeptBack), blocks?.only ?? null],
  ]
}

function blocksKeyOf(key: string, content: Value | undefined, only: Value | undefined): BlocksKey {
  return {
    key,
    content: (content ?? undefined) as ContentId | undefined,
    ...(only instanceof Uint8Array ? { only } : {}),
  }
}

function announcementOf(columns: Columns): Announcement {
  const [
    path,
    kind,
    version,
    sequence,
    deleted,
    invalid,
    size,
    modified,
    modifiedBy,
    mode,
    target,
    key,
    content,
    blockSize,
    keptBack,
    only,
  ] = columns as readonly [
    Path,
    Announcement['kind'],
    string,
    number,
    number,
    number,
    number,
    string,
    string,
    ...Value[],
  ]
  return {
    path,
    kind,
    version: readVersion(version),
    sequence,
    deleted: deleted === 1,
    invalid: invalid === 1,
    size,
    modifiedNs: BigInt(modified),
    modifiedBy: BigInt(modifiedBy) as DeviceId,
    mode: (mode ?? undefined) as number | undefined,
    target: (target ?? undefined) as string | undefined,
    blocks: key === null ? undefined : blocksKeyOf(key as string, content, only),
    blockSize: blockSize as number,
    ...(keptBack === 1 ? { isKeptBack: true } : {}),
  }
}
