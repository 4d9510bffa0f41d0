// Ways to answer outside of the WebDAV trees.
import type { ServerResponse } from 'node:http'

export type Headers = Readonly<Record<string, string>>

/** On everything that is not meant to be kept, shown in a frame or guessed at. */
const SAFE: Headers = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex, nofollow',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'private, no-store',
}

/** Sends a whole body, or none for ''. */
export function answer(response: ServerResponse, status: number, headers: Headers = {}, body = ''): void {
  if (response.headersSent) return
  const bytes = Buffer.from(body)
  const length = status === 204 || status === 304 ? {} : { 'Content-Length': String(bytes.length) }
  response.writeHead(status, { ...SAFE, ...length, ...headers })
  response.end(bytes)
}

export function answerJson(response: ServerResponse, status: number, value: unknown, headers: Headers = {}): void {
  answer(response, status, { 'Content-Type': 'application/json; charset=utf-8', ...headers }, JSON.stringify(value))
}
