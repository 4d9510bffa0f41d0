// A careful HTTP/1.1 client for one server: credentials stay there, bodies have their length, failures become our errors.
import { setMaxListeners } from 'node:events'
import { SyncError } from '../../model/errors.ts'
import type { World } from '../../platform/world.ts'
import { answerOf } from './answer.ts'
import { type Authorizer, authorizer, type Credentials } from './auth.ts'
import { agentFor } from './connect.ts'
import { type CookieJar, cookieJar } from './cookies.ts'
import { exchange, type Line, type Patience } from './exchange.ts'
import { faultOf } from './faults.ts'
import { type HttpAnswer, type HttpClient, type HttpRequest, onlyReads } from './message.ts'
import { withRetries } from './retries.ts'
import { slots } from './slots.ts'

export interface HttpClientOptions {
  /** Where the server is. Its path is the caller's affair; credentials in it are refused. */
  readonly base: URL
  readonly credentials?: Credentials
  /** `sha256:HEX`: trust exactly this certificate, whoever signed it, and no other. */
  readonly trustCert?: string
  readonly userAgent?: string
  readonly world: World
  /** Connections at once. */
  readonly connections?: number
  readonly connectMs?: number
  readonly answerMs?: number
  readonly idleMs?: number
  /** How long a line that is listened to may be quiet before it is asked whether it is still there. */
  readonly quietMs?: number
}

const PATIENCE: Patience = { answerMs: 300_000, idleMs: 60_000 }
const CONNECT_MS = 10_000
const CONNECTIONS = 16
const QUIET_MS = 60_000
const MAX_REDIRECTS = 5

/** A client for the server at `base`. Close it when done. Throws `usage` for an address that is none. */
export function httpClient(options: HttpClientOptions): HttpClient {
  const base = checkedBase(options.base)
  const { credentials, userAgent = 'Syncline', connectMs = CONNECT_MS } = options
  const agent = agentFor(base, {
    connections: options.connections ?? CONNECTIONS,
    connectMs,
    trustCert: options.trustCert,
  })
  const end = new AbortController()
  const session: Session = {
    line: {
      base,
      agent,
      patience: { answerMs: options.answerMs ?? PATIENCE.answerMs, idleMs: options.idleMs ?? PATIENCE.idleMs },
    },
    auth: authorizer(credentials, options.world.random),
    cookies: cookieJar(base),
    userAgent,
    slots: slots(options.connections ?? CONNECTIONS),
    world: options.world,
  }
  return {
    base,
    request: withRetries((wanted, signal) => following(session, wanted, signal), options.world),
    async hear(path, ear, signal) {
      const { hear } = await import('./hear.ts')
      const parts = { base, agent, credentials, userAgent, connectMs, quietMs: options.quietMs ?? QUIET_MS }
      await hear(parts, path, ear, AbortSignal.any([signal, end.signal]))
    },
    async close() {
      end.abort()
      agent.destroy()
    },
  }
}

interface Session {
  readonly line: Line
  readonly auth: Authorizer
  readonly cookies: CookieJar
  readonly userAgent: string
  readonly slots: ReturnType<typeof slots>
  readonly world: World
}

function checkedBase(url: URL): URL {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new SyncError('usage', 'The address of a server starts with https:// or http://.')
  if (url.username !== '' || url.password !== '')
    throw new SyncError('usage', 'The address must not hold a user name or password: they would be shown in messages.')
  // Only the path is kept. Two slashes in front would make it the name of another host.
  const base = new URL(url)
  base.search = ''
  base.hash = ''
  base.pathname = url.pathname.replace(/^\/+/, '/')
  return base
}

/** Follows redirects as far as they stay on this server. */
async function following(session: Session, wanted: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  // One signal ends a whole run, and many requests at once listen to it.
  setMaxListeners(0, signal)
  let current = wanted
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const answer = await authorized(session, current, signal)
    const target = redirectOf(session.line.base, current, answer)
    if (target === undefined) return answer
    await answer.drop()
    current = { ...current, path: target }
  }
  throw new SyncError('wrong-place', `${session.line.base.host} sends us round in circles.`)
}

/** The path to ask instead, if any. Throws when that is at another place, which must not get our credentials. */
function redirectOf(base: URL, wanted: HttpRequest, answer: HttpAnswer): string | undefined {
  if (![301, 302, 307, 308].includes(answer.status)) return undefined
  const location = answer.headers['location']
  const from = new URL(wanted.path, base)
  if (location === undefined || !URL.canParse(location, from.href)) return undefined
  const target = new URL(location, from)
  if (target.origin !== base.origin)
    throw new SyncError(
      'wrong-place',
      `${base.host} sends us to ${target.origin}, where your password was not meant for. If that is right, use that address.`,
    )
  // Changing methods may be repeated only at what is plainly the same place.
  const path = target.pathname + target.search
  return onlyReads(wanted.method) || path === `${wanted.path}/` ? path : undefined
}

/** Sends with credentials; once more when the server wants them in another way. */
async function authorized(session: Session, wanted: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const first = await once(session, wanted, signal)
  if (first.status !== 401) return first
  if (session.auth.challenged(first.headers['www-authenticate']) === 'refused') throw refusal(session, first)
  const second = await once(session, wanted, signal)
  if (second.status === 401) throw refusal(session, second)
  return second
}

function refusal(session: Session, answer: HttpAnswer): SyncError {
  return faultOf(session.line.base.host, answer, { doing: 'let us in' })
}

async function once(session: Session, wanted: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const release = await session.slots.take(signal)
  const from = performance.now()
  try {
    const message = await exchange(session.line, wanted, headersFor(session, wanted), signal)
    message.once('close', release)
    const setCookie = message.headers['set-cookie']
    if (setCookie !== undefined) session.cookies.take(setCookie, wanted.path)
    const answer = await answerOf(session.line, wanted, message, signal)
    session.world.log('debug', `${wanted.method} ${withoutQuery(wanted.path)}`, {
      status: answer.status,
      ms: Math.round(performance.now() - from),
    })
    return answer
  } catch (error) {
    release()
    throw error
  }
}

const withoutQuery = (path: string): string => path.replace(/\?.*$/, '')

function headersFor(session: Session, wanted: HttpRequest): Record<string, string> {
  const authorization = session.auth.header(wanted.method, wanted.path)
  const cookie = session.cookies.header(wanted.path)
  const length = lengthOf(wanted)
  return {
    'User-Agent': session.userAgent,
    Accept: '*/*',
    'Accept-Encoding': wanted.compression ?? 'identity',
    ...(authorization === undefined ? {} : { Authorization: authorization }),
    ...(cookie === undefined ? {} : { Cookie: cookie }),
    ...(length === undefined ? {} : { 'Content-Length': String(length) }),
    ...wanted.headers,
  }
}

// Without a length Node would send an empty body in chunks, which Apache and nginx refuse.
function lengthOf({ method, body }: HttpRequest): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body instanceof Uint8Array) return body.length
  if (body !== undefined) return body.size
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? undefined : 0
}
