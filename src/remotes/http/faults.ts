// The one place where a refusal of a server becomes an error of ours, with a sentence for people.
import { type ErrorCode, SyncError, type SyncErrorOptions } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import { parseHttpDate } from '../../wire/dav/dates.ts'
import { parseErrorBody } from '../../wire/dav/error-body.ts'
import type { HttpAnswer } from './message.ts'

export interface Failed {
  /** What was tried, as it follows "could not": "list the directory". */
  readonly doing: string
  readonly path?: Path | undefined
}

interface Meaning {
  readonly code: ErrorCode
  readonly because: string
  readonly options?: SyncErrorOptions
}

const MEANINGS: Readonly<Record<number, Meaning>> = {
  400: { code: 'protocol', because: 'it does not understand the request' },
  401: { code: 'unauthorized', because: 'it does not accept the user name and password. Enter them again' },
  403: { code: 'denied', because: 'it does not allow it' },
  404: { code: 'missing', because: 'it is not there' },
  405: { code: 'unsupported', because: 'it cannot do that there', options: { retry: 'later' } },
  408: { code: 'offline', because: 'the connection is too slow', options: { scope: 'entry' } },
  409: { code: 'missing', because: 'the directory above it is not there' },
  410: { code: 'missing', because: 'it is gone' },
  412: { code: 'changed', because: 'it was changed there meanwhile' },
  413: { code: 'too-large', because: 'it does not take files that large' },
  414: { code: 'name-not-allowed', because: 'the name is too long for it' },
  415: { code: 'unsupported', because: 'it does not take content of that kind' },
  416: { code: 'changed', because: 'it is shorter than it was' },
  422: { code: 'protocol', because: 'it does not understand the request' },
  423: { code: 'locked', because: 'it is locked by somebody' },
  424: { code: 'locked', because: 'something else has to be done before' },
  429: { code: 'offline', because: 'it has too much to do' },
  500: { code: 'io', because: 'it has an internal error' },
  501: { code: 'unsupported', because: 'it does not know how' },
  502: { code: 'offline', because: 'the server behind it does not answer', options: { scope: 'entry', retry: 'soon' } },
  503: { code: 'offline', because: 'that part of it is not available now', options: { scope: 'entry' } },
  504: { code: 'offline', because: 'the server behind it does not answer', options: { scope: 'entry', retry: 'soon' } },
  507: { code: 'quota-exceeded', because: 'there is no space left there' },
}

/** Why `answer`, which is not what was hoped for, means that something could not be done. */
export function faultOf(host: string, answer: HttpAnswer, failed: Failed): SyncError {
  const said = parseErrorBody(answer.failure)
  const meaning = isMaintenance(answer) ? MAINTENANCE : (MEANINGS[answer.status] ?? odd(answer.status))
  const quote = said === undefined || said.message === '' ? '' : ` (“${said.message}”)`
  return new SyncError(meaning.code, `${host} could not ${failed.doing}: ${meaning.because}${quote}.`, {
    path: failed.path,
    retryAfterMs: retryAfterOf(answer),
    cause: { status: answer.status, exception: said?.exception },
    ...meaning.options,
  })
}

const MAINTENANCE: Meaning = { code: 'maintenance', because: 'it is being maintained. Syncing goes on afterwards' }

function odd(status: number): Meaning {
  if (status >= 500) return { code: 'io', because: `it has a fault of its own (status ${status})` }
  return { code: 'protocol', because: `the answer makes no sense (status ${status})` }
}

/** Whether the server as a whole is closed, and not only a storage behind it. */
export function isMaintenance(answer: HttpAnswer): boolean {
  // Asked of every answer: only this one is worth reading.
  if (answer.status !== 503) return false
  if (answer.headers['x-nextcloud-maintenance-mode'] === '1') return true
  const said = parseErrorBody(answer.failure)
  if (said === undefined) return false
  if (said.exception.endsWith('\\ServerMaintenanceMode')) return true
  // The servers have one exception for both cases, and tell them apart by nothing but this text (client protocol, 503).
  return (
    said.exception.endsWith('\\ServiceUnavailable') && !said.message.startsWith('Storage is temporarily not available')
  )
}

/** How long the server asks us to wait, if it does. A date is taken against the server's own clock. */
export function retryAfterOf(answer: HttpAnswer): number | undefined {
  const text = answer.headers['retry-after']
  if (text === undefined) return undefined
  if (/^\d{1,6}$/.test(text.trim())) return Number(text) * 1000
  const until = parseHttpDate(text)
  const now = parseHttpDate(answer.headers['date'] ?? '')
  return until === undefined || now === undefined ? undefined : Math.max(0, until - now)
}

/** The answer is not what the protocol asks for: a login page, another status, another kind of document. */
export function nonsense(host: string, failed: Failed, what: string, cause?: unknown): SyncError {
  return new SyncError('protocol', `${host} could not ${failed.doing}: ${what}. Is the address right?`, {
    path: failed.path,
    cause,
  })
}
