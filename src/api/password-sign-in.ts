// Names and passwords that come with a request: one way in for all of the API, behind the limits for those who guess.
import type { IncomingMessage } from 'node:http'
import type { User } from '../accounts/accounts.ts'
import type { ApiAuth } from './auth.ts'
import { ApiError } from './errors.ts'

/**
 * Undefined when they are wrong, or an app's: its password is for the app, not for pages. Throws `too-many-requests` when somebody has
 * guessed too often.
 */
export async function signInByPassword(
  credentials: { readonly name: string; readonly password: string },
  request: IncomingMessage,
  auth: ApiAuth,
): Promise<User | undefined> {
  const address = auth.addressOf?.(request) ?? request.socket.remoteAddress ?? 'local'
  const signedIn = await auth.accounts.signIn({ ...credentials, address })
  if (signedIn.as === 'too-many')
    throw new ApiError('too-many-requests', 'There were too many wrong attempts. Wait, and try again.', {
      retryAfterSeconds: Math.ceil(signedIn.retryAfterMs / 1000),
    })
  return signedIn.as === 'visitor' && signedIn.visitor.by.kind === 'password' ? signedIn.visitor.user : undefined
}

/** What the browser calls itself. */
export function browserOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  return (headers['user-agent'] ?? 'a browser').slice(0, 200)
}

export interface CookieParts {
  readonly name: string
  readonly path: string
  /** '' ends it. */
  readonly token: string
}

/** For `Set-Cookie`. No script can read it, and no other site makes a browser send it. */
export function cookieFor({ name, path, token }: CookieParts, request: IncomingMessage, auth: ApiAuth): string {
  const isSecure = auth.isSecure?.(request) ?? 'encrypted' in request.socket
  const parts = [`${name}=${token}`, `Path=${path}`, 'HttpOnly', 'SameSite=Strict']
  if (isSecure) parts.push('Secure')
  if (token === '') parts.push('Max-Age=0')
  return parts.join('; ')
}
