// The tables of hosted spaces, in SQL that PostgreSQL understands too, and how an older database becomes a newer one.
import { type Database, type DatabaseWords, unusableDatabase } from '../../platform/node/sqlite.ts'

/** Marks a database as one of hosted spaces ("SyHo"). */
const APPLICATION_ID = 0x5379486f

// Node ids begin with the number of their space, so what belongs to a space is a range of ids, and no table but `spaces` and
// `trash` names it. Names are compared as bytes.
const FIRST = `
-- One row: whether the database was closed in order.
CREATE TABLE host (
  was_closed INTEGER NOT NULL
);
INSERT INTO host VALUES (1);

-- Numbers that were ever given to a space of this host, hosted or not: none is given twice.
CREATE TABLE numbers (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE
);

CREATE TABLE spaces (
  number INTEGER PRIMARY KEY,
  label TEXT NOT NULL,
  quota BIGINT,                    -- bytes; null: unlimited
  root BIGINT NOT NULL,
  next_node BIGINT NOT NULL        -- ids from here on were never used
);

-- One row per file or directory. Without a parent: the root of a space, or of what was deleted as one thing.
CREATE TABLE nodes (
  id INTEGER PRIMARY KEY,          -- BIGINT in PostgreSQL
  parent BIGINT,
  name TEXT NOT NULL,
  content TEXT,                    -- null: a directory
  size BIGINT NOT NULL,            -- of a directory: of all files below
  mtime BIGINT NOT NULL,           -- milliseconds since 1970
  counter BIGINT NOT NULL,         -- of a directory: raised with everything that happens at or below it
  since BIGINT NOT NULL,           -- when this content came, in seconds since 1970
  UNIQUE (parent, name)
);
CREATE INDEX nodes_by_content ON nodes (content) WHERE content IS NOT NULL;

-- Checksums of whole contents, separated by blanks.
CREATE TABLE contents (
  content TEXT PRIMARY KEY,
  sums TEXT NOT NULL
);

CREATE TABLE versions (
  node BIGINT NOT NULL,
  since BIGINT NOT NULL,
  content TEXT NOT NULL,
  size BIGINT NOT NULL,
  mtime BIGINT NOT NULL,
  PRIMARY KEY (node, since)
);
CREATE INDEX versions_by_content ON versions (content);

-- What was deleted as one thing: its root.
CREATE TABLE trash (
  node BIGINT PRIMARY KEY,
  space INTEGER NOT NULL,
  origin TEXT NOT NULL,
  deleted BIGINT NOT NULL          -- milliseconds since 1970
);
CREATE INDEX trash_by_time ON trash (space, deleted, node);

CREATE TABLE properties (
  node BIGINT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (node, name)
);
`

/** One text per version; never edit one that was released, add the next. */
const MIGRATIONS: readonly string[] = [FIRST]

/** Brings the database to the newest schema, in one transaction. Throws `folder-unusable` when it is another program's, or a newer version's. */
export function migrate(database: Database, words: DatabaseWords): void {
  database.transaction(() => {
    const from = versionOf(database, words)
    if (from === MIGRATIONS.length) return
    for (const migration of MIGRATIONS.slice(from)) database.exec(migration)
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`)
  })
}

function versionOf(database: Database, words: DatabaseWords): number {
  const version = Number(database.get('PRAGMA user_version')?.[0])
  const application = database.get('PRAGMA application_id')?.[0]
  const tables = database.get('SELECT count(*) FROM sqlite_schema')?.[0]
  if (application !== APPLICATION_ID && (tables !== 0 || version !== 0)) {
    throw unusableDatabase(database.file, 'belongs to another program', words)
  }
  if (version > MIGRATIONS.length) {
    throw unusableDatabase(database.file, 'was made by a newer version of Syncline', words)
  }
  return version
}
