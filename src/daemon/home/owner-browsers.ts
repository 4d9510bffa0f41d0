// Browsers of whoever runs the daemon: let in by a link, without an account. They stay so over restarts.
import { formTokenOf, hashOf, isSame, newToken } from '../../accounts/secret.ts'
import type { OwnerBrowsers } from '../../api/auth.ts'
import { ApiError } from '../../api/errors.ts'
import type { Database } from '../../platform/node/sqlite.ts'
import type { World } from '../../platform/world.ts'

const CODE_MS = 10 * 60_000
const MAX_CODES = 50
const LONGEST_MS = 30 * 86_400_000
const IDLE_MS = 7 * 86_400_000
const USE_EVERY_MS = 15 * 60_000
const MAX_BROWSERS = 50
const MAX_LABEL = 200
/** Of what we make; nothing longer is looked up. */
const MAX_TOKEN = 100

/** Codes end with the process, browsers stay in the database: as SHA-256, so that nobody who reads it comes in. */
export class OwnerBrowserTable implements OwnerBrowsers {
  readonly #database: Database
  readonly #world: Pick<World, 'clock' | 'random'>
  /** When each ends, by its code. */
  readonly #codes = new Map<string, number>()

  constructor(database: Database, world: Pick<World, 'clock' | 'random'>) {
    this.#database = database
    this.#world = world
  }

  makeCode(): { readonly code: string; readonly expiresAt: number } {
    this.#forgetOldCodes()
    if (this.#codes.size >= MAX_CODES)
      throw new ApiError('too-many-requests', 'Too many links are waiting to be used. Try again in some minutes.', {
        retryAfterSeconds: CODE_MS / 1000,
      })
    const code = newToken(this.#world.random)
    const expiresAt = Math.floor(this.#world.clock.now()) + CODE_MS
    this.#codes.set(code, expiresAt)
    return { code, expiresAt }
  }

  redeem(code: string, label: string): { readonly token: string; readonly formToken: string } | undefined {
    this.#forgetOldCodes()
    const found = [...this.#codes.keys()].filter(each => isSame(each, code))[0]
    if (found === undefined) return undefined
    this.#codes.delete(found)
    const token = newToken(this.#world.random)
    const now = this.#world.clock.now()
    this.#database.transaction(() => {
      this.#makeRoom(now)
      this.#database.run(
        'INSERT INTO browsers VALUES (?, ?, ?, ?)',
        ...[hashOf(token), label.slice(0, MAX_LABEL), now, now],
      )
    })
    return { token, formToken: formTokenOf(token) }
  }

  isOpen(token: string): boolean {
    if (token.length > MAX_TOKEN) return false
    const row = this.#database.get('SELECT created_at, used_at FROM browsers WHERE hash = ?', hashOf(token))
    if (row === undefined) return false
    const now = this.#world.clock.now()
    const [createdAt, usedAt] = row.map(Number) as [number, number]
    // Used later than now: the clock was put back, and would make it last for longer.
    if (now - createdAt >= LONGEST_MS || now - usedAt >= IDLE_MS || now < createdAt - USE_EVERY_MS) return false
    if (Math.abs(now - usedAt) >= USE_EVERY_MS)
      this.#database.run('UPDATE browsers SET used_at = ? WHERE hash = ?', now, hashOf(token))
    return true
  }

  close(token: string): void {
    this.#database.run('DELETE FROM browsers WHERE hash = ?', hashOf(token))
  }

  formToken(token: string): string {
    return formTokenOf(token)
  }

  isFormToken(token: string, formToken: string): boolean {
    return isSame(formTokenOf(token), formToken)
  }

  #forgetOldCodes(): void {
    const now = this.#world.clock.now()
    for (const [code, expiresAt] of this.#codes) if (expiresAt <= now) this.#codes.delete(code)
  }

  #makeRoom(now: number): void {
    this.#database.run('DELETE FROM browsers WHERE created_at <= ? OR used_at <= ?', now - LONGEST_MS, now - IDLE_MS)
    this.#database.run(
      'DELETE FROM browsers WHERE hash IN (SELECT hash FROM browsers ORDER BY used_at DESC LIMIT -1 OFFSET ?)',
      MAX_BROWSERS - 1,
    )
  }
}
