// The tables of the accounts, and how older ones become newer ones.
import type { Schema } from '../platform/node/migrate.ts'
import type { DatabaseWords } from '../platform/node/sqlite.ts'

/** Marks a database as accounts of this program ("SyAc"). */
const APPLICATION_ID = 0x53794163

export const ACCOUNTS_WORDS: DatabaseWords = {
  name: 'The database of accounts',
  mend: 'Put a copy of it back from a backup, or move it away to begin without accounts.',
}

// Secrets are here as hashes only: passwords by scrypt, random ones by SHA-256.
const FIRST = `
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE,   -- the name without case and spelling
  display_name TEXT NOT NULL,
  admin INTEGER NOT NULL,
  quota INTEGER,                 -- bytes; NULL: unlimited
  disabled INTEGER NOT NULL,
  password TEXT,                 -- scrypt$logN$r$p$salt$key; NULL: none
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE app_passwords (
  id TEXT PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  user TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER
) WITHOUT ROWID;
CREATE INDEX app_passwords_by_user ON app_passwords (user);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  user TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user);

CREATE TABLE login_flows (
  poll BLOB PRIMARY KEY,
  login BLOB NOT NULL UNIQUE,
  label TEXT NOT NULL,
  user TEXT,                     -- who granted it; NULL: nobody yet
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE grants (
  user TEXT NOT NULL,
  folder TEXT NOT NULL,
  rights TEXT NOT NULL,          -- read write
  mount TEXT NOT NULL,
  folded TEXT NOT NULL,
  PRIMARY KEY (user, folder),
  UNIQUE (user, folded)
) WITHOUT ROWID;

CREATE TABLE favourites (
  user TEXT NOT NULL,
  node INTEGER NOT NULL,
  PRIMARY KEY (user, node)
) WITHOUT ROWID;
CREATE INDEX favourites_by_node ON favourites (node);

-- Wrong attempts. Keys are hashes: people type passwords into the field for the name.
CREATE TABLE attempts (
  key BLOB PRIMARY KEY,
  count REAL NOT NULL,
  last_at INTEGER NOT NULL,
  blocked_until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX attempts_by_age ON attempts (last_at);

-- From where a user has signed in before.
CREATE TABLE known_addresses (
  user TEXT NOT NULL,
  address BLOB NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (user, address)
) WITHOUT ROWID;
`

// Whoever was signed in before this was an administrator.
const SESSION_SCOPES = `
ALTER TABLE sessions ADD COLUMN scope TEXT NOT NULL DEFAULT 'administration';  -- administration own
`

export const ACCOUNTS_SCHEMA: Schema = { applicationId: APPLICATION_ID, migrations: [FIRST, SESSION_SCOPES] }
