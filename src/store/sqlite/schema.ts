// The tables of hosted spaces, in SQL that PostgreSQL understands too, and how an older database becomes a newer one.
import type { Schema } from '../../platform/node/migrate.ts'

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

export const HOSTED_SCHEMA: Schema = { applicationId: APPLICATION_ID, migrations: [FIRST] }
