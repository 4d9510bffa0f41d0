// The tables of what paths were before, and the triggers that fill them.
import type { Path } from '../model/path.ts'
import { compareVersions, type DeviceId, isWithin, type Version } from '../model/version.ts'
import type { Database } from '../platform/node/sqlite.ts'
import { type Lineage, MESH_PREFIX, type What } from './lineage.ts'
import { readVersion, writeVersion } from './row-columns.ts'

/** A path that changes all the time forgets what is older. */
const MOST_OF_A_PATH = 64
const KEPT_DAYS = 30

export const LINEAGE_SCHEMA = `
CREATE TABLE lineage (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  version TEXT NOT NULL,
  what TEXT NOT NULL,         -- deleted, directory, or the kind and what is in it
  made_by TEXT,               -- as a device told of it
  at INTEGER NOT NULL         -- seconds since 1970: when it was replaced
);
CREATE INDEX lineage_by_path ON lineage (path, version, what);

-- The version of the row when a pair with a remote last agreed, on a deletion too.
CREATE TABLE agreed_versions (
  pair INTEGER NOT NULL,
  path TEXT NOT NULL,
  version TEXT NOT NULL,
  PRIMARY KEY (pair, path)
) WITHOUT ROWID;
`

const inside = (row: string) => `CASE ${row}.kind WHEN 'file' THEN 'file ' || ${row}.content
  WHEN 'symlink' THEN 'symlink ' || coalesce(${row}.target, '') ELSE ${row}.kind END`
const WHAT_ROW = inside('r')
const WHAT_FILE = `CASE WHEN f.deleted THEN 'deleted' ELSE ${inside('f')} END`
const NOW = `CAST(strftime('%s', 'now') AS INTEGER)`

// What a statement does about conflicts holds for the triggers that it fires: they make none.
const isNew = (row: string, what: string) => `NOT EXISTS (
    SELECT 1 FROM lineage l WHERE l.path = ${row}.path AND l.version = ${row}.version AND l.what = ${what})`

// Of this connection only: whoever opens the index of a folder that is in no mesh pays nothing. What is replaced is what is noted, not a version
// that gives way to another of the same change: what is taken over has one of our own for a moment, which no device ever hears of.
const TRIGGERS = `
CREATE TEMP TRIGGER IF NOT EXISTS lineage_of_new_rows BEFORE INSERT ON main.rows BEGIN
  INSERT INTO lineage (path, version, what, at)
  SELECT r.path, r.version, ${WHAT_ROW}, ${NOW} FROM rows r WHERE r.path = NEW.path AND r.kind != 'blocked' AND ${isNew('r', WHAT_ROW)};
END;
CREATE TEMP TRIGGER IF NOT EXISTS lineage_of_rows BEFORE UPDATE OF version ON main.rows
WHEN OLD.version != NEW.version AND OLD.sequence != NEW.sequence AND OLD.kind != 'blocked' BEGIN
  INSERT INTO lineage (path, version, what, at)
  SELECT r.path, r.version, ${WHAT_ROW}, ${NOW} FROM rows r
  WHERE r.path = OLD.path AND ${isNew('r', WHAT_ROW)};
END;
CREATE TEMP TRIGGER IF NOT EXISTS lineage_of_announced BEFORE INSERT ON main.mesh_files BEGIN
  INSERT INTO lineage (path, version, what, made_by, at)
  SELECT f.path, f.version, ${WHAT_FILE}, f.modified_by, ${NOW} FROM mesh_files f
  WHERE f.path = NEW.path AND f.device = NEW.device AND NOT f.invalid AND f.version != NEW.version
    AND (f.deleted OR f.kind != 'file' OR f.content IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM lineage l WHERE l.path = f.path AND l.version = f.version AND l.what = ${WHAT_FILE} AND l.made_by IS NOT NULL);
END;
CREATE TEMP TRIGGER IF NOT EXISTS lineage_in_bounds AFTER INSERT ON main.lineage BEGIN
  DELETE FROM lineage WHERE path = NEW.path AND id <= (
    SELECT id FROM lineage WHERE path = NEW.path ORDER BY id DESC LIMIT 1 OFFSET ${MOST_OF_A_PATH});
END;
CREATE TEMP TRIGGER IF NOT EXISTS version_of_agreements AFTER INSERT ON main.agreements
WHEN (SELECT remote NOT LIKE '${MESH_PREFIX}%' FROM pairs WHERE id = NEW.pair) BEGIN
  DELETE FROM agreed_versions WHERE pair = NEW.pair AND path = NEW.path
    AND EXISTS (SELECT 1 FROM rows r WHERE r.path = NEW.path AND r.sequence = NEW.local);
  INSERT INTO agreed_versions
  SELECT NEW.pair, NEW.path, r.version FROM rows r WHERE r.path = NEW.path AND r.sequence = NEW.local;
END;
CREATE TEMP TRIGGER IF NOT EXISTS version_of_forgotten AFTER DELETE ON main.agreements
WHEN (SELECT remote NOT LIKE '${MESH_PREFIX}%' FROM pairs WHERE id = OLD.pair)
  AND EXISTS (SELECT 1 FROM rows WHERE path = OLD.path AND kind = 'deleted') BEGIN
  DELETE FROM agreed_versions WHERE pair = OLD.pair AND path = OLD.path;
  INSERT INTO agreed_versions SELECT OLD.pair, r.path, r.version FROM rows r WHERE r.path = OLD.path;
END;
CREATE TEMP TRIGGER IF NOT EXISTS version_of_adopted AFTER UPDATE OF version ON main.rows
WHEN OLD.sequence = NEW.sequence BEGIN
  UPDATE agreed_versions SET version = NEW.version
  WHERE pair IN (SELECT id FROM pairs) AND path = NEW.path AND version = OLD.version;
END;
`
const FORGET_OLD = `DELETE FROM lineage WHERE at < ${NOW} - ${KEPT_DAYS} * 86400`
const OF = `
SELECT version, what FROM lineage WHERE path = ?1
UNION SELECT r.version, ${WHAT_ROW} FROM rows r WHERE r.path = ?1 AND r.kind != 'blocked'
UNION SELECT f.version, ${WHAT_FILE} FROM mesh_files f WHERE f.path = ?1 AND NOT f.invalid
  AND (f.deleted OR f.kind != 'file' OR f.content IS NOT NULL)`
