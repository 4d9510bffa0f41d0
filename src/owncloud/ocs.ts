// The OCS interface: what the host can do, who the user is, and passwords for apps.
import type { Accounts, User, Visitor } from '../accounts/accounts.ts'
import type { Space } from '../store/space.ts'
import { type OcsValue, type OcsVersion, writeOcs } from '../wire/owncloud/ocs.ts'
import { answer } from './answer.ts'
import { bulkFor, capabilitiesFor, publicCapabilities, versionOf } from './capabilities.ts'
import { type Asked, challengeFor } from './sign-in.ts'
import type { Visit } from './visit.ts'

export interface OcsHost {
  readonly accounts: Accounts
  isMaintained(): boolean
  /** The user's tree. */
  spaceOf(user: User): Promise<Space>
}

interface Outcome {
  readonly status: number
  readonly message: string
  readonly data: OcsValue
}

interface OcsCall {
  readonly visit: Visit
  readonly asked: Asked
  readonly host: OcsHost
  /** Below `/ocs/v1.php/`. */
  readonly route: string
}

/** Answers a request below `/ocs/v1.php` or `/ocs/v2.php`. `route` is decoded, without slashes around it. */
export async function answerOcs(
  host: OcsHost,
  visit: Visit,
  asked: Asked,
  version: OcsVersion,
  route: string,
): Promise<void> {
  const outcome = await outcomeOf({ visit, asked, host, route })
  const format = formatOf(visit)
  const headers = {
    'Content-Type': format === 'json' ? 'application/json; charset=utf-8' : 'application/xml; charset=utf-8',
    ...(outcome.status === 401 ? challengeFor(visit) : {}),
    ...(asked.as === 'too-many' ? { 'Retry-After': String(Math.ceil(asked.retryAfterMs / 1000)) } : {}),
    ...(outcome.status === 503 ? { 'X-Nextcloud-Maintenance-Mode': '1', 'Retry-After': '120' } : {}),
  }
  answer(visit.response, outcome.status, headers, writeOcs({ version, format, ...outcome }))
}

function formatOf({ query, request }: Visit): 'json' | 'xml' {
  const asked = query.get('format')
  if (asked !== null) return asked === 'json' ? 'json' : 'xml'
  return (request.headers.accept ?? '').startsWith('application/json') ? 'json' : 'xml'
}

async function outcomeOf(call: OcsCall): Promise<Outcome> {
  const { visit, asked, host, route } = call
  if (host.isMaintained()) return failed(503, 'The server is being maintained. Try again later.')
  if (asked.as === 'too-many') return failed(429, 'Too many wrong attempts. Try again later.')
  // A page of another site can send a browser's password along, but not this header.
  if (visit.request.headers['ocs-apirequest'] === undefined)
    return failed(412, 'The header OCS-APIRequest is missing: it tells programs from pages of other sites.')
  if (asked.as === 'refused') return failed(401, 'The name or the password is wrong.')
  if (route === 'cloud/capabilities' && visit.method === 'GET') return capabilities(call)
  if (asked.as === 'anonymous') return failed(401, 'Sign in first.')
  return forVisitor(call, asked.visitor)
}

function capabilities({ visit, asked, host }: OcsCall): Outcome {
  const status = { maintenance: host.isMaintained() }
  const offered =
    asked.as === 'visitor'
      ? capabilitiesFor({ status, origin: visit.origin, bulk: bulkFor(visit.request.headers['user-agent']) })
      : publicCapabilities(status)
  return done({ version: versionOf(), capabilities: offered })
}

async function forVisitor({ visit, host, route }: OcsCall, visitor: Visitor): Promise<Outcome> {
  const { user } = visitor
  const [method, names] = [visit.method, route.split('/')]
  if (route === 'cloud/user' && method === 'GET') return done(await userData(host, user))
  if (names.length === 3 && route.startsWith('cloud/users/') && method === 'GET') {
    const asked = host.accounts.users.findByName(names[2] ?? '')
    // Of others, a name is told to nobody.
    return asked?.id === user.id ? done(await userData(host, user)) : failed(404, 'There is no such user.')
  }
  if (route === 'core/getapppassword' && method === 'GET') return newAppPassword(host, visit, visitor)
  if (route === 'core/apppassword' && method === 'DELETE') return dropAppPassword(host, visitor)
  return failed(404, 'There is nothing under this address.')
}

async function userData(host: OcsHost, user: User): Promise<OcsValue> {
  const space = await host.spaceOf(user)
  const { usedBytes, freeBytes } = await space.usage('')
  const free = freeBytes === 'unlimited' ? -3 : freeBytes
  const total = freeBytes === 'unlimited' ? -3 : usedBytes + freeBytes
  const relative = freeBytes === 'unlimited' || total <= 0 ? 0 : Math.round((10_000 * usedBytes) / total) / 100
  return {
    enabled: true,
    id: user.name,
    'display-name': user.displayName,
    displayname: user.displayName,
    email: '',
    language: 'en',
    groups: user.isAdmin ? ['admin'] : [],
    quota: { free, used: usedBytes, total, relative, quota: total },
    backendCapabilities: { setDisplayName: false, setPassword: false },
  }
}

function newAppPassword({ accounts }: OcsHost, { request }: Visit, { user, by }: Visitor): Outcome {
  // A password for an app is no key to make more of them: revoking it would end nothing.
  if (by.kind !== 'password') return failed(403, 'Only somebody who signed in with the password itself can do this.')
  const { secret } = accounts.appPasswords.create(user.id, labelFrom(request.headers['user-agent']))
  return done({ apppassword: secret })
}

function dropAppPassword({ accounts }: OcsHost, { user, by }: Visitor): Outcome {
  if (by.kind !== 'app-password') return failed(403, 'This was not asked with a password for an app.')
  accounts.appPasswords.revoke(user.id, by.id)
  return done([])
}

/** What a client calls itself, short enough to show and keep. */
export function labelFrom(userAgent: string | undefined): string {
  const text = (userAgent ?? '').replace(/[\u0000-\u001f\u007f]+/g, ' ').trim()
  return text === '' ? 'A program without a name' : text.slice(0, 120)
}

const done = (data: OcsValue): Outcome => ({ status: 200, message: 'OK', data })
const failed = (status: number, message: string): Outcome => ({ status, message, data: [] })
