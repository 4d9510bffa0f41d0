// What the daemon keeps in its home besides its configuration: one small database.
import { chmodSync, closeSync, openSync } from 'node:fs'
import { Database, type DatabaseWords, unusableDatabase } from '../platform/node/sqlite.ts'

const WORDS: DatabaseWords = {
  name: "The daemon's state",
  mend: 'Stop the daemon, move the file away and start again: the folders themselves are not affected.',
}

/** "SyLd" */
const APPLICATION_ID = 0x53794c64

const SCHEMA = `
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Which folder was at a path: its marker.
CREATE TABLE folders (id TEXT NOT NULL, path TEXT NOT NULL, marker TEXT NOT NULL, PRIMARY KEY (id, path)) WITHOUT ROWID;

-- The newest events, as JSON.
CREATE TABLE events (id INTEGER PRIMARY KEY, event TEXT NOT NULL);
`

/** Opens or makes it, readable by this user only. Throws `folder-unusable` when the file is damaged or another program's. */
export function openState(file: string): Database {
  // With its mode from the first byte, whatever the user's mask is.
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
  const database = new Database(file, WORDS)
  try {
    database.exec('PRAGMA busy_timeout = 2000')
    prepare(database)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function prepare(database: Database): void {
  const application = database.get('PRAGMA application_id')?.[0]
  const tables = database.get('SELECT count(*) FROM sqlite_schema')?.[0]
  if (application === APPLICATION_ID) return
  if (tables !== 0) throw unusableDatabase(database.file, 'belongs to another program', WORDS)
  database.transaction(() => {
    database.exec(SCHEMA)
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`)
  })
}
