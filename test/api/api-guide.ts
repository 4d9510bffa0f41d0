// The part of docs/guide/api.md that the routes tell themselves.
import { openApi } from './open-api.ts'

export const BEGIN = '<!-- begin: told by the routes -->'
export const END = '<!-- end: told by the routes -->'

interface Operation {
  readonly summary: string
  readonly tags: readonly string[]
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly required?: boolean }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Body }>> }
}

interface Body {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
}

/** One table for each topic, in the order in which the routes are. */
export async function routeTables(): Promise<string> {
  await using opened = await openApi()
  const { paths } = (await opened.ask('GET', '/api/v1/openapi.json')).json() as {
    paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  }
  const topics = new Map<string, string[]>()
  for (const [url, operations] of Object.entries(paths))
    for (const [method, operation] of Object.entries(operations)) {
      const topic = operation.tags[0] ?? 'other'
      topics.set(topic, [...(topics.get(topic) ?? []), lineOf(url, method, operation)])
    }
  return [...topics]
    .map(([topic, lines]) => `### ${topic}\n\n| | takes | |\n|---|---|---|\n${lines.join('\n')}\n`)
    .join('\n')
}

function lineOf(url: string, method: string, { summary, parameters = [], requestBody }: Operation): string {
  const query = parameters.filter(each => each.in === 'query').map(each => `\`?${each.name}\``)
  const schema = requestBody?.content['application/json']?.schema
  const fields = Object.keys(schema?.properties ?? {}).map(name =>
    schema?.required?.includes(name) ? `**\`${name}\`**` : `\`${name}\``,
  )
  return `| \`${method.toUpperCase()} ${url}\` | ${[...query, ...fields].join(' ')} | ${summary} |`
}
