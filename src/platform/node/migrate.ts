// Brings a database of this program to its newest schema.
import { type Database, unusableDatabase } from './sqlite.ts'

export interface Schema {
  /** Marks the files of one kind. */
  readonly applicationId: number
  /** One text per version; one that was released is never edited, the next is added. */
  readonly migrations: readonly string[]
}

/** In one transaction: a crash leaves the old schema. Throws `folder-unusable` when it is another program's, or a newer version's. */
export function migrate(database: Database, schema: Schema): void {
  const { applicationId, migrations } = schema
  if (versionOf(database, schema) === migrations.length) return
  database.transaction(() => {
    // Looked at again: another process may have come first.
    const from = versionOf(database, schema)
    for (const migration of migrations.slice(from)) database.exec(migration)
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`)
  })
}

function versionOf(database: Database, { applicationId, migrations }: Schema): number {
  const version = Number(database.get('PRAGMA user_version')?.[0])
  const application = database.get('PRAGMA application_id')?.[0]
  const tables = database.get('SELECT count(*) FROM sqlite_schema')?.[0]
  const isForeign = application !== applicationId && (tables !== 0 || version !== 0)
  if (isForeign) throw unusableDatabase(database.file, 'belongs to another program', database.words)
  if (version > migrations.length)
    throw unusableDatabase(database.file, 'was made by a newer version of Syncline', database.words)
  return version
}
