// Signing in with a browser, and out.
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { User } from '../accounts/accounts.ts'
import { type ApiAuth, type Asker, SESSION_COOKIE } from './auth.ts'
import { ApiError } from './errors.ts'
import { browserOf, cookieFor, signInByPassword } from './password-sign-in.ts'
import { checked, describing } from './schemas.ts'
import { SignedInSession, SignIn, SignInLink } from './shapes/sessions.ts'
import { Ok } from './shapes/shape.ts'

/** `askers`: who asked, as found out before. */
export function addSessionRoutes(app: FastifyInstance, url: string, auth: ApiAuth, askers: Askers): void {
  const topic = 'session'
  app.post(
    url,
    describing({
      id: 'signIn',
      summary: 'Sign in as an administrator, or by the code of a link',
      topic,
      body: SignIn,
      answer: SignedInSession,
    }),
    async (request, reply) => {
      const { token, session } = await openSession(checked(SignIn, request.body, 'body'), request, auth)
      reply.header('set-cookie', cookie(token, request.raw, auth))
      return session
    },
  )
  app.get(
    url,
    describing({ id: 'getSession', summary: 'Who is signed in', topic, answer: SignedInSession }),
    async request => {
      const asker = sessionAsker(askers.get(request))
      if (asker.by === 'owner') return ownerSession(auth.browsers.formToken(asker.sessionToken))
      return sessionOf(asker.visitor.user, auth.accounts.sessions.formToken(asker.sessionToken))
    },
  )
  app.delete(url, describing({ id: 'signOut', summary: 'Sign out', topic, answer: Ok }), async (request, reply) => {
    const asker = sessionAsker(askers.get(request))
    const sessions = asker.by === 'owner' ? auth.browsers : auth.accounts.sessions
    sessions.close(asker.sessionToken)
    reply.header('set-cookie', cookie('', request.raw, auth))
    return { ok: true }
  })
  app.post(
    `${url}/links`,
    describing({
      id: 'makeSignInLink',
      summary: 'Make a link that lets one browser in, once',
      topic,
      answer: SignInLink,
      status: 201,
    }),
    async (_request, reply) => {
      reply.code(201)
      return auth.browsers.makeCode()
    },
  )
}

export type Askers = Pick<WeakMap<FastifyRequest, Asker>, 'get'>

async function openSession(asked: SignIn, request: FastifyRequest, auth: ApiAuth) {
  if ('code' in asked) {
    const opened = auth.browsers.redeem(asked.code, browserOf(request.raw))
    if (opened === undefined)
      throw new ApiError(
        'unauthenticated',
        'This link was used before, or is too old. `syncline open` makes a new one.',
      )
    return { token: opened.token, session: ownerSession(opened.formToken) }
  }
  const user = await signIn(asked, request, auth)
  const { token, formToken } = auth.accounts.sessions.open(user.id, browserOf(request.raw), 'administration')
  return { token, session: sessionOf(user, formToken) }
}

/** A wrong name, a wrong password, and a user who is no administrator cannot be told apart. */
async function signIn(
  credentials: { readonly name: string; readonly password: string },
  { raw }: FastifyRequest,
  auth: ApiAuth,
): Promise<User> {
  const user = await signInByPassword(credentials, raw, auth)
  if (user?.isAdmin) return user
  throw new ApiError('unauthenticated', 'The name or the password is wrong, or the account is no administrator.')
}

function sessionAsker(asker: Asker | undefined): Exclude<Asker, { by: 'token' }> {
  if (asker !== undefined && asker.by !== 'token') return asker
  throw new ApiError('wrong-state', 'There is no session: this request came with the token of the daemon.')
}

function sessionOf({ name, displayName }: User, csrfToken: string) {
  return { by: 'account' as const, account: name, displayName, csrfToken }
}

function ownerSession(csrfToken: string) {
  return { by: 'owner' as const, account: '', displayName: '', csrfToken }
}

function cookie(token: string, request: IncomingMessage, auth: ApiAuth): string {
  return cookieFor({ name: SESSION_COOKIE, path: '/', token }, request, auth)
}
