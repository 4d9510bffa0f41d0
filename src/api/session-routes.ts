// Signing in with a browser, and out.
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { User } from '../accounts/accounts.ts'
import { type ApiAuth, type Asker, SESSION_COOKIE } from './auth.ts'
import { ApiError } from './errors.ts'
import { checked, describing } from './schemas.ts'
import { SignedInSession, SignIn } from './shapes/sessions.ts'
import { Ok } from './shapes/shape.ts'

/** `askers`: who asked, as found out before. */
export function addSessionRoutes(app: FastifyInstance, url: string, auth: ApiAuth, askers: Askers): void {
  const topic = 'session'
  app.post(
    url,
    describing({ id: 'signIn', summary: 'Sign in as an administrator', topic, body: SignIn, answer: SignedInSession }),
    async (request, reply) => {
      const user = await signIn(checked(SignIn, request.body, 'body'), request, auth)
      const { token, formToken } = auth.accounts.sessions.open(user.id, labelOf(request))
      reply.header('set-cookie', cookie(token, request.raw, auth))
      return sessionOf(user, formToken)
    },
  )
  app.get(
    url,
    describing({ id: 'getSession', summary: 'Who is signed in', topic, answer: SignedInSession }),
    async request => {
      const { visitor, sessionToken } = sessionAsker(askers.get(request))
      return sessionOf(visitor.user, auth.accounts.sessions.formToken(sessionToken))
    },
  )
  app.delete(url, describing({ id: 'signOut', summary: 'Sign out', topic, answer: Ok }), async (request, reply) => {
    auth.accounts.sessions.close(sessionAsker(askers.get(request)).sessionToken)
    reply.header('set-cookie', cookie('', request.raw, auth))
    return { ok: true }
  })
}

export type Askers = Pick<WeakMap<FastifyRequest, Asker>, 'get'>

/** A wrong name, a wrong password, and a user who is no administrator cannot be told apart. */
async function signIn(
  { name, password }: { readonly name: string; readonly password: string },
  { raw }: FastifyRequest,
  auth: ApiAuth,
): Promise<User> {
  const address = auth.addressOf?.(raw) ?? raw.socket.remoteAddress ?? 'local'
  const signedIn = await auth.accounts.signIn({ name, password, address })
  if (signedIn.as === 'too-many')
    throw new ApiError('too-many-requests', 'There were too many wrong attempts. Wait, and try again.', {
      retryAfterSeconds: Math.ceil(signedIn.retryAfterMs / 1000),
    })
  // An app password is for a client, not for the administration of the host.
  if (signedIn.as === 'visitor' && signedIn.visitor.user.isAdmin && signedIn.visitor.by.kind === 'password')
    return signedIn.visitor.user
  throw new ApiError('unauthenticated', 'The name or the password is wrong, or the account is no administrator.')
}

function sessionAsker(asker: Asker | undefined): Extract<Asker, { by: 'session' }> {
  if (asker?.by === 'session') return asker
  throw new ApiError('wrong-state', 'There is no session: this request came with the token of the daemon.')
}

function sessionOf({ name, displayName }: User, csrfToken: string): SignedInSession {
  return { account: name, displayName, csrfToken }
}

function labelOf({ headers }: FastifyRequest): string {
  return (headers['user-agent'] ?? 'a browser').slice(0, 200)
}

function cookie(token: string, request: IncomingMessage, auth: ApiAuth): string {
  const isSecure = auth.isSecure?.(request) ?? 'encrypted' in request.socket
  const parts = [`${SESSION_COOKIE}=${token}`, 'Path=/', 'HttpOnly', 'SameSite=Strict']
  if (isSecure) parts.push('Secure')
  if (token === '') parts.push('Max-Age=0')
  return parts.join('; ')
}
