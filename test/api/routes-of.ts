// Every route that a server has, as it tells itself.
import type { FastifyInstance } from 'fastify'

export interface RegisteredRoute {
  readonly method: string
  readonly url: string
}

/** Read from the router, not from our own list: a route that somebody adds in another way is found as well. */
export function routesOf(app: FastifyInstance): readonly RegisteredRoute[] {
  const routes: RegisteredRoute[] = []
  const above: string[] = []
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const match = /^([│ ]*)[├└]── (.+?)(?: \((.+)\))?$/.exec(line)
    if (match === null) continue
    const [, indent = '', part = '', methods] = match
    const depth = indent.length / 4
    above.splice(depth, Infinity, part)
    for (const method of methods?.split(', ') ?? []) routes.push({ method, url: above.join('') })
  }
  return routes
}
