// From where a user has signed in before: there, an attacker elsewhere locks nobody out.
import type { UserId } from './accounts.ts'
import type { AccountsContext } from './context.ts'
import { hashOf } from './secret.ts'

export interface KnownAddresses {
  has(user: UserId, network: string): boolean
  note(user: UserId, network: string): void
}

const KEEP_MS = 90 * 86_400_000
const NOTE_EVERY_MS = 86_400_000
const MAX_PER_USER = 50

export function openKnownAddresses({ database, clock }: AccountsContext): KnownAddresses {
  const lastAt = (user: UserId, network: string) =>
    database.get('SELECT last_at FROM known_addresses WHERE user = ? AND address = ?', user, hashOf(network))?.[0]
  return {
    has(user, network) {
      const at = lastAt(user, network)
      return typeof at === 'number' && clock.now() - at < KEEP_MS
    },
    note(user, network) {
      const now = clock.now()
      const at = lastAt(user, network)
      if (typeof at === 'number' && Math.abs(now - at) < NOTE_EVERY_MS) return
      database.transaction(() => {
        database.run('INSERT OR REPLACE INTO known_addresses VALUES (?, ?, ?)', user, hashOf(network), now)
        database.run('DELETE FROM known_addresses WHERE last_at < ?', now - KEEP_MS)
        database.run(
          `DELETE FROM known_addresses WHERE user = ?1 AND address IN
            (SELECT address FROM known_addresses WHERE user = ?1 ORDER BY last_at DESC LIMIT -1 OFFSET ?2)`,
          ...[user, MAX_PER_USER],
        )
      })
    },
  }
}