// What was just taken over from another device is announced as that made it only a moment later, and it may have gone on by then.
const MADE_BY = `
SELECT f.modified_by FROM rows r JOIN mesh_files f ON f.path = r.path
WHERE r.path = ?1 AND f.modified_by != ?2 AND NOT f.invalid AND (f.version = r.version OR f.device != 0 AND ${WHAT_FILE} = ${WHAT_ROW})
UNION ALL SELECT l.made_by FROM rows r JOIN lineage l ON l.path = r.path
WHERE r.path = ?1 AND l.made_by != ?2 AND l.what = ${WHAT_ROW}
LIMIT 1`
// The pairs come first: left to itself, SQLite goes through all agreements.
const AGREED_OF_ALL =
  'SELECT v.pair, v.version FROM pairs p CROSS JOIN agreed_versions v ON v.pair = p.id AND v.path = ?'
const AGREED_AGAIN = 'UPDATE agreed_versions SET version = ? WHERE pair = ? AND path = ?'
const AGREED = 'SELECT version FROM agreed_versions WHERE pair = ? AND path = ?'

/** From now on, as long as the database is open. */
export function keepLineage(database: Database): void {
  database.run(FORGET_OLD)
  database.exec(TRIGGERS)
}

export function lineageOf(database: Database, path: Path, device: DeviceId): Lineage {
  const all = database.all(OF, path).map(([version, what]) => ({
    what: what as What,
    version: readVersion(version as string),
  }))
  const madeBy = database.get(MADE_BY, path, String(device))?.[0]
  return { all, madeBy: madeBy === undefined ? undefined : (BigInt(madeBy as string) as DeviceId) }
}

export function agreedVersion(database: Database, pair: number, path: Path): Version | undefined {
  const found = database.get(AGREED, pair, path)?.[0]
  return found === undefined ? undefined : readVersion(found as string)
}

/**
 * What the path was after `to`, up to `was`, was changed back before anybody heard of it, and its row is at `to` again. Kept, such a version would be
 * taken for one that the path has yet to come to, and it would not be known to be older than what is made of `to` next.
 */
export function forgetTakenBack(database: Database, path: Path, was: Version, to: Version): void {
  const isTakenBack = (text: string) => {
    const version = readVersion(text)
    return isWithin(version, was) && compareVersions(version, to) === 'newer'
  }
  for (const [id, version] of database.all('SELECT id, version FROM lineage WHERE path = ?', path))
    if (isTakenBack(version as string)) database.run('DELETE FROM lineage WHERE id = ?', id ?? null)
  for (const [pair, version] of database.all(AGREED_OF_ALL, path))
    if (isTakenBack(version as string)) database.run(AGREED_AGAIN, writeVersion(to), pair ?? null, path)
}
