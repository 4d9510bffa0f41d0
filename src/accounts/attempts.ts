// Wrong attempts are counted, durably, and make the next one wait, twice as long each time.
import type { Database } from '../platform/node/sqlite.ts'
import type { Clock } from '../platform/world.ts'
import { hashOf } from './secret.ts'

export interface AttemptRule {
  /** So many wrong ones cost nothing. */
  readonly free: number
  readonly firstWaitMs: number
  readonly longestWaitMs: number
  /** After each such time one wrong attempt is forgiven. */
  readonly forgiveMs: number
}

export interface Attempts {
  /** Milliseconds until the next attempt under `key` is looked at; 0: now. */
  waitOf(key: string): number
  /** Counts an attempt before its outcome is known, so that many at once gain nothing. `undo` when it was right. */
  begin(key: string, rule: AttemptRule): { undo(): void }
  forget(key: string): void
  /** Another process may have counted some. */
  lookAgain(): void
}

/** So many keys that nobody has to wait under are remembered. */
const MAX_FREE = 1000

const MAX_KEYS = 20_000
const DAY_MS = 86_400_000

export function openAttempts(database: Database, clock: Clock): Attempts {
  return new AttemptTable(database, clock)
}

class AttemptTable implements Attempts {
  readonly #database: Database
  readonly #clock: Clock
  /** Keys without a wait, since the last attempt began: every request asks. */
  readonly #free = new Set<string>()
  #begun = 0

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  waitOf(key: string): number {
    if (this.#free.has(key)) return 0
    const waitMs = this.#readWait(key)
    if (this.#free.size >= MAX_FREE) this.#free.clear()
    if (waitMs === 0) this.#free.add(key)
    return waitMs
  }

  #readWait(key: string): number {
    const row = this.#database.get('SELECT last_at, blocked_until FROM attempts WHERE key = ?', hashOf(key))
    if (row === undefined) return 0
    const [lastAt, until] = row as [number, number]
    // A clock that was put back must not lock anybody out for longer than was meant.
    return Math.min(Math.max(0, until - this.#clock.now()), Math.max(0, until - lastAt))
  }

  begin(key: string, rule: AttemptRule): { undo(): void } {
    this.#sweepNowAndThen()
    this.#free.clear()
    const now = this.#clock.now()
    const hash = hashOf(key)
    const count = this.#countOf(hash, rule, now) + 1
    const over = Math.round(count) - rule.free
    const waitMs = over <= 0 ? 0 : Math.min(rule.longestWaitMs, rule.firstWaitMs * 2 ** Math.min(over - 1, 40))
    this.#database.run('INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?)', hash, count, now, now + waitMs)
    return { undo: () => this.#undo(hash, now + waitMs) }
  }

  forget(key: string): void {
    this.#database.run('DELETE FROM attempts WHERE key = ?', hashOf(key))
  }

  lookAgain(): void {
    this.#free.clear()
  }

  #countOf(hash: Uint8Array, { forgiveMs }: AttemptRule, now: number): number {
    const row = this.#database.get('SELECT count, last_at FROM attempts WHERE key = ?', hash)
    if (row === undefined) return 0
    const [count, lastAt] = row as [number, number]
    return Math.max(0, count - Math.max(0, now - lastAt) / forgiveMs)
  }

  /** A block that came of another attempt meanwhile stays. */
  #undo(hash: Uint8Array, until: number): void {
    this.#database.run(
      'UPDATE attempts SET count = max(0, count - 1), blocked_until = iif(blocked_until = ?, 0, blocked_until) WHERE key = ?',
      ...[until, hash],
    )
  }

  /** The table stays small, whatever names and addresses are tried: the oldest go. */
  #sweepNowAndThen(): void {
    this.#begun += 1
    if (this.#begun % 500 !== 1) return
    const database = this.#database
    database.run(
      'DELETE FROM attempts WHERE last_at < ? AND blocked_until < ?',
      this.#clock.now() - DAY_MS,
      this.#clock.now(),
    )
    database.run(
      'DELETE FROM attempts WHERE key IN (SELECT key FROM attempts ORDER BY last_at DESC LIMIT -1 OFFSET ?)',
      MAX_KEYS,
    )
  }
}
