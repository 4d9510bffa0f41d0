// Who asks: whoever holds the token of this daemon, a browser that they let in, or an administrator who signed in with one. Everybody else is
// refused.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Accounts, Visitor } from '../accounts/accounts.ts'
import { ApiError } from './errors.ts'

export interface ApiAuth {
  /** From the file `api-token` in the home; whoever can read that is the one who runs the daemon. */
  readonly token: string
  readonly accounts: Pick<Accounts, 'signIn' | 'sessions'>
  readonly browsers: OwnerBrowsers
  /** The peer, as the socket or a trusted proxy says. */
  readonly addressOf?: (request: IncomingMessage) => string
  /** Whether what the browser sees is https. */
  readonly isSecure?: (request: IncomingMessage) => boolean
}

/** Browsers of whoever runs the daemon: let in by a link instead of an account. Every method is in force when it returns. */
export interface OwnerBrowsers {
  /** For a link: good for one sign-in within some minutes, and kept in memory only. Throws `too-many-requests` when too many are waiting. */
  makeCode(): { readonly code: string; readonly expiresAt: number }
  /** Undefined for a code that is unknown, used or too old. `label`: what the browser calls itself. */
  redeem(code: string, label: string): { readonly token: string; readonly formToken: string } | undefined
  isOpen(token: string): boolean
  close(token: string): void
  /** Of a token that is open; the same each time. */
  formToken(token: string): string
  isFormToken(token: string, formToken: string): boolean
}

export type Asker =
  | { readonly by: 'token' }
  | { readonly by: 'owner'; readonly sessionToken: string }
  | { readonly by: 'session'; readonly visitor: Visitor; readonly sessionToken: string }

export const SESSION_COOKIE = 'syncline-session'
export const CSRF_HEADER = 'x-csrf-token'

/** Throws `unauthenticated` or `forbidden`. One kind of proof only: who shows a wrong token is not asked for a cookie. */
export function askerOf(headers: IncomingHttpHeaders, auth: ApiAuth): Asker {
  if (headers.authorization !== undefined) {
    const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(headers.authorization)?.[1]
    if (token !== undefined && isSame(token, auth.token)) return { by: 'token' }
    throw new ApiError('unauthenticated', 'That is not the token of this daemon.')
  }
  const sessionToken = cookieOf(headers.cookie, SESSION_COOKIE)
  if (sessionToken !== undefined && auth.browsers.isOpen(sessionToken)) return { by: 'owner', sessionToken }
  const visitor = sessionToken === undefined ? undefined : auth.accounts.sessions.find(sessionToken, 'administration')
  if (sessionToken === undefined || visitor === undefined)
    throw new ApiError('unauthenticated', 'Sign in first, or send the token of this daemon.')
  if (!visitor.user.isAdmin) throw new ApiError('forbidden', 'Only administrators may do this.')
  return { by: 'session', visitor, sessionToken }
}

/** Throws `forbidden` for a change that the browser was made to ask for: a page of another site cannot know the header's value. */
export function checkForgery(method: string, headers: IncomingHttpHeaders, asker: Asker, auth: ApiAuth): void {
  if (asker.by === 'token' || method === 'GET' || method === 'HEAD') return
  const given = headers[CSRF_HEADER]
  const sessions = asker.by === 'owner' ? auth.browsers : auth.accounts.sessions
  if (typeof given === 'string' && sessions.isFormToken(asker.sessionToken, given)) return
  throw new ApiError('forbidden', `A change needs the header ${CSRF_HEADER} with the value that signing in returned.`)
}

/** Whether who asked would still be let in. */
export function isStillIn(asker: Asker, auth: ApiAuth): boolean {
  if (asker.by === 'owner') return auth.browsers.isOpen(asker.sessionToken)
  return (
    asker.by === 'token' || auth.accounts.sessions.find(asker.sessionToken, 'administration')?.user.isAdmin === true
  )
}

/** What a cookie of ours holds; undefined where there is none, or something that we never gave. */
export function cookieOf(header: string | undefined, wanted: string): string | undefined {
  for (const part of header?.split(';', 64) ?? []) {
    const [name, value] = part.trim().split('=', 2)
    if (name === wanted && value !== undefined && /^[\w.~-]{1,512}$/.test(value)) return value
  }
  return undefined
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
