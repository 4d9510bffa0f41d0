// Where the stream of events is asked for.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as v from 'valibot'
import { type ApiAuth, type Asker, isStillIn } from './auth.ts'
import { ApiError } from './errors.ts'
import { sendEvents } from './event-stream.ts'
import { API_PREFIX } from './prefix.ts'
import { SAFE_HEADERS } from './safe-headers.ts'
import { describing } from './schemas.ts'
import type { Service } from './service.ts'
import { Event } from './shapes/events.ts'

const EventsQuery = v.object({ since: v.exactOptional(v.pipe(v.string(), v.regex(/^\d{1,16}$/))) })

export interface StreamLimits {
  /** See `StreamOptions`. */
  readonly heartbeatMs?: number
  readonly patienceMs?: number
  /** How many may listen at once. */
  readonly maxStreams?: number
}

interface EventParts extends StreamLimits {
  readonly service: Service
  readonly auth: ApiAuth
}

/** `closing` ends all streams. */
export function addEventRoute(
  app: FastifyInstance,
  { service, auth, heartbeatMs = 15_000, patienceMs = 60_000, maxStreams = 100 }: EventParts,
  askers: WeakMap<FastifyRequest, Asker>,
  closing: AbortSignal,
): void {
  let streams = 0
  const description = describing({
    id: 'events',
    summary: 'What happens, as it happens, and everything after event `since` (or `Last-Event-ID`) before that',
    topic: 'events',
    query: EventsQuery,
    answer: Event,
    answerType: 'text/event-stream',
  })
  app.get(`${API_PREFIX}/events`, { ...description, exposeHeadRoute: false }, async (request, reply) => {
    const asker = askers.get(request)
    if (asker === undefined) throw new ApiError('unauthenticated', 'Sign in first.')
    if (streams >= maxStreams)
      throw new ApiError('too-many-requests', 'Too many listen to events already.', { retryAfterSeconds: 30 })
    const since = sinceOf(request) ?? service.events.lastId
    streams += 1
    reply.hijack()
    const headers = { ...SAFE_HEADERS, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }
    reply.raw.writeHead(200, headers)
    try {
      const mayGoOn = () => isStillIn(asker, auth)
      await sendEvents(reply.raw, service.events, since, { heartbeatMs, patienceMs, mayGoOn }, closing)
    } finally {
      streams -= 1
    }
  })
}

/** A browser that comes back tells by the header where it was. */
function sinceOf({ headers, query }: FastifyRequest): number | undefined {
  const last = headers['last-event-id']
  if (typeof last === 'string' && /^\d{1,16}$/.test(last)) return Number(last)
  const { since } = query as v.InferOutput<typeof EventsQuery>
  return since === undefined ? undefined : Number(since)
}
