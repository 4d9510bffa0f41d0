// The daemon keeps the contract of the service, over its socket; and everything in its API is closed to who proves nothing.
import { readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Event } from '../../src/api/shapes/events.ts'
import { serviceContract } from '../api/service-contract.ts'
import { openStage, type RunningDaemon, type Stage } from './daemon-process.ts'

serviceContract('the daemon', async () => {
  const stage = openStage()
  const { client } = await stage.start()
  return { client, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() }
})

let stage: Stage
let daemon: RunningDaemon

beforeAll(async () => {
  stage = openStage()
  daemon = await stage.start()
})
afterAll(() => stage[Symbol.asyncDispose]())

interface Answer {
  readonly status: number
  readonly text: string
}

function ask(path: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, daemon.url), options, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', chunk => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    asked.on('error', reject).end()
  })
}

const token = () => readFileSync(join(daemon.home, 'api-token'), 'utf8').trim()

test('every route of the daemon refuses who proves nothing', async () => {
  const authorization = `Bearer ${token()}`
  const { paths } = JSON.parse((await ask('/api/v1/openapi.json', { headers: { authorization } })).text) as {
    paths: Record<string, Record<string, unknown>>
  }
  const open: string[] = []
  for (const [url, operations] of Object.entries(paths))
    for (const method of Object.keys(operations)) {
      const { status } = await ask(url.replaceAll(/\{\w+\}/g, 'x'), { method: method.toUpperCase() })
      if (status !== 401 && status !== 403) open.push(`${method} ${url}`)
    }
  expect(open.sort()).toEqual(['get /health', 'post /api/v1/me/session', 'post /api/v1/session'])
})

test('the token and the socket are for their user only', () => {
  for (const name of ['api-token', 'api.sock']) expect(statSync(join(daemon.home, name)).mode & 0o077).toBe(0)
  expect(statSync(daemon.home).mode & 0o077).toBe(0)
})

test('a page that made its own name lead here is refused', async () => {
  const headers = { host: 'evil.example', authorization: `Bearer ${token()}` }
  expect((await ask('/api/v1/status', { headers })).status).toBe(403)
  expect((await ask('/health', { headers: { host: 'evil.example' } })).status).toBe(403)
})

test('metrics are numbers, and tell no secret', async () => {
  const { status, text } = await ask('/metrics', { headers: { authorization: `Bearer ${token()}` } })
  expect(status).toBe(200)
  expect(text).toMatch(/^syncline_resident_memory_bytes \d+$/m)
  expect(text).not.toContain(token())
})

test('an administrator signs in with the password, does something, and is out after another password was set', async () => {
  await daemon.client.accounts.add({ name: 'root', password: 'correct horse battery', role: 'admin' })
  const origin = new URL(daemon.url).origin
  const sent = await fetch(`${origin}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'root', password: 'correct horse battery' }),
  })
  const { csrfToken } = (await sent.json()) as { csrfToken: string }
  const cookie = sent.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
  const change = (headers: Record<string, string>) =>
    fetch(`${origin}/api/v1/config`, {
      method: 'PATCH',
      headers: { cookie, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ logLevel: 'info' }),
    })
  expect((await change({})).status).toBe(403)
  expect((await change({ 'x-csrf-token': csrfToken })).status).toBe(200)
  await daemon.client.accounts.change('root', { password: 'another horse battery' })
  expect((await fetch(`${origin}/api/v1/status`, { headers: { cookie } })).status).toBe(401)
})

test('events since an id lose nothing across reconnects, and across a restart there is no silence', async () => {
  const { client } = daemon
  const { lastEventId } = await client.status()
  const id = (await client.folders.list())[0]?.id ?? ''
  const ids: number[] = []
  let last = lastEventId
  for (let cut = 0; cut < 10; cut += 1) {
    await client.folders.change(id, { label: `before ${cut}` })
    const stop = new AbortController()
    for await (const event of client.events(last, stop.signal)) {
      ids.push(event.id)
      last = event.id
      if (last >= lastEventId + cut) stop.abort()
    }
  }
  expect(ids).toEqual(ids.map((_, n) => lastEventId + 1 + n))
  expect(ids.length).toBeGreaterThanOrEqual(10)
  await daemon.kill('SIGTERM')
  daemon = await stage.start()
  const next: Event[] = []
  const stop = new AbortController()
  for await (const event of daemon.client.events(last, stop.signal)) {
    next.push(event)
    if (event.type === 'daemon' && event.state === 'started') stop.abort()
  }
  const [first] = next
  expect(first?.type === 'gap' || first?.id === last + 1).toBe(true)
  expect(next.every(event => event.id > last)).toBe(true)
})
