// Who somebody is, by name and password or by app password.
import type { Credentials, SignedIn, User, UserId, Visitor } from './accounts.ts'
import type { AppPasswordTable } from './app-passwords.ts'
import { type AttemptRule, type Attempts, openAttempts } from './attempts.ts'
import type { AccountsContext } from './context.ts'
import type { CredentialCache } from './credential-cache.ts'
import { type KnownAddresses, openKnownAddresses } from './known-addresses.ts'
import { networkOf } from './network-of.ts'
import { hashPassword, isPassword, isTooLong, isWeaker, wastePassword } from './password-hash.ts'
import { looksLikeAppPassword, newToken } from './secret.ts'
import { openSlots } from './slots.ts'
import { foldName } from './user-name.ts'
import type { UserTable } from './users.ts'

const MINUTE_MS = 60_000
const BY_ADDRESS: AttemptRule = {
  free: 20,
  firstWaitMs: 1000,
  longestWaitMs: 60 * MINUTE_MS,
  forgiveMs: 10 * MINUTE_MS,
}
/** From addresses that the user never came from. Whoever guesses from many of them makes only such others wait. */
const BY_NAME: AttemptRule = { free: 10, firstWaitMs: 1000, longestWaitMs: 5 * MINUTE_MS, forgiveMs: 30 * MINUTE_MS }
const BY_NAME_AND_ADDRESS: AttemptRule = { ...BY_NAME, longestWaitMs: MINUTE_MS }

const MAX_NAME = 256
/** Each takes a thread and 32 MiB for a tenth of a second; disk and crypto need threads as well. */
const HASHES_AT_ONCE = 2
const HASHES_WAITING = 60
const BUSY_MS = 2000

interface Attempt {
  /** What wrong ones are counted under, besides the address. */
  readonly who: string
  readonly password: string
  readonly network: string
  readonly user: User | undefined
  /** Of the cache, and of those under way: the same name and password from the same place. */
  readonly key: string
}

export interface SignInParts {
  readonly context: AccountsContext
  readonly users: UserTable
  readonly appPasswords: AppPasswordTable
  readonly cache: CredentialCache
}

const REFUSED: SignedIn = { as: 'refused' }

export class SignIn {
  readonly #parts: SignInParts
  readonly #attempts: Attempts
  readonly #known: KnownAddresses
  readonly #slots = openSlots(HASHES_AT_ONCE, HASHES_WAITING)
  readonly #underWay = new Map<string, Promise<SignedIn>>()
  readonly #salt: string

  constructor(parts: SignInParts) {
    this.#parts = parts
    this.#attempts = openAttempts(parts.context.database, parts.context.clock)
    this.#known = openKnownAddresses(parts.context)
    this.#salt = newToken(parts.context.random)
  }

  /** An app password is decided before any limit: it cannot be guessed, so nobody's guessing may shut out its client. */
  async signIn({ name, password, address }: Credentials): Promise<SignedIn> {
    const network = networkOf(address)
    const isApp = looksLikeAppPassword(password)
    const waitMs = isApp ? 0 : this.#attempts.waitOf(addressKey(network))
    if (waitMs > 0) return { as: 'too-many', retryAfterMs: waitMs }
    if (name.length > MAX_NAME || isTooLong(password)) return isApp ? REFUSED : this.#refuseAtOnce(network)
    const key = this.#parts.cache.keyOf(name, password, network)
    const visitor = this.#parts.cache.find(key)
    if (visitor !== undefined) return { as: 'visitor', visitor }
    if (isApp) return this.#keep(key, this.#byAppPassword(password, name))
    const user = this.#parts.users.findByName(name)
    const attempt: Attempt = { who: this.#whoOf(user, name), password, network, user, key }
    return this.#underWay.get(key) ?? this.#check(attempt)
  }

  /** Another process has changed the database: what is remembered of it may be wrong. */
  lookAgain(): void {
    this.#parts.cache.clear()
    this.#attempts.lookAgain()
  }

  signInByToken(token: string): SignedIn {
    return looksLikeAppPassword(token) ? this.#byAppPassword(token, undefined) : REFUSED
  }

  #keep(key: string, signedIn: SignedIn): SignedIn {
    if (signedIn.as === 'visitor') this.#parts.cache.keep(key, signedIn.visitor)
    return signedIn
  }

