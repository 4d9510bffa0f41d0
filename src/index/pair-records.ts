// What one pair remembers, in the tables of the folder's index.
import type { Agreement } from '../model/agreement.ts'
import type { Stamp } from '../model/entry.ts'
import { assert } from '../model/errors.ts'
import { isWithin, type Path, parentOf } from '../model/path.ts'
import type { Columns, Database, Value } from '../platform/node/sqlite.ts'
import {
  AGREEMENT_COLUMNS,
  AGREEMENT_NAMES,
  AGREEMENT_PLACEHOLDERS,
  agreedStampOf,
  agreementOf,
  columnsOfAgreement,
  STAMP_COLUMNS,
} from './agreement-columns.ts'
import type { DirtyRow, Failure, KnownPath, PairRecords } from './folder-index.ts'
import { agreedVersion } from './lineage-records.ts'
import { boundsBelow, inPages, movedParent, movedPath, NAME, PAGE, ROLL_PAGE, rollPages, within } from './ranges.ts'
import { ROW_COLUMNS, ROW_WIDTH, rowOf } from './row-columns.ts'

const SELECT = `SELECT ${AGREEMENT_COLUMNS} FROM agreements a`
// Left to itself, SQLite takes the primary key here, and with it every agreement of the pair.
const IN = `${SELECT} INDEXED BY agreements_by_parent WHERE a.pair = ? AND a.parent = ?`
const STAMPS_IN = `SELECT ${STAMP_COLUMNS} FROM agreements INDEXED BY agreements_by_parent WHERE pair = ? AND parent = ?`
// The permissions of a file are part of its change time, and of the agreement only as far as both sides hold them.
const ROLLS = `
SELECT parent, group_concat(${NAME} || '//' || remote || '/' ||
  CASE WHEN kind = 'directory' AND mode IS NOT NULL THEN mode ELSE '*' END || '/', '')
FROM agreements INDEXED BY agreements_by_parent WHERE pair = ? AND parent >= ?
GROUP BY parent ORDER BY parent LIMIT ${ROLL_PAGE}`
const BY_REMOTE_ID = `${SELECT} INDEXED BY agreements_by_remote_id WHERE a.pair = ? AND a.remote_id = ?`
// What is remembered already is not written again: a run that finds nothing to do has nothing to flush.
const SEE =
  'INSERT INTO seen VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET stamp = excluded.stamp WHERE stamp != excluded.stamp'
const SET =
  'INSERT INTO memories VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value WHERE value != excluded.value'
// Beside what adapters and runs remember under names of their own.
const CLEAN = 'clean-at'
const NOTE = 'note-of-rolls'
const AGREE = `INSERT OR REPLACE INTO agreements (${AGREEMENT_NAMES}, pair) VALUES (${AGREEMENT_PLACEHOLDERS}, ?)`

// ?1 from, ?2 to, ?3 the parent of to, ?4 and ?5 the bounds below from, ?6 the pair. Where the row that is now at the new path
// has what was agreed, moving changed nothing else: the agreement takes over its sequence.
const MOVE_IN = `
INSERT OR REPLACE INTO agreements
SELECT a.pair, ${movedPath('a')}, ${movedParent('a')},
  a.kind, CASE WHEN r.path IS NULL THEN a.local ELSE r.sequence END, a.remote, a.local_id, a.remote_id, a.content, a.sums, a.size,
  a.local_mtime, a.remote_mtime, a.mode, a.target
FROM agreements a LEFT JOIN rows r ON r.path = ${movedPath('a')} AND r.kind = a.kind
  AND (a.mode IS NULL OR r.kind = 'symlink' OR r.mode = a.mode)
  AND (r.kind != 'file' OR (r.content = a.content AND r.mtime = a.local_mtime))
  AND (r.kind != 'symlink' OR r.target = a.target)
WHERE a.pair = ?6 AND ${within('a.path', 1, 4, 5)} ORDER BY a.path`

