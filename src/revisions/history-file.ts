// The database beside the trash: a list of what is kept, so that it is found at once, and the newest changes of the folder.
import { migrate, type Schema } from '../platform/node/migrate.ts'
import { Database, type DatabaseWords } from '../platform/node/sqlite.ts'

/** "SyHi" */
const APPLICATION_ID = 0x53794869

const FIRST = `
-- What the trash holds. The directories there are the truth: this is filled from them, and can be thrown away.
CREATE TABLE batches (
  name TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE kept (
  path TEXT NOT NULL,
  at INTEGER NOT NULL,        -- milliseconds since 1970: when it left its place
  id TEXT NOT NULL,
  batch TEXT NOT NULL,
  why TEXT NOT NULL,          -- deleted replaced
  kind TEXT NOT NULL,         -- file symlink
  size INTEGER NOT NULL,
  mtime TEXT NOT NULL,        -- nanoseconds since 1970, in decimal
  PRIMARY KEY (path, at, id)
) WITHOUT ROWID;
CREATE INDEX kept_by_batch ON kept (batch);
CREATE INDEX kept_by_id ON kept (id);

-- What happened in the folder, for people: nothing is decided by it.
CREATE TABLE changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  what TEXT NOT NULL,         -- created changed deleted moved many
  path TEXT NOT NULL,
  source TEXT,                -- of moved: where it was
  count INTEGER,              -- of many
  kind TEXT,
  size INTEGER,
  content TEXT,
  author TEXT NOT NULL,       -- here remote client api
  remote TEXT,
  label TEXT NOT NULL,
  revision TEXT               -- what it was before
);
CREATE INDEX changes_by_path ON changes (path, id);
`

const SCHEMA: Schema = { applicationId: APPLICATION_ID, migrations: [FIRST] }

const WORDS: DatabaseWords = {
  name: 'The list of older versions',
  mend: 'Move it away: it is made anew from the trash, without the record of who changed what.',
}

/** Throws `folder-unusable` when it is damaged or belongs to somebody else. */
export function openHistoryFile(file: string | ':memory:'): Database {
  const database = new Database(file, WORDS)
  try {
    database.exec('PRAGMA busy_timeout = 5000')
    migrate(database, SCHEMA)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
