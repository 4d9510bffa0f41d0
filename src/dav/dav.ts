// A WebDAV server (RFC 4918, classes 1, 2 and 3) over any Space.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DavHost, DavMount } from './call.ts'

/** Answers one request. Never rejects: whatever happens becomes the answer, or the end of the connection. */
export type DavHandler = (request: IncomingMessage, response: ServerResponse, mount: DavMount) => Promise<void>

/** The request's path must lie below `mount.root`, and who asks must be known: both are the caller's business. */
export function davHandler(_host: DavHost): DavHandler {
  return async (_request, response) => {
    response.statusCode = 501
    response.end()
  }
}
