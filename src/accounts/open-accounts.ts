// Opens the database of accounts, or makes it.
import { chmodSync, closeSync, openSync } from 'node:fs'
import { migrate } from '../platform/node/migrate.ts'
import { Database } from '../platform/node/sqlite.ts'
import type { Clock, Random } from '../platform/world.ts'
import type { Accounts, Credentials, SignedIn, UserId } from './accounts.ts'
import { AppPasswordTable } from './app-passwords.ts'
import type { AccountsContext } from './context.ts'
import { type CredentialCache, openCredentialCache } from './credential-cache.ts'
import { FavouriteTable } from './favourites.ts'
import { GrantTable } from './grants.ts'
import { LoginFlowTable } from './login-flows.ts'
import { SCRYPT_COST, type ScryptCost } from './password-hash.ts'
import { ACCOUNTS_SCHEMA, ACCOUNTS_WORDS } from './schema.ts'
import { SessionTable } from './sessions.ts'
import { SignIn } from './sign-in.ts'
import { UserTable } from './users.ts'

export interface AccountsOptions {
  /** ':memory:' for none. Its directory is there. */
  readonly file: string
  readonly clock: Clock
  /** Cryptographically strong: all secrets come from it. */
  readonly random: Random
  /** Of new password hashes; weaker ones are made anew at the next sign-in. */
  readonly cost?: ScryptCost
}

/** Throws `folder-unusable` when the file is damaged, another program's, or a newer version's. */
export function openAccounts(options: AccountsOptions): Accounts {
  return new SqliteAccounts(openDatabase(options.file), options)
}

function openDatabase(file: string): Database {
  if (file !== ':memory:') makePrivate(file)
  const database = new Database(file, ACCOUNTS_WORDS)
  try {
    // The schema is looked at before anything is written: a file that is not ours stays as it is.
    database.exec('PRAGMA busy_timeout = 5000')
    migrate(database, ACCOUNTS_SCHEMA)
    // A revoked password must not come back with a power cut; what was deleted is not left in free pages.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Before SQLite opens it: its log and shared memory take over the mode. */
function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
}

class SqliteAccounts implements Accounts {
  readonly users: UserTable
  readonly appPasswords: AppPasswordTable
  readonly sessions: SessionTable
  readonly loginFlows: LoginFlowTable
  readonly grants: GrantTable
  readonly favourites: FavouriteTable
  readonly #database: Database
  readonly #cache: CredentialCache
  readonly #signIn: SignIn
  readonly #told = new Set<(user: UserId) => void>()
  #dataVersion: unknown

  constructor(database: Database, { clock, random, cost = SCRYPT_COST }: AccountsOptions) {
    const changed = (user: UserId) => this.#changed(user)
    const context: AccountsContext = { database, clock, random, cost, changed }
    this.#database = database
    this.#cache = openCredentialCache(clock)
    this.users = new UserTable(context)
    this.appPasswords = new AppPasswordTable(context)
    this.sessions = new SessionTable(context, this.users)
    this.loginFlows = new LoginFlowTable(context, this.users, this.appPasswords)
    this.grants = new GrantTable(context)
    this.favourites = new FavouriteTable(context)
    this.#signIn = new SignIn({ context, users: this.users, appPasswords: this.appPasswords, cache: this.#cache })
  }

  async signIn(credentials: Credentials): Promise<SignedIn> {
    this.#dropForeign()
    return this.#signIn.signIn(credentials)
  }

  signInByToken(token: string): SignedIn {
    return this.#signIn.signInByToken(token)
  }

  watch(onChange: (user: UserId) => void): Disposable {
    const told = (user: UserId) => onChange(user)
    this.#told.add(told)
    return { [Symbol.dispose]: () => void this.#told.delete(told) }
  }

  close(): void {
    this.#cache.clear()
    this.#told.clear()
    this.#database.close()
  }

  #changed(user: UserId): void {
    this.#cache.forget(user)
    for (const told of this.#told) told(user)
  }

  /** Another process has changed the database: what is cached may be wrong. */
  #dropForeign(): void {
    const version = this.#database.get('PRAGMA data_version')?.[0]
    if (version !== this.#dataVersion) this.#signIn.lookAgain()
    this.#dataVersion = version
  }
}
