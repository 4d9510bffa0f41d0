// Who may come in: users, what they sign in with, what they were granted, and what they marked.
import type { Branded } from '../model/path.ts'
import type { NodeId } from '../store/space.ts'

/** Random and for ever: survives a change of the name, and is never used again. Letters and digits only. */
export type UserId = Branded<string, 'UserId'>
export type AppPasswordId = Branded<string, 'AppPasswordId'>
export type SessionId = Branded<string, 'SessionId'>

export interface User {
  readonly id: UserId
  /** As it was given (NFC). No other user has it in another case or Unicode form. */
  readonly name: string
  readonly displayName: string
  readonly isAdmin: boolean
  readonly quotaBytes: number | 'unlimited'
  readonly isDisabled: boolean
  /** False: can only come in by app passwords. */
  readonly hasPassword: boolean
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export interface NewUser {
  readonly name: string
  readonly password?: string
  /** The name where absent. */
  readonly displayName?: string
  readonly isAdmin?: boolean
  /** Unlimited where absent. */
  readonly quotaBytes?: number | 'unlimited'
}

export type UserChange = Partial<Pick<User, 'name' | 'displayName' | 'isAdmin' | 'quotaBytes' | 'isDisabled'>>

/** What fails because of what was asked for is thrown as `usage`, with a sentence; an unknown id as `missing`. */
export interface Users {
  /** Throws `usage` when the name is taken or not allowed, or the password too short or too long. */
  add(user: NewUser): Promise<User>
  find(id: UserId): User | undefined
  /** In whatever case and Unicode form. */
  findByName(name: string): User | undefined
  /** Ordered by name. */
  list(): readonly User[]
  /** To disable closes the user's sessions and pending logins at once; app passwords stay, and are refused meanwhile. */
  change(id: UserId, change: UserChange): User
  /** Closes the user's sessions and pending logins. App passwords stay. */
  setPassword(id: UserId, password: string): Promise<void>
  /** With all that belongs to the user here. What lies in the home space is another's business. */
  remove(id: UserId): void
}

/** Somebody who proved who they are. */
export interface Visitor {
  readonly user: User
  readonly by:
    | { readonly kind: 'password' }
    | { readonly kind: 'app-password'; readonly id: AppPasswordId; readonly label: string }
    | { readonly kind: 'session'; readonly id: SessionId }
}

export interface Credentials {
  readonly name: string
  readonly password: string
  /** Of the peer, as the socket or a trusted proxy says. */
  readonly address: string
}

/** A wrong name, a wrong password and a disabled user cannot be told apart. */
export type SignedIn =
  | { readonly as: 'visitor'; readonly visitor: Visitor }
  | { readonly as: 'refused' }
  /** Too many wrong attempts: nothing was checked. 429 with Retry-After. */
  | { readonly as: 'too-many'; readonly retryAfterMs: number }

export interface AppPassword {
  readonly id: AppPasswordId
  /** Of the client that has it. */
  readonly label: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Exact to an hour. */
  readonly usedAt: number | undefined
}

export interface AppPasswords {
  /** `secret` is told once and kept nowhere. */
  create(user: UserId, label: string): { readonly record: AppPassword; readonly secret: string }
  /** Newest first. */
  list(user: UserId): readonly AppPassword[]
  /** Refused from the next request on. */
  revoke(user: UserId, id: AppPasswordId): 'revoked' | 'missing'
}

export interface Session {
  readonly id: SessionId
  /** Of the browser. */
  readonly label: string
  readonly createdAt: number
  readonly usedAt: number
  readonly expiresAt: number
}

/** What a session lets in to: `administration`, the whole of it; `own`, the user's own files and account, and nothing else. */
export type SessionScope = 'administration' | 'own'

export interface Sessions {
  /**
   * After a sign-in by password. `token` is for a cookie (HttpOnly, SameSite, Secure under TLS) and kept nowhere;
   * `formToken` goes with every form and request that changes something.
   */
  open(
    user: UserId,
    label: string,
    scope: SessionScope,
  ): { readonly session: Session; readonly token: string; readonly formToken: string }
  /** Undefined when it is unknown, of another scope, expired or closed, or the user is disabled. */
  find(token: string, scope: SessionScope): Visitor | undefined
  /** Whether a form that came with `token` was ours. */
  isFormToken(token: string, formToken: string): boolean
  /** The same each time, for the next form. */
  formToken(token: string): string
  list(user: UserId): readonly Session[]
  close(token: string): void
  closeById(user: UserId, id: SessionId): 'closed' | 'missing'
}

export interface StartedLogin {
  /** For the client, to ask with. Letters, digits, '-' and '_' only. */
  readonly pollToken: string
  /** For the page that a browser opens. */
  readonly loginToken: string
  /** Milliseconds since 1970: twenty minutes from now. */
  readonly expiresAt: number
}

export type LoginPoll =
  /** Nobody has answered yet. */
  | { readonly as: 'pending' }
  /** Said once: the app password is made now, and kept nowhere. */
  | { readonly as: 'granted'; readonly user: User; readonly secret: string }
  /** Unknown, expired, denied, or told before. */
  | { readonly as: 'gone' }

/** A client asks for an app password, a person grants it in the browser. */
export interface LoginFlows {
  /** `label`: what the client calls itself. Throws `usage` (429) while too many are pending. */
  start(label: string): StartedLogin
  /** What the page shows; undefined when it is not pending any more. */
  find(loginToken: string): { readonly label: string; readonly expiresAt: number } | undefined
  grant(loginToken: string, user: UserId): 'granted' | 'gone'
  deny(loginToken: string): 'denied' | 'gone'
  poll(pollToken: string): LoginPoll
}

/** A folder of this daemon in a user's tree. */
export interface Grant {
  readonly user: UserId
  readonly folder: string
  readonly rights: 'read' | 'write'
  /** The name of the mount at the top of the user's tree. */
  readonly mount: string
}

export interface Grants {
  /** Gives or replaces. Throws `usage` when another folder is mounted there under that name (without case). */
  put(grant: Grant): void
  remove(user: UserId, folder: string): 'removed' | 'missing'
  /** When the folder is no longer shared at all. */
  removeFolder(folder: string): void
  find(user: UserId, folder: string): Grant | undefined
  /** Ordered by mount. */
  of(user: UserId): readonly Grant[]
  list(): readonly Grant[]
}

export interface Favourites {
  set(user: UserId, node: NodeId, to: 'favourite' | 'ordinary'): void
  has(user: UserId, node: NodeId): boolean
  /** Ordered by id. */
  of(user: UserId): readonly NodeId[]
  /** Of `nodes`, those that are. */
  among(user: UserId, nodes: readonly NodeId[]): ReadonlySet<NodeId>
  /** The nodes are gone for good, for everybody. */
  forget(nodes: readonly NodeId[]): void
}

/**
 * Contract:
 * - A change is durable when the call returns, and in force at once, also for what is cached.
 * - No secret is stored, thrown or logged in plain: passwords as scrypt hashes, random ones as SHA-256.
 * - Methods without a promise do not wait for anything but the database.
 */
export interface Accounts {
  readonly users: Users
  readonly appPasswords: AppPasswords
  readonly sessions: Sessions
  readonly loginFlows: LoginFlows
  readonly grants: Grants
  readonly favourites: Favourites
  /** Basic authentication: by password or app password. The one way in for DAV, OCS and the login page. */
  signIn(credentials: Credentials): Promise<SignedIn>
  /** `Authorization: Bearer`: an app password alone. */
  signInByToken(token: string): SignedIn
  /** Tells, until disposed, whose user record, grants or credentials changed; after the change. */
  watch(onChange: (user: UserId) => void): Disposable
  close(): void
}
