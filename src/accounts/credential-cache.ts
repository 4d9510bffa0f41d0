// Credentials that were right a moment ago, so that not every request costs a tenth of a second. In memory only, and as hashes with a secret.
import { hash, randomBytes } from 'node:crypto'
import type { Clock } from '../platform/world.ts'
import type { UserId, Visitor } from './accounts.ts'

export interface CredentialCache {
  /** Names what somebody at an address signs in with; tells nothing of it. */
  keyOf(name: string, password: string, network: string): string
  /** Whom the key let in a moment ago, as long as nothing about them has changed. */
  find(key: string): Visitor | undefined
  keep(key: string, visitor: Visitor): void
  forget(user: UserId): void
  clear(): void
}

const KEEP_MS = 5 * 60_000
const MAX_ENTRIES = 10_000

export function openCredentialCache(clock: Clock): CredentialCache {
  // Lives as long as the process: what is kept means nothing elsewhere.
  const secret = randomBytes(32).toString('base64')
  const entries = new Map<string, { readonly visitor: Visitor; readonly until: number }>()
  const isFresh = (until: number) => {
    const leftMs = until - clock.now()
    // More than all of it is left when the clock was put back.
    return leftMs > 0 && leftMs <= KEEP_MS
  }
  return {
    // Nobody sees the keys, and none of the parts can be taken for another: the secret need not be mixed in twice, as in an HMAC.
    keyOf: (name, password, network) => hash('sha256', secret + JSON.stringify([name, network, password]), 'base64'),
    find(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      if (isFresh(entry.until)) return entry.visitor
      entries.delete(key)
      return undefined
    },
    keep(key, visitor) {
      entries.delete(key)
      entries.set(key, { visitor, until: clock.now() + KEEP_MS })
      for (const oldest of entries.keys()) {
        if (entries.size <= MAX_ENTRIES) break
        entries.delete(oldest)
      }
    },
    forget(user) {
      for (const [key, { visitor }] of entries) if (visitor.user.id === user) entries.delete(key)
    },
    clear() {
      entries.clear()
    },
  }
}
