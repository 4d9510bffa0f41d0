// Logins of clients that wait for a person to grant them in the browser.
import { SyncError } from '../model/errors.ts'
import type { LoginFlows, LoginPoll, StartedLogin, UserId } from './accounts.ts'
import type { AppPasswordTable } from './app-passwords.ts'
import type { AccountsContext } from './context.ts'
import { hashOf, newToken } from './secret.ts'
import { fitLine } from './user-name.ts'
import type { UserTable } from './users.ts'

const LIVE_MS = 20 * 60_000
/** Anybody may start one. */
const MAX_PENDING = 1000
const MAX_LABEL = 120
const MAX_TOKEN = 200

export class LoginFlowTable implements LoginFlows {
  readonly #context: AccountsContext
  readonly #users: UserTable
  readonly #appPasswords: AppPasswordTable

  constructor(context: AccountsContext, users: UserTable, appPasswords: AppPasswordTable) {
    this.#context = context
    this.#users = users
    this.#appPasswords = appPasswords
  }

  start(label: string): StartedLogin {
    const { database, random, clock } = this.#context
    const flow = { pollToken: newToken(random), loginToken: newToken(random), expiresAt: clock.now() + LIVE_MS }
    database.transaction(() => {
      database.run('DELETE FROM login_flows WHERE expires_at <= ?', clock.now())
      const pending = Number(database.get('SELECT count(*) FROM login_flows')?.[0])
      if (pending >= MAX_PENDING)
        throw new SyncError('usage', 'Too many logins are waiting to be granted. Try again in some minutes.')
      database.run(
        'INSERT INTO login_flows VALUES (?, ?, ?, NULL, ?)',
        ...[hashOf(flow.pollToken), hashOf(flow.loginToken), fitLine(label, 'unnamed', MAX_LABEL), flow.expiresAt],
      )
    })
    return flow
  }

  find(loginToken: string): { readonly label: string; readonly expiresAt: number } | undefined {
    if (loginToken.length > MAX_TOKEN) return undefined
    const row = this.#context.database.get(
      'SELECT label, expires_at FROM login_flows WHERE login = ? AND user IS NULL AND expires_at > ?',
      ...[hashOf(loginToken), this.#context.clock.now()],
    )
    return row && { label: row[0] as string, expiresAt: row[1] as number }
  }

  grant(loginToken: string, user: UserId): 'granted' | 'gone' {
    const { database } = this.#context
    return database.transaction(() => {
      if (this.find(loginToken) === undefined || !this.#mayCome(user)) return 'gone'
      database.run('UPDATE login_flows SET user = ? WHERE login = ?', user, hashOf(loginToken))
      return 'granted'
    })
  }

  deny(loginToken: string): 'denied' | 'gone' {
    if (this.find(loginToken) === undefined) return 'gone'
    this.#context.database.run('DELETE FROM login_flows WHERE login = ?', hashOf(loginToken))
    return 'denied'
  }

  /** The app password is made when it is fetched: until then there is none that could be found in the database. */
  poll(pollToken: string): LoginPoll {
    if (pollToken.length > MAX_TOKEN) return { as: 'gone' }
    const { database, clock } = this.#context
    const key = hashOf(pollToken)
    return database.transaction((): LoginPoll => {
      const row = database.get(
        'SELECT user, label FROM login_flows WHERE poll = ? AND expires_at > ?',
        key,
        clock.now(),
      )
      if (row === undefined) return { as: 'gone' }
      if (row[0] === null) return { as: 'pending' }
      database.run('DELETE FROM login_flows WHERE poll = ?', key)
      const user = this.#users.find(row[0] as UserId)
      if (user === undefined || user.isDisabled) return { as: 'gone' }
      return { as: 'granted', user, secret: this.#appPasswords.create(user.id, row[1] as string).secret }
    })
  }

  #mayCome(id: UserId): boolean {
    const user = this.#users.find(id)
    return user !== undefined && !user.isDisabled
  }
}
