// An account of the host signs in to its own files with a browser, out again, and changes its password.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { User } from '../accounts/accounts.ts'
import type { ApiAuth } from './auth.ts'
import { ApiError } from './errors.ts'
import { OWN_COOKIE, OWN_PREFIX, type OwnAsker } from './own-auth.ts'
import type { OwnService } from './own-service.ts'
import { browserOf, cookieFor, signInByPassword } from './password-sign-in.ts'
import { checked, describing } from './schemas.ts'
import { OwnSession, OwnSignIn, PasswordChange } from './shapes/own.ts'
import { Ok } from './shapes/shape.ts'

export interface OwnSessionParts {
  readonly auth: ApiAuth
  readonly own: (user: User) => OwnService
  /** Who asked, as found out before. Throws where nobody was. */
  readonly askerOf: (request: FastifyRequest) => OwnAsker
}

const topic = 'own files'
const shared = { topic, auth: 'own' } as const
const URL = `${OWN_PREFIX}/session`

export function addOwnSessionRoutes(app: FastifyInstance, parts: OwnSessionParts): void {
  const { auth, askerOf } = parts
  const signingIn = { id: 'ownSignIn', summary: 'Sign in to one’s own files', topic, auth: 'none' } as const
  app.post(URL, describing({ ...signingIn, body: OwnSignIn, answer: OwnSession }), async (request, reply) => {
    const user = await signInByPassword(checked(OwnSignIn, request.body, 'body'), request.raw, auth)
    if (user === undefined) throw new ApiError('unauthenticated', 'The name or the password is wrong.')
    return begin(user, request, reply, auth)
  })
  const finding = { id: 'getOwnSession', summary: 'Who is signed in', ...shared, answer: OwnSession }
  app.get(URL, describing(finding), async request => {
    const { user, sessionToken } = askerOf(request)
    return shown(user, auth.accounts.sessions.formToken(sessionToken))
  })
  app.delete(
    URL,
    describing({ id: 'ownSignOut', summary: 'Sign out', ...shared, answer: Ok }),
    async (request, reply) => {
      auth.accounts.sessions.close(askerOf(request).sessionToken)
      giveCookie('', request, reply, auth)
      return { ok: true }
    },
  )
  const changing = { id: 'changeOwnPassword', summary: 'Another password; ends all other sessions', ...shared }
  const described = describing({ ...changing, body: PasswordChange, answer: OwnSession })
  app.post(`${OWN_PREFIX}/password`, described, (request, reply) => changePassword(request, reply, parts))
}

/** Who found a browser open cannot make the account theirs: the old password is asked for, behind the same limits as at the door. */
async function changePassword(
  request: FastifyRequest,
  reply: FastifyReply,
  { auth, own, askerOf }: OwnSessionParts,
): Promise<OwnSession> {
  const { current, next } = checked(PasswordChange, request.body, 'body')
  const { user } = askerOf(request)
  const proven = await signInByPassword({ name: user.name, password: current }, request.raw, auth)
  // Not 401: the session is as good as before.
  if (proven?.id !== user.id) throw new ApiError('forbidden', 'The current password is wrong.')
  await own(user).changePassword(next)
  return begin(user, request, reply, auth)
}

function begin(user: User, request: FastifyRequest, reply: FastifyReply, auth: ApiAuth): OwnSession {
  const { token, formToken } = auth.accounts.sessions.open(user.id, browserOf(request.raw), 'own')
  giveCookie(token, request, reply, auth)
  return shown(user, formToken)
}

function giveCookie(token: string, request: FastifyRequest, reply: FastifyReply, auth: ApiAuth): void {
  reply.header('set-cookie', cookieFor({ name: OWN_COOKIE, path: OWN_PREFIX, token }, request.raw, auth))
}

function shown({ name, displayName, isAdmin }: User, csrfToken: string): OwnSession {
  return { account: name, displayName, role: isAdmin ? 'admin' : 'user', csrfToken }
}
