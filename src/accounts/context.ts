// What the parts of the accounts have in common.
import type { Database } from '../platform/node/sqlite.ts'
import type { Clock, Random } from '../platform/world.ts'
import type { UserId } from './accounts.ts'
import type { ScryptCost } from './password-hash.ts'

export interface AccountsContext {
  readonly database: Database
  readonly clock: Clock
  readonly random: Random
  readonly cost: ScryptCost
  /** After the change is durable: drops what is cached of the user, and tells those who watch. */
  changed(user: UserId): void
}
