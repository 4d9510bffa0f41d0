// Who asks: the one way from a request's Authorization header to a visitor, for every route.
import type { Accounts, SignedIn } from '../accounts/accounts.ts'
import type { Headers } from './answer.ts'
import type { Visit } from './visit.ts'

export type Asked = SignedIn | { readonly as: 'anonymous' }

const MAX_HEADER = 8192

/** Checks what the request brings; `anonymous` when it brings nothing. */
export async function signIn(accounts: Accounts, visit: Visit): Promise<Asked> {
  const header = visit.request.headers.authorization
  if (header === undefined) return { as: 'anonymous' }
  if (header.length > MAX_HEADER) return { as: 'refused' }
  const [scheme = '', value = ''] = header.trim().split(/ +/, 2)
  if (/^bearer$/i.test(scheme)) return accounts.signInByToken(value)
  if (!/^basic$/i.test(scheme)) return { as: 'refused' }
  const pair = Buffer.from(value, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon < 0) return { as: 'refused' }
  return accounts.signIn({ name: pair.slice(0, colon), password: pair.slice(colon + 1), address: visit.address })
}

/** What tells a client how to sign in. Scripts of a page ask not to be told: the browser would open its own window. */
export function challengeFor(visit: Visit): Headers {
  if (visit.request.headers['x-requested-with'] === 'XMLHttpRequest') return {}
  return { 'WWW-Authenticate': 'Basic realm="Syncline", charset="UTF-8"' }
}
