// Shapes at work: requests and answers are checked by them, and described by them.
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import type { RouteShorthandOptions } from 'fastify'
import * as v from 'valibot'
import { assert } from '../model/errors.ts'
import { ApiError } from './errors.ts'
import { Problem } from './shapes/problems.ts'

type Schema = v.GenericSchema
type Part = 'params' | 'querystring' | 'body'

export interface Description {
  readonly id: string
  readonly summary: string
  readonly topic: string
  readonly params?: Schema
  readonly query?: Schema
  readonly body?: Schema
  readonly answer: Schema
  /** Where it is not JSON. */
  readonly answerType?: string
  readonly status?: number
  /** `none`: anybody may ask. `own`: an account, for its own files. Absent: administrators. */
  readonly auth?: 'none' | 'own' | undefined
}

/** Options of a route of fastify: its parts are checked by the shapes, its answer too, and OpenAPI tells of them. */
export function describing(description: Description): RouteShorthandOptions {
  const { id, summary, topic, params, query, body, answer, answerType, status = 200 } = description
  const parts: Partial<Record<Part, Schema>> = {
    ...(params && { params }),
    ...(query && { querystring: query }),
    ...(body && { body }),
  }
  const answerSchema = jsonSchemaOf(answer, 'output')
  return {
    schema: {
      operationId: id,
      summary,
      tags: [topic],
      ...(description.auth === 'none' || id === 'signIn' ? { security: [] } : {}),
      ...(description.auth === 'own' ? { security: [{ own: [] }] } : {}),
      ...Object.fromEntries(Object.entries(parts).map(([part, schema]) => [part, jsonSchemaOf(schema, 'input')])),
      response: {
        [status]: answerType === undefined ? answerSchema : { content: { [answerType]: { schema: answerSchema } } },
        default: { description: 'What went wrong', content: { [PROBLEM]: { schema: PROBLEM_SCHEMA } } },
      },
    } as NonNullable<RouteShorthandOptions['schema']>,
    validatorCompiler: ({ httpPart }) => {
      const schema = parts[httpPart as Part]
      assert(schema !== undefined, `nothing says what the ${httpPart} of ${id} is`)
      return value => {
        try {
          return { value: checked(schema, value, httpPart === 'querystring' ? 'query' : String(httpPart)) }
        } catch (error) {
          return { error: error as Error }
        }
      }
    },
    serializerCompiler: () => value => JSON.stringify(told(answer, value, id)),
  }
}

/** `value` as the schema describes it. Throws `invalid`, without repeating what was sent: that may be a password. */
export function checked<S extends Schema>(schema: S, value: unknown, what: string): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const at = v.getDotPath(issue) ?? ''
  const where = at === '' ? `The ${what}` : `'${at.slice(0, 100)}' in the ${what}`
  throw new ApiError('invalid', `${where} is not as it should be: ${wordsOf(issue)}.`)
}

function wordsOf({ type, expected }: v.BaseIssue<unknown>): string {
  if (type === 'strict_object') return expected === 'never' ? 'there is no such field' : 'a field is missing'
  if (type === 'max_length') return `it may have at most ${expected?.slice(2)} characters`
  if (type === 'min_length') return 'it is empty or too short'
  return expected === null ? 'it is not allowed' : `expected is ${expected}`
}

/** What an answer tells: nothing but what the schema names. An answer that is not as described is a bug. */
export function told<S extends Schema>(schema: S, value: unknown, id: string): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true })
  assert(result.success, `the answer of ${id} is not as described`)
  return result.output
}

function jsonSchemaOf(schema: Schema, typeMode: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = toJsonSchema(schema, { typeMode, errorMode: 'ignore', target: 'draft-2020-12' })
  return rest
}

const PROBLEM = 'application/problem+json'
const PROBLEM_SCHEMA = jsonSchemaOf(Problem, 'output')