const MOVE_OUT = `DELETE FROM agreements WHERE pair = ?4 AND ${within('path', 1, 2, 3)}`

const DIRTY = `
SELECT ${ROW_COLUMNS}, ${AGREEMENT_COLUMNS}
FROM rows r LEFT JOIN agreements a ON a.pair = ? AND a.path = r.path
WHERE r.path > ? AND CASE WHEN r.kind IN ('deleted', 'blocked') THEN a.path IS NOT NULL ELSE a.local IS NOT r.sequence END
ORDER BY r.path LIMIT ${PAGE}`

const KNOWN = `
SELECT ${ROW_COLUMNS}, ${AGREEMENT_COLUMNS} FROM (SELECT ?2 AS path) p
LEFT JOIN rows r ON r.path = p.path LEFT JOIN agreements a ON a.pair = ?1 AND a.path = p.path`

/** The records of the pair whose number is `pair`. Every write is a transaction of its own, or part of the one under way. */
export function openPair(database: Database, pair: number): PairRecords {
  const { all, get, run } = bound(database, pair)
  const transaction = (body: () => void) => database.transaction(body)
  const memory = (key: string) =>
    get('SELECT value FROM memories WHERE pair = ? AND key = ?', key)?.[0] as string | undefined
  /** Every change of an agreement goes through here: what was found of all of them holds no longer. */
  const changing = (body: () => void) =>
    transaction(() => {
      run(`DELETE FROM memories WHERE pair = ? AND key IN ('${CLEAN}', '${NOTE}')`)
      body()
    })
  return {
    known: path => knownOf(get(KNOWN, path) ?? []),
    agreement: path => optional(get(`${SELECT} WHERE a.pair = ? AND a.path = ?`, path), agreementOf),
    agreementsIn: place => all(IN, place).map(agreementOf),
    agreedVersion: path => agreedVersion(database, pair, path),
    remoteStampsIn: place => all(STAMPS_IN, place).map(agreedStampOf),
    rolls: () =>
      rollPages(from => all(ROLLS, from).map(([place, text]) => ({ place: place as string, text: text as string }))),
    noted: () => memory(NOTE),
    note: words => run(SET, NOTE, words),
    agreementsBelow: place =>
      all(`${SELECT} WHERE a.pair = ? AND a.path > ? AND a.path < ? ORDER BY a.path`, ...boundsBelow(place)).map(
        agreementOf,
      ),
    agreementsByRemoteId: id => all(BY_REMOTE_ID, id).map(agreementOf),
    countAgreements: what =>
      Number(get(`SELECT count(*) FROM agreements WHERE pair = ?${what === 'files' ? " AND kind = 'file'" : ''}`)?.[0]),
    agree: agreements =>
      changing(() => {
        for (const agreement of agreements) database.run(AGREE, ...columnsOfAgreement(agreement), pair)
      }),
    forget: paths =>
      changing(() => {
        for (const path of paths) {
          run('DELETE FROM agreements WHERE pair = ? AND path = ?', path)
          run('DELETE FROM agreements WHERE pair = ? AND path > ? AND path < ?', ...boundsBelow(path))
        }
      }),
    forgetAll: () =>
      changing(() => {
        run('DELETE FROM agreements WHERE pair = ?')
        run('DELETE FROM seen WHERE pair = ?')
      }),
    moveAgreements: (from, to) => changing(() => moveAgreements(database, pair, from, to)),
    dirtyRows: () => dirtyRows(database, pair),
    withoutRows: () =>
      all(`${SELECT} WHERE a.pair = ? AND NOT EXISTS (SELECT 1 FROM rows r WHERE r.path = a.path)`).map(agreementOf),

    isCleanAt: sequence => memory(CLEAN) === String(sequence),
    noteClean: sequence => run(SET, CLEAN, String(sequence)),

    seen: place => get('SELECT stamp FROM seen WHERE pair = ? AND place = ?', place)?.[0] as Stamp | undefined,
    markSeen: places =>
      transaction(() => {
        for (const [place, stamp] of places) run(SEE, place, stamp)
      }),
    unsee: places =>
      transaction(() => {
        for (const place of places) run('DELETE FROM seen WHERE pair = ? AND place = ?', place)
      }),

    failures: () => all('SELECT * FROM failures WHERE pair = ? ORDER BY path').map(failureOf),
    failure: path => optional(get('SELECT * FROM failures WHERE pair = ? AND path = ?', path), failureOf),
    recordFailure: failure =>
      run('INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', ...columnsOfFailure(failure)),
    clearFailure: path => run('DELETE FROM failures WHERE pair = ? AND path = ?', path),

    resume: key => get('SELECT token FROM resumes WHERE pair = ? AND key = ?', key)?.[0] as string | undefined,
    saveResume: (key, token) =>
      token === undefined
        ? run('DELETE FROM resumes WHERE pair = ? AND key = ?', key)
        : run('INSERT OR REPLACE INTO resumes VALUES (?, ?, ?)', key, token),
    resumes: () =>
      all('SELECT key, token FROM resumes WHERE pair = ? ORDER BY key').map(([key, token]) => ({
        key: key as string,
        token: token as string,
      })),

    get: memory,
    set: (key, value) =>
      value === undefined ? run('DELETE FROM memories WHERE pair = ? AND key = ?', key) : run(SET, key, value),
  }
}

