// Browsers that are signed in.
import type { Columns } from '../platform/node/sqlite.ts'
import type { Session, SessionId, SessionScope, Sessions, UserId, Visitor } from './accounts.ts'
import type { AccountsContext } from './context.ts'
import { formTokenOf, hashOf, isSame, newId, newToken } from './secret.ts'
import { fitLine } from './user-name.ts'
import type { UserTable } from './users.ts'

const LONGEST_MS = 30 * 86_400_000
const IDLE_MS = 7 * 86_400_000
const USE_EVERY_MS = 15 * 60_000
const MAX_PER_USER = 100
const MAX_LABEL = 200
const MAX_TOKEN = 100
const COLUMNS = 'id, label, created_at, used_at, expires_at'

export class SessionTable implements Sessions {
  readonly #context: AccountsContext
  readonly #users: UserTable

  constructor(context: AccountsContext, users: UserTable) {
    this.#context = context
    this.#users = users
  }

  open(user: UserId, label: string, scope: SessionScope): { session: Session; token: string; formToken: string } {
    const { database, random, clock } = this.#context
    const token = newToken(random)
    const now = clock.now()
    const session: Session = {
      id: newId(random) as SessionId,
      label: fitLine(label, 'unnamed', MAX_LABEL),
      createdAt: now,
      usedAt: now,
      expiresAt: now + LONGEST_MS,
    }
    database.transaction(() => {
      this.#makeRoom(user)
      database.run(
        'INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        ...[session.id, hashOf(token), user, session.label, now, now, session.expiresAt, scope],
      )
    })
    return { session, token, formToken: formTokenOf(token) }
  }

  find(token: string, scope: SessionScope): Visitor | undefined {
    if (token.length > MAX_TOKEN) return undefined
    const { database } = this.#context
    const row = database.get(
      `SELECT ${COLUMNS}, user FROM sessions WHERE hash = ? AND scope = ?`,
      ...[hashOf(token), scope],
    )
    if (row === undefined) return undefined
    const session = sessionOf(row)
    const user = this.#users.find(row[5] as UserId)
    if (user === undefined || user.isDisabled || !this.#isFresh(session)) return undefined
    this.#noteUse(session)
    return { user, by: { kind: 'session', id: session.id } }
  }

  isFormToken(token: string, formToken: string): boolean {
    return isSame(formTokenOf(token), formToken)
  }

  formToken(token: string): string {
    return formTokenOf(token)
  }

  list(user: UserId): readonly Session[] {
    return this.#context.database
      .all(`SELECT ${COLUMNS} FROM sessions WHERE user = ? ORDER BY created_at DESC, id`, user)
      .map(sessionOf)
      .filter(session => this.#isFresh(session))
  }

  close(token: string): void {
    this.#context.database.run('DELETE FROM sessions WHERE hash = ?', hashOf(token))
  }

  closeById(user: UserId, id: SessionId): 'closed' | 'missing' {
    const { database } = this.#context
    if (database.get('SELECT 1 FROM sessions WHERE id = ? AND user = ?', id, user) === undefined) return 'missing'
    database.run('DELETE FROM sessions WHERE id = ? AND user = ?', id, user)
    return 'closed'
  }

  #isFresh({ createdAt, usedAt, expiresAt }: Session): boolean {
    const now = this.#context.clock.now()
    // Used later than now: the clock was put back, and would make it last for longer.
    return now < expiresAt && now - usedAt < IDLE_MS && now >= createdAt - USE_EVERY_MS
  }

  #noteUse({ id, usedAt }: Session): void {
    const now = this.#context.clock.now()
    if (Math.abs(now - usedAt) < USE_EVERY_MS) return
    this.#context.database.run('UPDATE sessions SET used_at = ? WHERE id = ?', now, id)
  }

  #makeRoom(user: UserId): void {
    const { database, clock } = this.#context
    const now = clock.now()
    database.run('DELETE FROM sessions WHERE expires_at <= ? OR used_at <= ?', now, now - IDLE_MS)
    database.run(
      'DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user = ? ORDER BY used_at DESC LIMIT -1 OFFSET ?)',
      ...[user, MAX_PER_USER - 1],
    )
  }
}

function sessionOf([id, label, createdAt, usedAt, expiresAt]: Columns): Session {
  return {
    id: id as SessionId,
    label: label as string,
    createdAt: createdAt as number,
    usedAt: usedAt as number,
    expiresAt: expiresAt as number,
  }
}
