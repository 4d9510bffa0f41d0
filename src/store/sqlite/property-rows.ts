// Properties that clients stored with nodes.
import type { Database } from '../../platform/node/sqlite.ts'

export class PropertyRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  of(node: number): ReadonlyMap<string, string> {
    const found = this.#database.all('SELECT name, value FROM properties WHERE node = ? ORDER BY name', node)
    return new Map(found as readonly [string, string][])
  }

  set(node: number, changes: ReadonlyMap<string, string | undefined>): void {
    for (const [name, value] of changes) {
      if (value === undefined) this.#database.run('DELETE FROM properties WHERE node = ? AND name = ?', node, name)
      else this.#database.run(SET, node, name, value)
    }
  }

  copy(from: number, to: number): void {
    this.#database.run('INSERT INTO properties SELECT ?, name, value FROM properties WHERE node = ?', to, from)
  }
}

const SET = `INSERT INTO properties VALUES (?, ?, ?)
ON CONFLICT (node, name) DO UPDATE SET value = excluded.value`
