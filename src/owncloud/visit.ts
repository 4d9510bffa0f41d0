// One request as the routes see it: where it came from, under which address the client knows us, and what it asks.
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** In capitals. */
  readonly method: string
  /** As the client wrote it, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** `https://host:port`, as the client knows us. */
  readonly origin: string
  /** Of the client. */
  readonly address: string
}

export interface Reachable {
  /** Where set: what clients are told instead of what they called us. */
  readonly publicUrl?: URL | undefined
  /** Addresses of proxies whose word about the client is taken. */
  readonly trustedProxies?: ReadonlySet<string>
}

const MAX_TARGET = 16_384
const HOST = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/

/** The visit that a request is; undefined when its target or its host make no sense. */
export function visitOf(
  request: IncomingMessage,
  response: ServerResponse,
  reachable: Reachable = {},
): Visit | undefined {
  const target = targetOf(request.url ?? '')
  const origin = originOf(request, reachable)
  if (target === undefined || origin === undefined) return undefined
  return {
    request,
    response,
    method: request.method ?? 'GET',
    ...target,
    origin,
    address: addressOf(request, reachable),
  }
}

/** Path and query of a request's target, which proxies may write as a whole URL. */
export function targetOf(url: string): { readonly path: string; readonly query: URLSearchParams } | undefined {
  if (url.length > MAX_TARGET) return undefined
  const local = url.replace(/^https?:\/\/[^/?#]*/i, '')
  if (!local.startsWith('/')) return undefined
  const mark = local.indexOf('?')
  const path = mark < 0 ? local : local.slice(0, mark)
  return { path, query: new URLSearchParams(mark < 0 ? '' : local.slice(mark + 1)) }
}

/** Who is at the other end: the peer, or whom a trusted proxy names. */
export function addressOf(request: IncomingMessage, { trustedProxies }: Reachable): string {
  const peer = plainAddress(request.socket.remoteAddress ?? '')
  if (trustedProxies === undefined || !trustedProxies.has(peer)) return peer
  const chain = lineOf(request, 'x-forwarded-for').split(',').map(plainAddress)
  // From our side outwards: what is before the first one we do not trust, anybody may have written.
  return chain.reverse().find(address => address !== '' && !trustedProxies.has(address)) ?? peer
}

export function originOf(request: IncomingMessage, { publicUrl, trustedProxies }: Reachable): string | undefined {
  if (publicUrl !== undefined) return publicUrl.origin
  const trusted = trustedProxies?.has(plainAddress(request.socket.remoteAddress ?? '')) ?? false
  const said = trusted ? lineOf(request, 'x-forwarded-host').trim() : ''
  const host = said === '' ? (request.headers.host ?? '') : said
  if (!HOST.test(host)) return undefined
  const encrypted = 'encrypted' in request.socket && request.socket.encrypted === true
  const proxied = trusted ? lineOf(request, 'x-forwarded-proto').trim().toLowerCase() : ''
  const https = proxied === '' ? encrypted : proxied === 'https'
  return `${https ? 'https' : 'http'}://${host}`
}

function lineOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(',') : (value ?? '')
}

// An IPv4 client of a socket that listens on IPv6.
const plainAddress = (address: string): string => address.trim().replace(/^::ffff:/, '')