  /** Where a name comes along, it must be the user's. */
  #byAppPassword(secret: string, name: string | undefined): SignedIn {
    const found = this.#parts.appPasswords.use(secret)
    const user = found && this.#parts.users.find(found.user)
    if (found === undefined || user === undefined || user.isDisabled) return REFUSED
    if (name !== undefined && foldName(name) !== foldName(user.name)) return REFUSED
    const { id, label } = found.record
    return { as: 'visitor', visitor: { user, by: { kind: 'app-password', id, label } } }
  }

  /** People type passwords into the field for the name: what nobody is called is kept in a form that means nothing elsewhere. */
  #whoOf(user: User | undefined, name: string): string {
    return user === undefined ? `nobody ${this.#salt} ${foldName(name)}` : `user ${user.id}`
  }

  #refuseAtOnce(network: string): SignedIn {
    this.#attempts.begin(addressKey(network), BY_ADDRESS)
    return REFUSED
  }

  #check(attempt: Attempt): SignedIn | Promise<SignedIn> {
    const isKnown = attempt.user !== undefined && this.#known.has(attempt.user.id, attempt.network)
    const nameKey = isKnown ? `${attempt.who} at ${attempt.network}` : attempt.who
    const waitMs = this.#attempts.waitOf(nameKey)
    if (waitMs > 0) return { as: 'too-many', retryAfterMs: waitMs }
    const checked = this.#slots.run(() => this.#hashAndTell(attempt))
    if (checked === undefined) return { as: 'too-many', retryAfterMs: BUSY_MS }
    const begun = [
      this.#attempts.begin(addressKey(attempt.network), BY_ADDRESS),
      this.#attempts.begin(nameKey, isKnown ? BY_NAME_AND_ADDRESS : BY_NAME),
    ]
    const told = checked.then(signedIn => {
      if (signedIn.as !== 'visitor') return signedIn
      for (const each of begun) each.undo()
      if (isKnown) this.#attempts.forget(nameKey)
      this.#known.note(signedIn.visitor.user.id, attempt.network)
      return signedIn
    })
    this.#underWay.set(attempt.key, told)
    const done = () => this.#underWay.delete(attempt.key)
    told.then(done, done)
    return told
  }

  async #hashAndTell({ password, user, key }: Attempt): Promise<SignedIn> {
    const { context, cache, users } = this.#parts
    const stored = user && this.#storedHash(user.id)
    // The same work, so that the time does not tell whether there is such a user.
    if (user === undefined || stored === undefined) {
      await wastePassword(password, context.cost)
      return REFUSED
    }
    if (!(await isPassword(password, stored))) return REFUSED
    // Looked at again: it may have been changed, disabled or removed meanwhile.
    const now = users.find(user.id)
    if (now === undefined || now.isDisabled || this.#storedHash(user.id) !== stored) return REFUSED
    const visitor: Visitor = { user: now, by: { kind: 'password' } }
    if (isWeaker(stored, context.cost)) await this.#strengthen(user.id, password, stored)
    else cache.keep(key, visitor)
    return { as: 'visitor', visitor }
  }

  async #strengthen(user: UserId, password: string, stored: string): Promise<void> {
    const { database, cost, random } = this.#parts.context
    const hash = await hashPassword(password, cost, random)
    database.run('UPDATE users SET password = ? WHERE id = ? AND password = ?', hash, user, stored)
  }

  #storedHash(user: UserId): string | undefined {
    const text = this.#parts.context.database.get('SELECT password FROM users WHERE id = ?', user)?.[0]
    return typeof text === 'string' ? text : undefined
  }
}

const addressKey = (network: string): string => `address ${network}`
