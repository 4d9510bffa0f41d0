// The API over HTTP: every route behind one check of who asks, in one place.
import type { IncomingMessage, ServerResponse } from 'node:http'
import swagger from '@fastify/swagger'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { User } from '../accounts/accounts.ts'
import { assert } from '../model/errors.ts'
import type { Log } from '../platform/world.ts'
import { type ApiAuth, type Asker, askerOf, checkForgery } from './auth.ts'
import { addContentRoutes } from './content-routes.ts'
import { ApiError } from './errors.ts'
import { addEventRoute, type StreamLimits } from './event-route.ts'
import { gone } from './gone.ts'
import { openapiOf } from './openapi.ts'
import { checkHost, checkOrigin } from './origin.ts'
import { checkOwnForgery, isOwnUrl, OWN_PREFIX, type OwnAsker, ownAskerOf } from './own-auth.ts'
import { addOwnContentRoutes } from './own-content-routes.ts'
import type { OwnService } from './own-service.ts'
import { addOwnSessionRoutes } from './own-session-routes.ts'
import { addPlainRoutes } from './plain-routes.ts'
import { API_PREFIX } from './prefix.ts'
import { asKnown, sendProblem } from './problem.ts'
import type { Route } from './route.ts'
import { OWN_ROUTES } from './routes/own.ts'
import { ROUTES } from './routes/routes.ts'
import { SAFE_HEADERS } from './safe-headers.ts'
import { type Description, describing } from './schemas.ts'
import type { Service } from './service.ts'
import { addSessionRoutes } from './session-routes.ts'

export interface ApiOptions extends StreamLimits {
  readonly service: Service
  /** What an account may ask for itself. Called with every request: it may throw `unavailable`. */
  readonly own: (user: User) => OwnService
  readonly auth: ApiAuth
  readonly version: string
  readonly log: Log
  /** Names, besides `localhost` and addresses, that requests may be made to. Asked for with every request. */
  readonly hostNames?: () => readonly string[]
}

export interface ApiServer {
  readonly app: FastifyInstance
  /** Answers a request; to be called for those that `isApiUrl` says yes to. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void
  /** Ends the streams and refuses what comes. The sockets belong to whoever made them. */
  close(): Promise<void>
}

/** Whether a request is for this server: `/api/v1/…`, `/metrics` and `/health`. */
export function isApiUrl(url: string): boolean {
  const path = url.split(/[?#]/, 1)[0] ?? ''
  return path === '/metrics' || path === '/health' || path === API_PREFIX || path.startsWith(`${API_PREFIX}/`)
}

/** Listens nowhere itself. */
export async function apiServer(options: ApiOptions): Promise<ApiServer> {
  const app = fastify({
    bodyLimit: 1024 * 1024,
    routerOptions: { maxParamLength: 1024 },
    frameworkErrors: (error, _request, reply) => void sendProblem(asKnown(error), reply),
  })
  const closing = new AbortController()
  const askers: Askers = { administrators: new WeakMap(), owners: new WeakMap() }
  acceptOnlyJson(app)
  guard(app, options, askers)
  answerErrors(app, options.log)
  await app.register(swagger, { openapi: openapiOf(options.version) })
  await app.register(async inner => {
    for (const route of ROUTES) addRoute(inner, route, () => options.service)
    addSessionRoutes(inner, `${API_PREFIX}/session`, options.auth, askers.administrators)
    addEventRoute(inner, options, askers.administrators, closing.signal)
    addPlainRoutes(inner, options.service)
    await addContentRoutes(inner, options.service)
    await addOwn(inner, options, askers.owners)
  })
  await app.ready()
  const close = async () => {
    closing.abort()
    await app.close()
  }
  return { app, listener: (request, response) => app.routing(request, response), close }
}

/** Who asks, of each request that was let in: an administrator, or an account for its own files; never both. */
interface Askers {
  readonly administrators: WeakMap<FastifyRequest, Asker>
  readonly owners: WeakMap<FastifyRequest, OwnAsker>
}

/** What an account asks for itself goes to a service that knows of no other. */
async function addOwn(app: FastifyInstance, { auth, own }: ApiOptions, owners: Askers['owners']): Promise<void> {
  const askerOf = (request: FastifyRequest): OwnAsker => {
    const asker = owners.get(request)
    assert(asker !== undefined, 'a request for own files was let in without an account')
    return asker
  }
  const ownOf = (request: FastifyRequest) => own(askerOf(request).user)
  for (const route of OWN_ROUTES) addRoute(app, { ...route, auth: 'own' }, ownOf)
  addOwnSessionRoutes(app, { auth, own, askerOf })
  await addOwnContentRoutes(app, ownOf)
}

/** Whoever it is, and whatever is asked for, also what there is none of: first whether it was meant for us, then who asks. */
function guard(app: FastifyInstance, options: ApiOptions, { administrators, owners }: Askers): void {
  const { auth, service, hostNames = () => [] } = options
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SAFE_HEADERS)
    checkHost(request.headers, hostNames())
    checkOrigin(request.headers)
    if (isOpen(request)) return
    const { method, headers, routeOptions } = request
    if (isOwnUrl(routeOptions.url)) {
      const asker = ownAskerOf(headers, auth)
      checkOwnForgery(method, headers, asker, auth)
      owners.set(request, asker)
    } else {
      const asker = askerOf(headers, auth)
      checkForgery(method, headers, asker, auth)
      administrators.set(request, asker)
    }
    if (service.state() !== 'ok') throw new ApiError('unavailable', `The daemon is ${service.state()}. Try again soon.`)
  })
}

/** What anybody may ask: the one list. */
function isOpen({ method, routeOptions: { url } }: FastifyRequest): boolean {
  if (url === '/health') return method === 'GET' || method === 'HEAD'
  return (url === `${API_PREFIX}/session` || url === `${OWN_PREFIX}/session`) && method === 'POST'
}

function acceptOnlyJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // A request without a body may still name the type that it would have.
    if (body === '') done(null, undefined)
    else parse(request, String(body), done)
  })
}

function answerErrors(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((_request, reply) => {
    sendProblem(new ApiError('not-found', 'There is no such resource in the API.'), reply)
  })
  app.setErrorHandler((error, request, reply) => {
    const known = asKnown(error)
    if (known.code === 'internal') {
      const cause = known.cause instanceof Error ? (known.cause.stack ?? known.cause.message) : String(known.cause)
      log('error', 'A request to the API failed by a fault of this program', {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        cause,
      })
    }
    sendProblem(known, reply)
  })
}

function addRoute<S>(
  app: FastifyInstance,
  route: Route<S> & Pick<Description, 'auth'>,
  serviceFor: (request: FastifyRequest) => S,
): void {
  const { method, url, status, handle } = route
  app.route({
    method,
    url: API_PREFIX + url,
    ...describing(route),
    handler: async (request, reply) => {
      const { params, query, body } = request
      const asked = { params, query, body, signal: gone(reply) }
      reply.code(status)
      return handle(serviceFor(request), asked as Parameters<Route<S>['handle']>[1])
    },
  })
}
