// What is done when a database is opened that was not closed in order.
import type { Database } from '../../platform/node/sqlite.ts'

/** More than can be under way between a commit and its flush. */
const LEAP = 1_000_000

/**
 * Commits are flushed a moment after they can be seen. A power cut in that moment takes back what somebody may have seen, and so
 * what directories were counted up to and which ids were given: neither may come again with another meaning. All etags of
 * directories are others afterwards, so everybody looks once more; those of files are as they were.
 */
export function leapAfterCrash(database: Database): void {
  database.transaction(() => {
    if (database.get('SELECT was_closed FROM host')?.[0] === 0) {
      database.run('UPDATE nodes SET counter = counter + ? WHERE content IS NULL', LEAP)
      database.run('UPDATE spaces SET next_node = next_node + ?', LEAP)
    }
    database.run('UPDATE host SET was_closed = 0')
  })
}

/** All is durable before this says so. */
export function noteClosed(database: Database): void {
  database.exec('PRAGMA synchronous = FULL')
  database.run('UPDATE host SET was_closed = 1')
}
