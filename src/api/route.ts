// What a route is: where, what it takes, what it answers, and the one call of the service that it makes.
import type * as v from 'valibot'
import type { Service } from './service.ts'
import type { Shape } from './shapes/shape.ts'

type Schema = v.GenericSchema

/** What a route is given, all of it checked. */
export interface Asked<Params, Query, Body> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** Aborts when whoever asked has gone. */
  readonly signal: AbortSignal
}

/** `S`: the service that it is a call of. */
export interface Route<S = Service> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the prefix of the API. */
  readonly url: string
  /** Unique: names the operation in OpenAPI. */
  readonly id: string
  readonly summary: string
  /** What it belongs to, for readers of the description. */
  readonly topic: string
  readonly params?: Schema
  readonly query?: Schema
  readonly body?: Schema
  readonly answer: Schema
  readonly status: 200 | 201 | 202
  readonly handle: (service: S, asked: Asked<never, never, never>) => unknown
}

interface RouteParts<S, P extends Schema, Q extends Schema, B extends Schema, A extends Schema> {
  readonly id: string
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly answer: A
  /** 200 where absent. 201: something was made. 202: taken note of. */
  readonly status?: 201 | 202
  readonly handle: (service: S, asked: Asked<Shape<P>, Shape<Q>, Shape<B>>) => Shape<A> | Promise<Shape<A>>
}

/** Makes the routes of one topic; `at` is `METHOD /path`. */
export function topic<S = Service>(name: string) {
  return <P extends Schema, Q extends Schema, B extends Schema, A extends Schema>(
    at: `${Route['method']} /${string}`,
    parts: RouteParts<S, P, Q, B, A>,
  ): Route<S> => {
    const [method, url] = at.split(' ') as [Route['method'], string]
    return { status: 200, ...parts, method, url, topic: name }
  }
}
