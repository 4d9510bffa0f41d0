// What is thrown, as the answer to a request.
import { STATUS_CODES } from 'node:http'
import type { FastifyReply } from 'fastify'
import { SyncError } from '../model/errors.ts'
import { ApiError, type ApiErrorCode, statusOf } from './errors.ts'
import type { Problem } from './shapes/problems.ts'

const OF_STATUS: Readonly<Record<number, readonly [ApiErrorCode, string]>> = {
  400: ['invalid', 'The request is not well formed.'],
  404: ['not-found', 'There is no such resource in the API.'],
  405: ['method-not-allowed', 'That method is not possible there.'],
  413: ['body-too-large', 'The body of the request is too large.'],
  414: ['invalid', 'The address of the request is too long.'],
  415: ['unsupported-body', 'The body of the request has to be application/json.'],
}

/** What is ours is told as it is; of anything else only that it happened: it may hold what is not meant for the one who asks. */
export function asKnown(error: unknown): ApiError | SyncError {
  if (error instanceof ApiError || error instanceof SyncError) return error
  const status = (error as { readonly statusCode?: unknown } | null)?.statusCode
  const known = typeof status === 'number' ? OF_STATUS[status] : undefined
  if (known !== undefined) return new ApiError(...known, { cause: error })
  return new ApiError('internal', 'A fault of this program. Its log tells more; please report it.', { cause: error })
}

export function problemOf(error: ApiError | SyncError): Problem {
  const status = statusOf(error)
  const waitSeconds = error instanceof ApiError ? error.retryAfterSeconds : secondsOf(error.retryAfterMs)
  return {
    type: `urn:syncline:error:${error.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: error.message,
    code: error.code,
    ...(error instanceof SyncError ? { scope: error.scope } : {}),
    ...(error instanceof SyncError && error.path !== undefined ? { path: error.path } : {}),
    ...(waitSeconds === undefined ? {} : { retryAfterSeconds: waitSeconds }),
  }
}

export function sendProblem(error: ApiError | SyncError, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error)
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds)
  if (problem.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="syncline"')
  return reply.code(problem.status).type('application/problem+json; charset=utf-8').send(JSON.stringify(problem))
}

function secondsOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.ceil(ms / 1000)
}
