// Sends answers: the headers that all have, and how an error is told.
import type { OutgoingHttpHeaders } from 'node:http'
import { writeErrorBody } from '../wire/dav/error-body.ts'
import type { DavCall } from './call.ts'
import type { DavFault } from './fault.ts'

export const XML_TYPE = 'application/xml; charset=utf-8'

/** What belongs to one user stays out of everybody's cache. */
export const PRIVATE = 'private, no-store, no-cache, must-revalidate'

/** An answer without a body. */
export function sendEmpty(
  { response }: Pick<DavCall, 'response'>,
  status: number,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, status === 204 || status === 304 ? headers : { 'Content-Length': 0, ...headers })
  response.end()
}

export function sendXml(
  { response, method }: Pick<DavCall, 'response' | 'method'>,
  status: number,
  body: string,
  headers: OutgoingHttpHeaders = {},
): void {
  const length = Buffer.byteLength(body)
  response.writeHead(status, {
    'Content-Type': XML_TYPE,
    'Content-Length': length,
    'Cache-Control': PRIVATE,
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  })
  response.end(method === 'HEAD' ? undefined : body)
}

export function sendFault(call: Pick<DavCall, 'response' | 'method'>, fault: DavFault): void {
  sendXml(call, fault.status, writeErrorBody(fault), fault.headers)
}
