// A request as the methods see it: its path resolved, its `If` header read, its signal made when somebody wants it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Place } from '../model/path.ts'
import type { Clock, Log, Random } from '../platform/world.ts'
import type { Space } from '../store/space.ts'
import { type IfList, parseIfHeader } from '../wire/dav/if-header.ts'
import type { DavCall, DavExtensions, DavHost, DavLimits, DavMount, PropertySource } from './call.ts'
import { DavFault } from './fault.ts'
import type { Locks } from './locks.ts'
import { resolvePlace } from './resolve.ts'

/**
 * A call about what `raw` (a path or URL; usually that of the request) names below the mount's root. Throws a `DavFault` for a path or
 * an `If` header that is none, 404 for what lies outside.
 */
export function callOf(
  host: DavHost,
  request: IncomingMessage,
  response: ServerResponse,
  mount: DavMount,
  raw = request.url ?? '',
): DavCall {
  const resolved = resolvePlace(raw, mount.root, host.limits.pathLength)
  if (resolved === 'elsewhere') throw new DavFault(404, 'There is nothing of this name.')
  return new RequestCall(host, request, response, mount, resolved.place, resolved.slash)
}

class RequestCall implements DavCall {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  readonly place: Place
  readonly slash: boolean
  readonly conditions: readonly IfList[] | undefined
  readonly #host: DavHost
  readonly #mount: DavMount
  #submitted: ReadonlySet<string> | undefined
  #signal: AbortSignal | undefined

  constructor(
    host: DavHost,
    request: IncomingMessage,
    response: ServerResponse,
    mount: DavMount,
    place: Place,
    slash: boolean,
  ) {
    this.#host = host
    this.#mount = mount
    this.request = request
    this.response = response
    this.method = request.method ?? ''
    this.place = place
    this.slash = slash
    this.conditions = conditionsOf(request, host.limits)
  }

  get locks(): Locks {
    return this.#host.locks
  }
  get clock(): Clock {
    return this.#host.clock
  }
  get random(): Random {
    return this.#host.random
  }
  get log(): Log {
    return this.#host.log
  }
  get limits(): DavLimits {
    return this.#host.limits
  }
  get space(): Space {
    return this.#mount.space
  }
  get root(): string {
    return this.#mount.root
  }
  get properties(): PropertySource {
    return this.#mount.properties
  }
  get extensions(): DavExtensions {
    return this.#mount.extensions
  }
  get user(): string {
    return this.#mount.user
  }

  get submitted(): ReadonlySet<string> {
    this.#submitted ??= tokensIn(this.conditions)
    return this.#submitted
  }

  get signal(): AbortSignal {
    this.#signal ??= signalOf(this.response)
    return this.#signal
  }
}

function conditionsOf({ headers }: IncomingMessage, { pathLength }: DavLimits): readonly IfList[] | undefined {
  const header = headers['if']
  if (header === undefined) return undefined
  const lists = typeof header === 'string' && header.length <= pathLength ? parseIfHeader(header) : undefined
  if (lists === undefined) throw new DavFault(400, 'The If header is malformed.')
  return lists
}

const NO_TOKENS: ReadonlySet<string> = new Set()

function tokensIn(lists: readonly IfList[] | undefined): ReadonlySet<string> {
  if (lists === undefined) return NO_TOKENS
  const tokens = lists.flatMap(({ conditions }) => conditions.filter(({ kind, not }) => kind === 'token' && !not))
  return new Set(tokens.map(({ value }) => value))
}

function signalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  const gone = (): void => {
    if (!response.writableFinished) controller.abort(new DavFault(400, 'The client went away.'))
  }
  if (response.destroyed) gone()
  else response.once('close', gone)
  return controller.signal
}
