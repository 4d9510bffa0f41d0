// What users marked as favourite.
import { SyncError } from '../model/errors.ts'
import type { NodeId } from '../store/space.ts'
import type { Favourites, UserId } from './accounts.ts'
import type { AccountsContext } from './context.ts'

/** Above this many, one query for all costs less than one for each. */
const MANY = 50
const MAX_PER_USER = 20_000

export class FavouriteTable implements Favourites {
  readonly #context: AccountsContext

  constructor(context: AccountsContext) {
    this.#context = context
  }

  set(user: UserId, node: NodeId, to: 'favourite' | 'ordinary'): void {
    const { database } = this.#context
    if (to === 'ordinary') {
      database.run('DELETE FROM favourites WHERE user = ? AND node = ?', user, node)
      return
    }
    if (Number(database.get('SELECT count(*) FROM favourites WHERE user = ?', user)?.[0]) >= MAX_PER_USER)
      throw new SyncError('usage', `There are ${MAX_PER_USER} favourites already.`)
    database.run('INSERT OR IGNORE INTO favourites VALUES (?, ?)', user, node)
  }

  has(user: UserId, node: NodeId): boolean {
    return this.#context.database.get('SELECT 1 FROM favourites WHERE user = ? AND node = ?', user, node) !== undefined
  }

  of(user: UserId): readonly NodeId[] {
    return this.#context.database
      .all('SELECT node FROM favourites WHERE user = ? ORDER BY node', user)
      .map(([node]) => node as NodeId)
  }

  among(user: UserId, nodes: readonly NodeId[]): ReadonlySet<NodeId> {
    if (nodes.length <= MANY) return new Set(nodes.filter(node => this.has(user, node)))
    const all = new Set(this.of(user))
    return new Set(nodes.filter(node => all.has(node)))
  }

  forget(nodes: readonly NodeId[]): void {
    const { database } = this.#context
    database.transaction(() => {
      for (const node of nodes) database.run('DELETE FROM favourites WHERE node = ?', node)
    })
  }
}
