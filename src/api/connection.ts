// How a client reaches the daemon: one request and its answer, or a stream of events.
import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import { isErrorCode, SyncError } from '../model/errors.ts'
import { parsePath } from '../model/path.ts'
import { ApiError, isApiErrorCode } from './errors.ts'
import { API_PREFIX } from './prefix.ts'
import type { Problem } from './shapes/problems.ts'

export interface Address {
  readonly at: { readonly socketPath: string } | { readonly host: string; readonly port: number }
  readonly token: string
}

export interface Question {
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/**
 * Asks, and returns what was answered. Throws what the daemon threw, as `SyncError` or `ApiError`, and `not-running` when nobody answers.
 */
export async function ask<T>(address: Address, method: Method, path: string, question: Question = {}): Promise<T> {
  const answer = await send(address, method, path, question)
  const text = await textOf(answer)
  const isFine = answer.statusCode !== undefined && answer.statusCode < 300
  if (!isFine) throw errorOf(text, answer.statusCode)
  return parsed(text) as T
}

/** The answer as it comes: for streams. */
export async function openStream(address: Address, path: string, question: Question): Promise<IncomingMessage> {
  const answer = await send(address, 'GET', path, question)
  if (answer.statusCode === 200) return answer
  throw errorOf(await textOf(answer), answer.statusCode)
}

function send(
  { at, token }: Address,
  method: Method,
  path: string,
  { query, body, signal }: Question,
): Promise<IncomingMessage> {
  const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  const options: RequestOptions = {
    ...at,
    method,
    path: API_PREFIX + path + queryOf(query),
    headers: {
      // A socket in the file system has no name; it is this machine.
      ...('socketPath' in at ? { host: 'localhost' } : {}),
      authorization: `Bearer ${token}`,
      ...(sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': sent.length }),
    },
    ...(signal === undefined ? {} : { signal }),
  }
  return new Promise((resolve, reject) => {
    const asked = request(options, resolve)
    asked.on('error', error => reject(signal?.aborted ? signal.reason : notRunning(error)))
    asked.end(sent)
  })
}

function queryOf(query: Question['query']): string {
  const given = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  )
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

function notRunning(cause: Error): ApiError {
  return new ApiError('not-running', 'The daemon does not answer. `syncline start` starts it.', { cause })
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new ApiError('internal', 'The answer of the daemon is too large.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ApiError('internal', 'What answers there is not the daemon of this program.', { cause })
  }
}

function errorOf(text: string, status: number | undefined): SyncError | ApiError {
  const { code, detail, scope, path, retryAfterSeconds } = parsed(text) as Partial<Problem>
  const message = detail ?? `The daemon answered ${status}.`
  if (code !== undefined && isErrorCode(code))
    return new SyncError(code, message, {
      path: path === undefined ? undefined : parsePath(path),
      ...(scope === undefined ? {} : { scope }),
    })
  const known = code !== undefined && isApiErrorCode(code) ? code : 'internal'
  return new ApiError(known, message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds })
}
