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

  /** Of several at once: those that have any. */
  ofMany(nodes: readonly number[]): ReadonlyMap<number, ReadonlyMap<string, string>> {
    const found = new Map<number, Map<string, string>>()
    for (let at = 0; at < nodes.length; at += AT_ONCE) {
      const some = nodes.slice(at, at + AT_ONCE)
      // One text for any number: what is left over asks for a node that cannot be.
      const asked = [...some, ...new Array<number>(AT_ONCE - some.length).fill(0)]
      for (const [node, name, value] of this.#database.all(MANY, ...asked)) {
        const properties = found.get(node as number) ?? new Map<string, string>()
        found.set(node as number, properties.set(name as string, value as string))
      }
    }
    return found
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

const AT_ONCE = 100
const MANY = `SELECT node, name, value FROM properties WHERE node IN (${new Array(AT_ONCE).fill('?').join()})`
const SET = `INSERT INTO properties VALUES (?, ?, ?)
ON CONFLICT (node, name) DO UPDATE SET value = excluded.value`
