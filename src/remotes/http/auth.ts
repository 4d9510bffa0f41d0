// Proves who we are: Basic and Bearer at once, Digest (RFC 7616) when the server asks for it.
import { createHash } from 'node:crypto'
import { type Random, randomHex } from '../../platform/world.ts'

export type Credentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }

export interface Authorizer {
  /** The `Authorization` header for a request, undefined when there are no credentials. */
  header(method: string, path: string): string | undefined
  /** Takes the challenge of a 401. `again` when the request is worth repeating with what was learnt. */
  challenged(header: string | undefined): 'again' | 'refused'
}

interface Challenge {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  readonly algorithm: 'MD5' | 'SHA-256'
  readonly session: boolean
  readonly qop: boolean
}

export function authorizer(credentials: Credentials | undefined, random: Random): Authorizer {
  let challenge: Challenge | undefined
  let count = 0
  return {
    header(method, path) {
      if (credentials === undefined) return undefined
      if (credentials.kind === 'bearer') return `Bearer ${credentials.token}`
      if (challenge === undefined) return basic(credentials.user, credentials.password)
      count += 1
      return digest(challenge, credentials, { method, path, count, cnonce: randomHex(random, 8) })
    },
    challenged(header) {
      const fresh = credentials?.kind === 'password' ? parseDigest(header ?? '') : undefined
      if (fresh === undefined) return 'refused'
      // The same nonce again means that the password is wrong; another one, that ours had aged.
      if (challenge !== undefined && challenge.nonce === fresh.nonce) return 'refused'
      challenge = fresh
      count = 0
      return 'again'
    },
  }
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

interface Asked {
  readonly method: string
  readonly path: string
  readonly count: number
  readonly cnonce: string
}

function digest(challenge: Challenge, who: { user: string; password: string }, asked: Asked): string {
  const hash = (text: string) =>
    createHash(challenge.algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex')
  const { realm, nonce, opaque } = challenge
  const nc = asked.count.toString(16).padStart(8, '0')
  const secret = hash(`${who.user}:${realm}:${who.password}`)
  const a1 = challenge.session ? hash(`${secret}:${nonce}:${asked.cnonce}`) : secret
  const a2 = hash(`${asked.method}:${asked.path}`)
  const response = hash(challenge.qop ? `${a1}:${nonce}:${nc}:${asked.cnonce}:auth:${a2}` : `${a1}:${nonce}:${a2}`)
  const parts = [
    `username="${quotable(who.user)}"`,
    `realm="${quotable(realm)}"`,
    `nonce="${nonce}"`,
    `uri="${asked.path}"`,
    `algorithm=${challenge.algorithm}${challenge.session ? '-sess' : ''}`,
    `response="${response}"`,
    ...(challenge.qop ? ['qop=auth', `nc=${nc}`, `cnonce="${asked.cnonce}"`] : []),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ]
  return `Digest ${parts.join(', ')}`
}

const quotable = (text: string): string => text.replace(/["\\]/g, '\\$&')

/** The Digest challenge in a `WWW-Authenticate` header that may hold several; undefined when there is none we can answer. */
function parseDigest(header: string): Challenge | undefined {
  const start = /(?:^|,)\s*digest\s+/i.exec(header)
  if (start === null) return undefined
  const of = new Map<string, string>()
  const pairs = header
    .slice(start.index + start[0].length)
    .matchAll(/([a-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)
  for (const [, name = '', quoted, bare] of pairs) {
    const key = name.toLowerCase()
    if (!of.has(key)) of.set(key, quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '')
  }
  const nonce = of.get('nonce')
  const [, algorithm, session] =
    /^(MD5|SHA-256)(-sess)?$/.exec((of.get('algorithm') ?? 'MD5').replace(/md5|sha/i, text => text.toUpperCase())) ?? []
  if (nonce === undefined || (algorithm !== 'MD5' && algorithm !== 'SHA-256')) return undefined
  const qop = of
    .get('qop')
    ?.split(',')
    .map(text => text.trim())
  if (qop !== undefined && !qop.includes('auth')) return undefined
  return {
    realm: of.get('realm') ?? '',
    nonce,
    opaque: of.get('opaque'),
    algorithm,
    session: session !== undefined,
    qop: qop !== undefined,
  }
}
