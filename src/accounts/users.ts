// The table of users.
import { SyncError } from '../model/errors.ts'
import type { Columns, Database } from '../platform/node/sqlite.ts'
import type { NewUser, User, UserChange, UserId, Users } from './accounts.ts'
import type { AccountsContext } from './context.ts'
import { checkPassword, hashPassword } from './password-hash.ts'
import { newId } from './secret.ts'
import { checkLine, checkUserName, foldName } from './user-name.ts'

const COLUMNS = 'id, name, display_name, admin, quota, disabled, password IS NOT NULL, created_at'
const MAX_DISPLAY_NAME = 128

export class UserTable implements Users {
  readonly #context: AccountsContext
  readonly #database: Database

  constructor(context: AccountsContext) {
    this.#context = context
    this.#database = context.database
  }

  async add(user: NewUser): Promise<User> {
    const { random, clock, cost } = this.#context
    const name = checkUserName(user.name)
    const displayName = checkLine(user.displayName ?? name, 'The display name', MAX_DISPLAY_NAME)
    const quota = checkQuota(user.quotaBytes ?? 'unlimited')
    if (user.password !== undefined) checkPassword(user.password)
    this.#checkFree(name, undefined)
    const hash = user.password === undefined ? null : await hashPassword(user.password, cost, random)
    const id = newId(random) as UserId
    this.#database.transaction(() => {
      // Looked at again: another one may have come while the hash was made.
      this.#checkFree(name, undefined)
      this.#database.run(
        'INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)',
        ...[id, name, foldName(name), displayName, user.isAdmin ? 1 : 0, quota, hash, clock.now()],
      )
    })
    this.#context.changed(id)
    return this.#get(id)
  }

  find(id: UserId): User | undefined {
    const row = this.#database.get(`SELECT ${COLUMNS} FROM users WHERE id = ?`, id)
    return row && userOf(row)
  }

  findByName(name: string): User | undefined {
    const row = this.#database.get(`SELECT ${COLUMNS} FROM users WHERE folded = ?`, foldName(name.slice(0, 256)))
    return row && userOf(row)
  }

  list(): readonly User[] {
    return this.#database.all(`SELECT ${COLUMNS} FROM users ORDER BY folded`).map(userOf)
  }

  change(id: UserId, change: UserChange): User {
    const user = { ...this.#get(id), ...defined(change) }
    const name = checkUserName(user.name)
    const displayName = checkLine(user.displayName, 'The display name', MAX_DISPLAY_NAME)
    const quota = checkQuota(user.quotaBytes)
    this.#database.transaction(() => {
      this.#checkFree(name, id)
      this.#database.run(
        'UPDATE users SET name = ?, folded = ?, display_name = ?, admin = ?, quota = ?, disabled = ? WHERE id = ?',
        ...[name, foldName(name), displayName, user.isAdmin ? 1 : 0, quota, user.isDisabled ? 1 : 0, id],
      )
      if (user.isDisabled) this.#signOut(id)
    })
    this.#context.changed(id)
    return this.#get(id)
  }

  async setPassword(id: UserId, password: string): Promise<void> {
    checkPassword(password)
    this.#get(id)
    const hash = await hashPassword(password, this.#context.cost, this.#context.random)
    this.#database.transaction(() => {
      this.#get(id)
      this.#database.run('UPDATE users SET password = ? WHERE id = ?', hash, id)
      this.#signOut(id)
    })
    this.#context.changed(id)
  }

  remove(id: UserId): void {
    this.#get(id)
    this.#database.transaction(() => {
      this.#signOut(id)
      for (const table of ['app_passwords', 'grants', 'favourites', 'known_addresses'])
        this.#database.run(`DELETE FROM ${table} WHERE user = ?`, id)
      this.#database.run('DELETE FROM users WHERE id = ?', id)
    })
    this.#context.changed(id)
  }

  /** What was derived from the password ends with it, also a login that was granted and not yet fetched. */
  #signOut(id: UserId): void {
    this.#database.run('DELETE FROM sessions WHERE user = ?', id)
    this.#database.run('DELETE FROM login_flows WHERE user = ?', id)
  }

  #get(id: UserId): User {
    const user = this.find(id)
    if (user === undefined) throw new SyncError('missing', 'There is no such user.', { retry: 'never' })
    return user
  }

  #checkFree(name: string, except: UserId | undefined): void {
    const taken = this.findByName(name)
    if (taken !== undefined && taken.id !== except)
      throw new SyncError('usage', `There is a user named ${taken.name} already.`)
  }
}

function userOf(row: Columns): User {
  const [id, name, displayName, admin, quota, disabled, hasPassword, createdAt] = row
  return {
    id: id as UserId,
    name: name as string,
    displayName: displayName as string,
    isAdmin: admin === 1,
    quotaBytes: quota === null ? 'unlimited' : (quota as number),
    isDisabled: disabled === 1,
    hasPassword: hasPassword === 1,
    createdAt: createdAt as number,
  }
}

function checkQuota(quota: number | 'unlimited'): number | null {
  if (quota === 'unlimited') return null
  if (Number.isSafeInteger(quota) && quota >= 0) return quota
  throw new SyncError('usage', 'A quota is a whole number of bytes, or unlimited.')
}

/** Without what is there, but undefined. */
function defined(change: UserChange): UserChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}
