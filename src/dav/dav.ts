// A WebDAV server (RFC 4918, classes 1, 2 and 3) over any Space.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendFault } from './answer.ts'
import { discardBody } from './body.ts'
import type { DavCall, DavHost, DavMethod, DavMount } from './call.ts'
import { remove } from './delete.ts'
import { DavFault } from './fault.ts'
import { get } from './get.ts'
import { lock, unlock } from './lock.ts'
import { mkcol } from './mkcol.ts'
import { copy, move } from './move.ts'
import { allowed, options } from './options.ts'
import { propfind } from './propfind.ts'
import { proppatch } from './proppatch.ts'
import { put } from './put.ts'
import { faultOf, isForTheLog } from './refusal.ts'
import { callOf } from './request-call.ts'

/** Answers one request. Never rejects: whatever happens becomes the answer, or the end of the connection. */
export type DavHandler = (request: IncomingMessage, response: ServerResponse, mount: DavMount) => Promise<void>

const METHODS: ReadonlyMap<string, DavMethod> = new Map([
  ['OPTIONS', options],
  ['GET', get],
  ['HEAD', get],
  ['PUT', put],
  ['DELETE', remove],
  ['PROPFIND', propfind],
  ['PROPPATCH', proppatch],
  ['MKCOL', mkcol],
  ['COPY', copy],
  ['MOVE', move],
  ['LOCK', lock],
  ['UNLOCK', unlock],
])

/** The request's path must lie below `mount.root`, and who asks must be known: both are the caller's business. */
export function davHandler(host: DavHost): DavHandler {
  return async (request, response, mount) => {
    let call: DavCall | undefined
    try {
      call = callOf(host, request, response, mount)
      await methodOf(call)(call)
    } catch (error) {
      if (hasGone(response, error, host)) return
      const fault = withAllow(tellable(error, host, request), mount)
      discardBody(request, response, host.limits.drainBytes)
      const told = call === undefined ? fault : (mount.extensions.refuse?.(fault, call) ?? fault)
      sendFault({ response, method: request.method ?? '' }, told)
    }
  }
}

function methodOf({ method, extensions }: DavCall): DavMethod {
  const found = extensions.methods?.get(method) ?? METHODS.get(method)
  if (found === undefined) throw new DavFault(405, 'This method is not understood here.')
  return found
}

/** Whether nobody is there any more to be told. An answer that was begun cannot be taken back: the connection ends, so that it looks cut off. */
function hasGone(response: ServerResponse, error: unknown, { log }: DavHost): boolean {
  if (response.destroyed) return true
  if (!response.headersSent) return false
  log('warn', 'An answer was cut off', { error: String(error) })
  response.destroy()
  return true
}

/** Bugs and failing disks are for the log. */
function tellable(error: unknown, { log }: DavHost, { method, url }: IncomingMessage): DavFault {
  const known = faultOf(error)
  if (known !== undefined && !isForTheLog(known)) return known
  log('error', 'A request failed', {
    method,
    url,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  })
  return known ?? new DavFault(500, 'The server could not do it. Its log says why.', { cause: error })
}

function withAllow(fault: DavFault, { extensions }: DavMount): DavFault {
  if (fault.status !== 405) return fault
  const { message, exception, condition, headers } = fault
  return new DavFault(405, message, { exception, condition, headers: { Allow: allowed({ extensions }), ...headers } })
}
