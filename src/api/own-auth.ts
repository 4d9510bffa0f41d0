// Who asks for their own files: an account that signed in for that. No other proof will do, and this one is good for nothing else.
import type { IncomingHttpHeaders } from 'node:http'
import type { User } from '../accounts/accounts.ts'
import { type ApiAuth, CSRF_HEADER, cookieOf } from './auth.ts'
import { ApiError } from './errors.ts'
import { API_PREFIX } from './prefix.ts'

export interface OwnAsker {
  readonly user: User
  readonly sessionToken: string
}

export const OWN_PREFIX = `${API_PREFIX}/me`
/** Sent by browsers to addresses below `OWN_PREFIX` alone. */
export const OWN_COOKIE = 'syncline-own'

/** `url`: as the route was registered, never what was asked for. */
export function isOwnUrl(url: string | undefined): boolean {
  return url === OWN_PREFIX || (url?.startsWith(`${OWN_PREFIX}/`) ?? false)
}

/** Throws `unauthenticated`. */
export function ownAskerOf(headers: IncomingHttpHeaders, { accounts }: ApiAuth): OwnAsker {
  // The token of the daemon is nobody's files; the passwords of apps are for the addresses of apps.
  const sessionToken = headers.authorization === undefined ? cookieOf(headers.cookie, OWN_COOKIE) : undefined
  const visitor = sessionToken === undefined ? undefined : accounts.sessions.find(sessionToken, 'own')
  if (sessionToken === undefined || visitor === undefined) throw new ApiError('unauthenticated', 'Sign in first.')
  return { user: visitor.user, sessionToken }
}

/** Throws `forbidden` for a change that the browser was made to ask for. */
export function checkOwnForgery(
  method: string,
  headers: IncomingHttpHeaders,
  { sessionToken }: OwnAsker,
  { accounts }: ApiAuth,
): void {
  if (method === 'GET' || method === 'HEAD') return
  const given = headers[CSRF_HEADER]
  if (typeof given === 'string' && accounts.sessions.isFormToken(sessionToken, given)) return
  throw new ApiError('forbidden', `A change needs the header ${CSRF_HEADER} with the value that signing in returned.`)
}
