// Every route says what it takes and what it answers, and keeps to it.
import { expect, test } from 'vitest'
import { openApi } from './open-api.ts'
import { routesOf } from './routes-of.ts'

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly requestBody?: object
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

async function described(): Promise<Paths> {
  await using opened = await openApi()
  const document = (await opened.ask('GET', '/api/v1/openapi.json')).json()
  expect(document.openapi).toBe('3.1.0')
  return document.paths
}

test('every route is described: a name of its own, parameters, body, answer and errors', async () => {
  await using opened = await openApi()
  const paths = await described()
  const ids = new Set<string>()
  for (const { method, url } of routesOf(opened.api.app)) {
    if (method === 'HEAD') continue
    const operation = paths[url.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    expect(operation, `${method} ${url}`).toBeDefined()
    if (operation === undefined) continue
    expect(ids.has(operation.operationId ?? ''), `${operation.operationId} twice`).toBe(false)
    ids.add(operation.operationId ?? '')
    expect(operation.summary).toBeTruthy()
    const params = [...url.matchAll(/:(\w+)/g)].map(match => match[1])
    expect(operation.parameters?.filter(each => each.in === 'path').map(each => each.name) ?? []).toEqual(params)
    const [status = ''] = Object.keys(operation.responses)
    const [content] = Object.values(operation.responses[status]?.content ?? {})
    expect(Object.keys(content?.schema ?? {}).length, `${method} ${url} answers something`).toBeGreaterThan(0)
    expect(operation.responses['default']?.content).toHaveProperty(['application/problem+json'])
  }
  expect(ids.size).toBeGreaterThan(45)
})

test('every text that a client may send has a cap', async () => {
  const paths = await described()
  const uncapped: string[] = []
  const visit = (schema: unknown, at: string): void => {
    if (typeof schema !== 'object' || schema === null) return
    const { type, maxLength, pattern, enum: choices, const: one } = schema as Record<string, unknown>
    const isCapped = maxLength !== undefined || pattern !== undefined || choices !== undefined || one !== undefined
    if (type === 'string' && !isCapped) uncapped.push(at)
    for (const [key, value] of Object.entries(schema)) visit(value, `${at}.${key}`)
  }
  for (const [url, operations] of Object.entries(paths))
    for (const [method, { parameters, requestBody }] of Object.entries(operations))
      visit({ parameters, requestBody }, `${method} ${url}`)
  expect(uncapped).toEqual([])
})

test('a body may have no other fields than those that are described', async () => {
  const paths = await described()
  const open = Object.entries(paths).flatMap(([url, operations]) =>
    Object.entries(operations).flatMap(([method, { requestBody }]) => {
      if (requestBody === undefined) return []
      return JSON.stringify(requestBody).includes('"additionalProperties":false') ? [] : [`${method} ${url}`]
    }),
  )
  expect(open).toEqual([])
})

test('a field of the service that is not described is not told', async () => {
  await using opened = await openApi()
  const { service } = opened
  const about = service.about()
  Object.assign(service, { about: () => ({ ...about, secret: 'planted' }) })
  expect((await opened.ask('GET', '/api/v1/about')).json()).toEqual(about)
})

test('an answer that is not as described is a fault of ours, told without what it was', async () => {
  await using opened = await openApi()
  Object.assign(opened.service, { about: () => ({ program: 'planted' }) })
  const answer = await opened.ask('GET', '/api/v1/about')
  expect(answer.statusCode).toBe(500)
  expect(answer.body).not.toContain('planted')
  expect(opened.logged[0]).toContain('about')
})
