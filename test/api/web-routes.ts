// What the browser interface knows of the API: its routes as TypeScript, made from the OpenAPI description.
import { openApi } from './open-api.ts'

interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
}

interface Operation {
  readonly summary: string
  readonly parameters?: readonly {
    readonly in: string
    readonly name: string
    readonly required?: boolean
    readonly schema: Schema
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >
}

const PREFIX = '/api/v1'

/** The text of `web/src/api/routes.ts`. */
export async function webRoutes(): Promise<string> {
  await using opened = await openApi()
  const { paths } = (await opened.ask('GET', `${PREFIX}/openapi.json`)).json() as {
    paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  }
  const routes = Object.entries(paths)
    .filter(([url]) => url.startsWith(PREFIX))
    .flatMap(([url, operations]) =>
      Object.entries(operations).map(([method, operation]) => routeOf(method, url.slice(PREFIX.length), operation)),
    )
  return `// The routes of the API. Made by \`SYNCLINE_WRITE_GUIDE=1 npx vitest run test/api/api-guide.test.ts\`; not to be edited.\n\nexport interface Routes {\n${routes.join('\n')}\n}\n`
}

function routeOf(method: string, url: string, operation: Operation): string {
  const parts = [
    ['params', parametersOf(operation, 'path')],
    ['query', parametersOf(operation, 'query')],
    ['body', bodyOf(operation)],
    ['answer', answerOf(operation)],
  ].flatMap(([name, type]) => (type === undefined ? [] : [`    readonly ${name}: ${type}`]))
  return `  /** ${operation.summary} */\n  '${method.toUpperCase()} ${url}': {\n${parts.join('\n')}\n  }`
}

function parametersOf({ parameters = [] }: Operation, place: string): string | undefined {
  const found = parameters.filter(each => each.in === place)
  if (found.length === 0) return undefined
  // Whatever they mean, they are written as text: numbers may be given too.
  const fields = found.map(({ name, required, schema }) => {
    const type = schema.type === 'string' && schema.enum === undefined ? 'string | number' : typeOf(schema)
    return `readonly ${key(name)}${required === true ? `: ${type}` : `?: ${type} | undefined`}`
  })
  return `{ ${fields.join('; ')} }`
}

function bodyOf({ requestBody }: Operation): string | undefined {
  const [body] = Object.values(requestBody?.content ?? {})
  return body === undefined ? undefined : typeOf(body.schema)
}

function answerOf({ responses }: Operation): string {
  const [answer] = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  const [content] = Object.values(answer?.[1].content ?? {})
  return content === undefined ? 'unknown' : typeOf(content.schema)
}

function typeOf(schema: Schema): string {
  if ('const' in schema) return literal(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ')
  const either = schema.anyOf ?? schema.oneOf
  if (either !== undefined) return `(${either.map(typeOf).join(' | ')})`
  if (schema.allOf !== undefined) return `(${schema.allOf.map(typeOf).join(' & ')})`
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'number':
    case 'integer':
      return 'number'
    case 'array':
      return `readonly (${typeOf(schema.items ?? {})})[]`
    case 'object':
      return objectOf(schema)
    default:
      return 'unknown'
  }
}

function objectOf({ properties, required = [], additionalProperties }: Schema): string {
  if (properties === undefined) {
    const values = typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown'
    return `Readonly<Record<string, ${values}>>`
  }
  const fields = Object.entries(properties).map(
    ([name, schema]) => `readonly ${key(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`,
  )
  return `{ ${fields.join('; ')} }`
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : literal(name)
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replace(/['\\]/g, '\\$&')}'` : JSON.stringify(value)
}
