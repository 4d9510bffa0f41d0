// What the daemon keeps in its home besides its configuration: one small database.
import { chmodSync, closeSync, openSync } from 'node:fs'
import { migrate } from '../../platform/node/migrate.ts'
import { Database, type DatabaseWords } from '../../platform/node/sqlite.ts'

const WORDS: DatabaseWords = {
  name: "The daemon's state",
  mend: 'Stop the daemon, move the file away and start again: the folders themselves are not affected.',
}

/** "SyLd" */
const APPLICATION_ID = 0x53794c64

const TABLES = `
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Which folder was at a path: its marker.
CREATE TABLE folders (id TEXT NOT NULL, path TEXT NOT NULL, marker TEXT NOT NULL, PRIMARY KEY (id, path)) WITHOUT ROWID;

-- The newest events, as JSON.
CREATE TABLE events (id INTEGER PRIMARY KEY, event TEXT NOT NULL);
`

const BROWSERS = `
-- Browsers of whoever runs the daemon: the SHA-256 of what each shows.
CREATE TABLE browsers (hash BLOB PRIMARY KEY, label TEXT NOT NULL, created_at REAL NOT NULL, used_at REAL NOT NULL) WITHOUT ROWID;
`

const PENDING = `
-- Devices that called and are not known (folder ''), and folders that known devices offer.
CREATE TABLE pending (
  device TEXT NOT NULL, folder TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (device, folder)
) WITHOUT ROWID;
`

/** Opens or makes it, readable by this user only. Throws `folder-unusable` when the file is damaged or another program's. */
export function openState(file: string): Database {
  // With its mode from the first byte, whatever the user's mask is.
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
  const database = new Database(file, WORDS)
  try {
    database.exec('PRAGMA busy_timeout = 2000')
    migrate(database, { applicationId: APPLICATION_ID, migrations: [TABLES, BROWSERS, PENDING] })
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
