// What an index must hold, whatever happened to the machine that wrote it.
import type { Database } from '../platform/node/sqlite.ts'

interface IndexRule {
  /** Gives the paths that break the rule. */
  readonly sql: string
  readonly sentence: (path: string) => string
}

const LIVE = `('file', 'directory', 'symlink')`

const RULES: readonly IndexRule[] = [
  {
    sql: `SELECT path FROM rows WHERE sequence > (SELECT value FROM counters WHERE name = 'sequence') OR sequence < 1`,
    sentence: path => `${path} has a sequence that was never given.`,
  },
  {
    sql: 'SELECT min(path) FROM rows GROUP BY sequence HAVING count(*) > 1',
    sentence: path => `${path} shares its sequence with another path.`,
  },
  {
    sql: `SELECT path FROM rows WHERE node > (SELECT value FROM counters WHERE name = 'node') OR node < 1`,
    sentence: path => `${path} has a node id that was never given.`,
  },
  {
    sql: `SELECT min(path) FROM rows WHERE kind IN ${LIVE} GROUP BY node HAVING count(*) > 1`,
    sentence: path => `${path} shares its node id with another path.`,
  },
  {
    sql: `SELECT path FROM rows WHERE path != CASE parent WHEN '' THEN path ELSE parent || substr(path, length(parent) + 1) END
      OR instr(substr(path, length(parent) + 2), '/') OR (parent != '' AND substr(path, length(parent) + 1, 1) != '/')`,
    sentence: path => `${path} is recorded under a directory that it is not in.`,
  },
  {
    sql: `SELECT path FROM rows WHERE CASE kind
      WHEN 'file' THEN mark IS NULL OR inode IS NULL OR size IS NULL OR mtime IS NULL OR mode IS NULL OR content IS NULL
      WHEN 'directory' THEN mark IS NULL OR inode IS NULL OR mode IS NULL
      WHEN 'symlink' THEN mark IS NULL OR inode IS NULL OR target IS NULL
      WHEN 'blocked' THEN why IS NULL
      ELSE kind != 'deleted' END`,
    sentence: path => `The row of ${path} is incomplete.`,
  },
  {
    sql: 'SELECT path FROM agreements WHERE pair NOT IN (SELECT id FROM pairs)',
    sentence: path => `There is an agreement about ${path} with a remote that is not known.`,
  },
  {
    sql: `SELECT path FROM agreements WHERE typeof(local) = 'integer'
      AND local > (SELECT value FROM counters WHERE name = 'sequence')`,
    sentence: path => `There is an agreement about a state of ${path} that it never had.`,
  },
]

const MOST_TOLD = 20

/** Everything that is wrong, as sentences; nothing when the index is sound. */
export function checkIndex(database: Database): readonly string[] {
  const faults = database
    .all('PRAGMA quick_check')
    .map(columns => String(columns[0]))
    .filter(text => text !== 'ok')
  // A broken file answers any question with nonsense.
  if (faults.length > 0) return faults.map(fault => `The index file is damaged: ${fault}.`)
  return RULES.flatMap(rule => brokenBy(database, rule))
}

function brokenBy(database: Database, rule: IndexRule): readonly string[] {
  return database.all(`${rule.sql} LIMIT ${MOST_TOLD}`).map(columns => rule.sentence(String(columns[0])))
}
