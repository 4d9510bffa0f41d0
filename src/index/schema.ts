// The tables of an index, and how an older index becomes a newer one.
import type { Schema } from '../platform/node/migrate.ts'
import { LINEAGE_SCHEMA } from './lineage-records.ts'

/** Marks a database as an index of this program ("SyLn"). */
const APPLICATION_ID = 0x53794c6e

// Paths are compared as bytes, so a directory comes right before what is in it, and everything below `p` lies between
// `p/` and `p0` ('0' follows '/'). Tables keyed by path have no rowid: one page holds the rows of a directory together.
const FIRST = `
CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- The last sequence and node id given.
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO counters VALUES ('sequence', 0), ('node', 0);

CREATE TABLE rows (
  path TEXT PRIMARY KEY,
  parent TEXT NOT NULL,
  node INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  version TEXT NOT NULL,      -- device:counter,… in hexadecimal
  kind TEXT NOT NULL,         -- file directory symlink deleted blocked
  mark TEXT,
  inode INTEGER,              -- kept by a tombstone: what it last was
  size INTEGER,
  mtime TEXT,                 -- nanoseconds, in decimal: exact beyond 64 bits too
  mode INTEGER,
  content TEXT,
  target TEXT,
  why TEXT                    -- of a blocked row
) WITHOUT ROWID;
CREATE INDEX rows_by_parent ON rows (parent);
CREATE INDEX rows_by_inode ON rows (inode) WHERE inode IS NOT NULL;

CREATE TABLE blocks (
  content TEXT NOT NULL UNIQUE,
  blocks BLOB NOT NULL
);

CREATE TABLE conflicts (
  path TEXT PRIMARY KEY,
  origin TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE pairs (
  id INTEGER PRIMARY KEY,
  remote TEXT NOT NULL UNIQUE
);

CREATE TABLE agreements (
  pair INTEGER NOT NULL,
  path TEXT NOT NULL,
  parent TEXT NOT NULL,
  kind TEXT NOT NULL,
  local BLOB NOT NULL,        -- a number where it is a sequence, so that it compares with one
  remote TEXT NOT NULL,
  local_id TEXT,
  remote_id TEXT,
  content TEXT,
  sums TEXT,                  -- separated by blanks
  size INTEGER,
  local_mtime TEXT,
  remote_mtime TEXT,
  mode INTEGER,
  target TEXT,
  PRIMARY KEY (pair, path)
) WITHOUT ROWID;
CREATE INDEX agreements_by_parent ON agreements (pair, parent);
CREATE INDEX agreements_by_remote_id ON agreements (pair, remote_id) WHERE remote_id IS NOT NULL;

CREATE TABLE seen (
  pair INTEGER NOT NULL,
  place TEXT NOT NULL,
  stamp TEXT NOT NULL,
  PRIMARY KEY (pair, place)
) WITHOUT ROWID;

CREATE TABLE failures (
  pair INTEGER NOT NULL,
  path TEXT NOT NULL,
  message TEXT NOT NULL,
  code TEXT NOT NULL,
  count INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  next_try_at INTEGER NOT NULL,
  local TEXT NOT NULL,
  remote TEXT NOT NULL,
  PRIMARY KEY (pair, path)
) WITHOUT ROWID;

CREATE TABLE resumes (
  pair INTEGER NOT NULL,
  key TEXT NOT NULL,
  token TEXT NOT NULL,
  PRIMARY KEY (pair, key)
) WITHOUT ROWID;

CREATE TABLE memories (
  pair INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (pair, key)
) WITHOUT ROWID;
`

// For folders that are served. The directory '' is the root; a path stays when its row is a tombstone.
const SERVED = `
CREATE TABLE places (
  path TEXT PRIMARY KEY,
  size INTEGER NOT NULL,      -- bytes of all files below
  counter INTEGER NOT NULL,   -- the sequence of the last change below
  mtime INTEGER NOT NULL      -- milliseconds since 1970: when a name directly in it last came or went
) WITHOUT ROWID;

CREATE TABLE properties (
  node INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (node, name)
) WITHOUT ROWID;

CREATE TABLE sums (
  content TEXT PRIMARY KEY,
  sums TEXT NOT NULL          -- separated by blanks
) WITHOUT ROWID;

-- What the trash cannot tell of what it holds: which node it was, and that a directory left as a whole.
CREATE TABLE trashed (
  id TEXT PRIMARY KEY,        -- of the revision, or of the kept tree
  node INTEGER NOT NULL,
  kind TEXT NOT NULL,         -- file directory
  origin TEXT NOT NULL,
  size INTEGER NOT NULL,
  at INTEGER NOT NULL         -- milliseconds since 1970
) WITHOUT ROWID;

-- Where a node was before, so that its older versions are found.
CREATE TABLE former (
  node INTEGER NOT NULL,
  until INTEGER NOT NULL,     -- milliseconds since 1970
  path TEXT NOT NULL,
  PRIMARY KEY (node, until)
) WITHOUT ROWID;
`

// For folders in a mesh. Device 0 is this one; what it announced is there as of any other.
const MESH = `
CREATE TABLE mesh_devices (
  number INTEGER PRIMARY KEY,
  device TEXT NOT NULL UNIQUE,
  index_id TEXT NOT NULL,     -- 64 bits, in decimal
  sequence INTEGER NOT NULL   -- the highest that was heard, or given
);

CREATE TABLE mesh_files (
  path TEXT NOT NULL,
  device INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  version TEXT NOT NULL,
  kind TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  invalid INTEGER NOT NULL,
  size INTEGER NOT NULL,
  modified TEXT NOT NULL,     -- nanoseconds, in decimal
  modified_by TEXT NOT NULL,  -- 64 bits, in decimal
  mode INTEGER,
  target TEXT,
  blocks TEXT,                -- what the block hashes are kept under
  content TEXT,               -- the content id, where the blocks have the usual size
  block_size INTEGER NOT NULL,
  PRIMARY KEY (path, device)
) WITHOUT ROWID;
CREATE INDEX mesh_files_by_sequence ON mesh_files (device, sequence);

-- Which announcement all devices go to: worked out of mesh_files whenever that changes.
CREATE TABLE mesh_globals (
  path TEXT PRIMARY KEY,
  parent TEXT NOT NULL,
  device INTEGER NOT NULL,
  version TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  invalid INTEGER NOT NULL,
  size INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX mesh_globals_by_parent ON mesh_globals (parent);
`

// What is here already need not be asked of anybody: found by its blocks.
const MESH_BLOCKS = `
CREATE INDEX mesh_files_by_blocks ON mesh_files (blocks) WHERE device = 0 AND blocks IS NOT NULL;
`

// Changes made in a folder that only receives: announced as kept back, under the version that they were made of.
const MESH_KEPT_BACK = `
ALTER TABLE mesh_files ADD COLUMN kept_back INTEGER NOT NULL DEFAULT 0;
CREATE INDEX mesh_files_kept_back ON mesh_files (path) WHERE device = 0 AND kept_back;
`

// Most files have one block: its hash needs no place of its own.
const MESH_ONLY_BLOCKS = `
ALTER TABLE mesh_files ADD COLUMN only_block BLOB;
`

export const INDEX_SCHEMA: Schema = {
  applicationId: APPLICATION_ID,
  migrations: [FIRST, SERVED, MESH, MESH_BLOCKS, MESH_KEPT_BACK, LINEAGE_SCHEMA, MESH_ONLY_BLOCKS],
}