// Every statement here begins with the number of the pair.
function bound(database: Database, pair: number) {
  return {
    all: (sql: string, ...values: Value[]) => database.all(sql, pair, ...values),
    get: (sql: string, ...values: Value[]) => database.get(sql, pair, ...values),
    run: (sql: string, ...values: Value[]) => database.run(sql, pair, ...values),
  }
}

function moveAgreements(database: Database, pair: number, from: Path, to: Path): void {
  assert(!isWithin(to, from), `the agreements of ${from} cannot move into themselves as ${to}`)
  assert(!isWithin(from, to), `the agreements of ${from} cannot take the place of ${to}, which they are in`)
  const [low, high] = boundsBelow(from)
  database.run(MOVE_IN, from, to, parentOf(to), low, high, pair)
  database.run(MOVE_OUT, from, low, high, pair)
}

function dirtyRows(database: Database, pair: number): Iterable<DirtyRow> {
  const read = (after: Value) => database.all(DIRTY, pair, after).map(dirtyOf)
  return inPages('', read, dirty => dirty.row.path)
}

function dirtyOf(columns: Columns): DirtyRow {
  return { row: rowOf(columns), agreed: agreedOf(columns) }
}

function knownOf(columns: Columns): KnownPath {
  return { row: columns[0] === null ? undefined : rowOf(columns), agreed: agreedOf(columns) }
}

/** Where an agreement follows a row, or nothing does. */
function agreedOf(columns: Columns): Agreement | undefined {
  const agreed = columns.slice(ROW_WIDTH)
  return agreed[0] === null ? undefined : agreementOf(agreed)
}

function failureOf(columns: Columns): Failure {
  const [, path, message, code, count, lastAt, nextTryAt, local, remote] = columns
  return {
    path: path as Path,
    message: message as string,
    code: code as string,
    count: count as number,
    lastAt: lastAt as number,
    nextTryAt: nextTryAt as number,
    local: local as Stamp,
    remote: remote as Stamp,
  }
}

function columnsOfFailure(failure: Failure): Value[] {
  const { path, message, code, count, lastAt, nextTryAt, local, remote } = failure
  return [path, message, code, count, lastAt, nextTryAt, local, remote]
}

function optional<T>(columns: Columns | undefined, read: (columns: Columns) => T): T | undefined {
  return columns === undefined ? undefined : read(columns)
}
