// Passwords that were right a moment ago, so that not every request costs a tenth of a second. In memory only, and as HMACs.
import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '../platform/world.ts'
import type { UserId } from './accounts.ts'

export interface CredentialCache {
  /** Names a pair of credentials from an address; tells nothing of them. */
  keyOf(user: UserId, password: string, network: string): string
  has(key: string, user: UserId): boolean
  keep(key: string, user: UserId): void
  forget(user: UserId): void
  clear(): void
}

const KEEP_MS = 5 * 60_000
const MAX_ENTRIES = 10_000

export function openCredentialCache(clock: Clock): CredentialCache {
  // Lives as long as the process: what is kept means nothing elsewhere.
  const secret = randomBytes(32)
  const entries = new Map<string, { readonly user: UserId; readonly until: number }>()
  const isFresh = (until: number) => {
    const leftMs = until - clock.now()
    // More than all of it is left when the clock was put back.
    return leftMs > 0 && leftMs <= KEEP_MS
  }
  return {
    keyOf(user, password, network) {
      return createHmac('sha256', secret)
        .update(JSON.stringify([user, network, password]))
        .digest('base64')
    },
    has(key, user) {
      const entry = entries.get(key)
      if (entry === undefined || entry.user !== user) return false
      if (!isFresh(entry.until)) entries.delete(key)
      return isFresh(entry.until)
    },
    keep(key, user) {
      entries.delete(key)
      entries.set(key, { user, until: clock.now() + KEEP_MS })
      for (const oldest of entries.keys()) {
        if (entries.size <= MAX_ENTRIES) break
        entries.delete(oldest)
      }
    },
    forget(user) {
      for (const [key, entry] of entries) if (entry.user === user) entries.delete(key)
    },
    clear() {
      entries.clear()
    },
  }
}
