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

/** What signing in returned: a change is refused without it. */
let csrfToken = ''

export function setCsrfToken(token: string): void {
  csrfToken = token
}

/** Called when the daemon does not know this browser any more. */
let onSignedOut = () => {}

export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

/** `call('GET /folders/{folder}', { params: { folder } })`. Throws `CallFault`, or the reason of the signal. */
export async function call<R extends Route>(route: R, ...[asked]: Rest<R>): Promise<Answer<R>> {
  const { params, query, body, signal } = (asked ?? {}) as LooseAsked
  const [method, template] = route.split(' ') as [string, string]
  const answer = await send(urlOf(template, params, query), {
    method,
    headers: headersFor(method, body),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  if (answer.ok) return (await answer.json()) as Answer<R>
  throw await faultOf(answer)
}

interface LooseAsked {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** A request whose answer is read by the caller, as a stream or as bytes. Throws `CallFault`. */
export async function open(path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await send(PREFIX + path, {
    ...init,
    headers: { ...headersFor(init.method ?? 'GET'), ...init.headers },
  })
  if (answer.ok) return answer
  throw await faultOf(answer)
}

/** What every request that changes something carries. */
export function changeHeaders(): Record<string, string> {
  return { 'x-csrf-token': csrfToken }
}

function headersFor(method: string, body?: unknown): Record<string, string> {
  return {
    ...(method === 'GET' ? {} : changeHeaders()),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, credentials: 'same-origin', redirect: 'error' })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new CallFault('unreachable', 'Syncline does not answer.', 0)
  }
}

/** What an answer that refuses says. */
export async function faultOf(answer: Response): Promise<CallFault> {
  const problem = await answer.json().then(
    json => json as { readonly code?: string; readonly detail?: string; readonly path?: string },
    () => ({}) as { readonly code?: string; readonly detail?: string; readonly path?: string },
  )
  if (answer.status === 401) onSignedOut()
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
