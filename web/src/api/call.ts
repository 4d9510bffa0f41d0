// One request to the daemon and its answer, as the routes say.
import type { Routes } from './routes.ts'

export type Route = keyof Routes
export type Answer<R extends Route> = Routes[R]['answer']
export type Body<R extends Route> = Routes[R] extends { readonly body: infer B } ? B : never

/** What a route takes: its parameters, query and body, each only where it has one; a query that may be empty may be left out. */
export type Asked<R extends Route> = {
  readonly [Part in Exclude<keyof Routes[R], 'answer' | 'query'>]: Routes[R][Part]
} & QueryOf<Routes[R]> & { readonly signal?: AbortSignal }

type QueryOf<T> = T extends { readonly query: infer Q }
  ? Record<never, never> extends Q
    ? { readonly query?: Q }
    : { readonly query: Q }
  : unknown

type Rest<R extends Route> = Record<never, never> extends Asked<R> ? [asked?: Asked<R>] : [asked: Asked<R>]

/** What the daemon refused, in its words; or that it does not answer. */
export class CallFault extends Error {
  override readonly name = 'CallFault'
  /** Of the catalogues of the daemon; `unreachable` when nobody answers. */
  readonly code: string
  readonly status: number
  readonly path: string | undefined

  constructor(code: string, message: string, status: number, path?: string) {
    super(message)
    this.code = code
    this.status = status
    this.path = path
  }
}

const PREFIX = '/api/v1'

/** A browser has up to two sessions, which know nothing of each other: for the administration, and for somebody's own files. */
export type Realm = 'administration' | 'own'

interface Held {
  /** What signing in returned: a change is refused without it. */
  csrfToken: string
  /** Called when the daemon does not know this browser any more. */
  onSignedOut: () => void
}

const sessions: Readonly<Record<Realm, Held>> = {
  administration: { csrfToken: '', onSignedOut: () => {} },
  own: { csrfToken: '', onSignedOut: () => {} },
}

export function setCsrfToken(realm: Realm, token: string): void {
  sessions[realm].csrfToken = token
}

export function whenSignedOut(realm: Realm, act: () => void): void {
  sessions[realm].onSignedOut = act
}

function sessionFor(url: string): Held {
  return /^\/api\/v1\/me(?![^/?])/.test(url) ? sessions.own : sessions.administration
}

/** `call('GET /folders/{folder}', { params: { folder } })`. Throws `CallFault`, or the reason of the signal. */
export async function call<R extends Route>(route: R, ...[asked]: Rest<R>): Promise<Answer<R>> {
  const { params, query, body, signal } = (asked ?? {}) as LooseAsked
  const [method, template] = route.split(' ') as [string, string]
  const url = urlOf(template, params, query)
  const answer = await send(url, {
    method,
    headers: headersFor(url, method, body),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  if (!answer.ok) throw await faultOf(url, answer)
  return (await jsonOf(answer, signal)) as Answer<R>
}

/** An answer that was cut off in the middle is none. */
async function jsonOf(answer: Response, signal: AbortSignal | undefined): Promise<unknown> {
  try {
    return await answer.json()
  } catch (error) {
    if (signal?.aborted) throw error
    throw unreachable()
  }
}

interface LooseAsked {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** A request whose answer is read by the caller, as a stream or as bytes. Throws `CallFault`. */
export async function open(path: string, init: RequestInit = {}): Promise<Response> {
  const url = PREFIX + path
  const headers = { ...headersFor(url, init.method ?? 'GET'), ...init.headers }
  const answer = await send(url, { ...init, headers })
  if (answer.ok) return answer
  throw await faultOf(url, answer)
}

/** What every request that changes something carries. */
export function changeHeaders(url: string): Record<string, string> {
  return { 'x-csrf-token': sessionFor(url).csrfToken }
}

function headersFor(url: string, method: string, body?: unknown): Record<string, string> {
  return {
    ...(method === 'GET' ? {} : changeHeaders(url)),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, credentials: 'same-origin', redirect: 'error' })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw unreachable()
  }
}

export function unreachable(): CallFault {
  return new CallFault('unreachable', 'Syncline does not answer.', 0)
}

/** What an answer that refuses says. */
export async function faultOf(url: string, answer: Response): Promise<CallFault> {
  const problem = await answer.json().then(
    json => json as { readonly code?: string; readonly detail?: string; readonly path?: string },
    () => ({}) as { readonly code?: string; readonly detail?: string; readonly path?: string },
  )
  if (answer.status === 401) sessionFor(url).onSignedOut()
  const detail = problem.detail ?? `Syncline answered ${answer.status}.`
  return new CallFault(problem.code ?? 'internal', detail, answer.status, problem.path)
}

/** The address of a route, for links and images as well. */
export function urlOf(template: string, params: LooseAsked['params'] = {}, query: LooseAsked['query'] = {}): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name] ?? '')))
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  )
  return PREFIX + path + (given.length === 0 ? '' : `?${new URLSearchParams(given)}`)
}
