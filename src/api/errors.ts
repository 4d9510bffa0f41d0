// What can go wrong with a request, apart from what `SyncError` tells: one catalogue, with the status of each.
import type { ErrorCode, SyncError } from '../model/errors.ts'

const STATUSES = {
  /** The request is not as the API describes it. */
  invalid: 400,
  unauthenticated: 401,
  /** Known who asks, but not allowed; or asked from a page or by a name that is not ours. */
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  /** It is there already. */
  exists: 409,
  /** Not what was seen when this was decided: look again. */
  stale: 409,
  /** Not possible in the state that it is in. */
  'wrong-state': 409,
  'body-too-large': 413,
  /** A range of bytes that a file does not have. */
  'out-of-range': 416,
  'unsupported-body': 415,
  'too-many-requests': 429,
  internal: 500,
  /** Nobody answers: told by clients, not by the daemon. */
  'not-running': 503,
  /** Starting or stopping. */
  unavailable: 503,
} as const

export type ApiErrorCode = keyof typeof STATUSES

/** Codes of `SyncError` that say what is wrong with the request; all others of one side are told as 502, those of the folder as 409. */
const SYNC_STATUSES: Partial<Readonly<Record<ErrorCode, number>>> = {
  usage: 400,
  missing: 404,
  changed: 409,
  locked: 409,
  'folder-locked': 409,
  'folder-unusable': 409,
  unsupported: 422,
  'name-not-allowed': 422,
  'too-large': 422,
  denied: 403,
  'disk-full': 507,
  'quota-exceeded': 507,
}

/** Whether `text` is one of the codes: for errors that come from another process. */
export function isApiErrorCode(text: string): text is ApiErrorCode {
  return Object.hasOwn(STATUSES, text)
}

export interface ApiErrorOptions {
  readonly cause?: unknown
  readonly retryAfterSeconds?: number
}

/** `message` is a sentence for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ApiErrorCode
  readonly status: number
  readonly retryAfterSeconds: number | undefined

  constructor(code: ApiErrorCode, message: string, options: ApiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = STATUSES[code]
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** The status that tells of `error`. */
export function statusOf(error: ApiError | SyncError): number {
  if (error instanceof ApiError) return error.status
  const known = SYNC_STATUSES[error.code]
  if (known !== undefined && error.scope !== 'replica') return known
  // Never 401: it is the other side that does not know us, not we who do not know the one who asks.
  return error.scope === 'replica' ? 502 : error.scope === 'folder' ? 409 : 500
}
