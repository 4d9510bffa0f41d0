// Ids of new nodes: the number of the space, then a counter that never goes back.
import type { Database } from '../../platform/node/sqlite.ts'

/** So many nodes a space can ever have. */
export const NODES_PER_SPACE = 2 ** 40

/** So many are taken at once: one write of the counter for all of them. What a crash leaves unused stays unused. */
const TAKEN_AT_ONCE = 1000

export class NodeIds {
  readonly #database: Database
  readonly #space: number
  #next = 0
  #end = 0

  constructor(database: Database, space: number) {
    this.#database = database
    this.#space = space
  }

  /** Called in the transaction that uses the id. */
  next(): number {
    if (this.#next === this.#end) this.#take()
    const id = this.#next
    this.#next += 1
    return id
  }

  /** After a rollback: what was taken may be free again in the database. */
  forget(): void {
    this.#next = 0
    this.#end = 0
  }

  #take(): void {
    const next = this.#database.get('SELECT next_node FROM spaces WHERE number = ?', this.#space)?.[0] as number
    this.#database.run('UPDATE spaces SET next_node = ? WHERE number = ?', next + TAKEN_AT_ONCE, this.#space)
    this.#next = next
    this.#end = next + TAKEN_AT_ONCE
  }
}
