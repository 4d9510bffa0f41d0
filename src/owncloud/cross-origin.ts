// Pages of other sites: only those of origins that were allowed may read what is served here.
import type { Headers } from './answer.ts'
import { answer } from './answer.ts'
import type { Visit } from './visit.ts'

const METHODS =
  'GET, HEAD, POST, PUT, DELETE, OPTIONS, PROPFIND, PROPPATCH, MKCOL, COPY, MOVE, LOCK, UNLOCK, REPORT, SEARCH'
const REQUEST_HEADERS = [
  'Accept, Authorization, Content-Type, Depth, Destination, If, If-Match, If-None-Match, If-Modified-Since',
  'If-Unmodified-Since, Lock-Token, OC-Checksum, OC-Chunk-Offset, OC-Chunk-Size, OC-Total-Length, OCS-APIRequest',
  'Overwrite, Range, Timeout, X-OC-CTime, X-OC-Mtime, X-Requested-With, X-Request-ID',
].join(', ')
const ANSWER_HEADERS = [
  'Accept-Ranges, Content-Length, Content-Range, DAV, ETag, Last-Modified, Location, Lock-Token, OC-Checksum, OC-ETag',
  'OC-FileId, Retry-After, WWW-Authenticate, X-OC-MTime',
].join(', ')

/** Sets what the answer says to the page's browser. Whether it has answered the question that a browser asks first. */
export function crossOrigin(visit: Visit, allowed: ReadonlySet<string>): 'answered' | 'go-on' {
  const { request, response } = visit
  const origin = request.headers.origin
  if (origin === undefined || !allowed.has(origin)) return 'go-on'
  // No word of credentials: scripts send an Authorization of their own, and cookies mean nothing here.
  const headers: Headers = {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': ANSWER_HEADERS,
    Vary: 'Origin',
  }
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (visit.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return 'go-on'
  answer(response, 204, {
    'Access-Control-Allow-Methods': METHODS,
    'Access-Control-Allow-Headers': REQUEST_HEADERS,
    'Access-Control-Max-Age': '3600',
  })
  return 'answered'
}
