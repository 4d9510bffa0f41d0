// The stream of events, over a real socket: nothing is lost, nothing is held without a cap, nobody listens on who may not.
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { ApiOptions } from '../../src/api/server.ts'
import type { Event } from '../../src/api/shapes/events.ts'
import { EventLog } from './event-log.ts'
import { type OpenedApi, openApi, TOKEN } from './open-api.ts'

interface Listening extends AsyncDisposable {
  readonly opened: OpenedApi
  readonly port: number
  /** Resolves when the server has let go of the connection of this answer. */
  letGo(answer: IncomingMessage): Promise<void>
}

async function listen(options: Partial<ApiOptions> = {}): Promise<Listening> {
  const opened = await openApi(options)
  const server = createServer(opened.api.listener)
  const sockets = new Map<number | undefined, Socket>()
  server.on('connection', socket => sockets.set(socket.remotePort, socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    opened,
    port: (server.address() as AddressInfo).port,
    letGo: answer =>
      new Promise(resolve => {
        const socket = sockets.get(answer.socket.localPort)
        if (socket === undefined || socket.destroyed) resolve()
        else socket.on('close', () => resolve())
      }),
    [Symbol.asyncDispose]: async () => {
      await opened.api.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function open(port: number, query = '', headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: `/api/v1/events${query}` }
    request({ ...options, headers: { authorization: `Bearer ${TOKEN}`, ...headers } }, resolve)
      .on('error', reject)
      .end()
  })
}

/** Events as they come; the stream is closed when the reader stops asking. */
async function* eventsOf(answer: IncomingMessage): AsyncGenerator<Event> {
  let rest = ''
  for await (const chunk of answer.setEncoding('utf8')) {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const data = block.split('\n').find(line => line.startsWith('data: '))
      if (data !== undefined) yield JSON.parse(data.slice(6))
    }
  }
}

async function take(answer: IncomingMessage, count: number): Promise<readonly Event[]> {
  const taken: Event[] = []
  for await (const event of eventsOf(answer)) {
    taken.push(event)
    if (taken.length === count) break
  }
  return taken
}

const notice = (text: string) => ({ type: 'notice', text }) as const

test('whoever comes back with the id of the last event misses none, whenever it was cut off', async () => {
  await using listening = await listen()
  const { events } = listening.opened.service
  const from = events.lastId
  const seen: number[] = []
  let last = from
  for (let cut = 0; cut < 20; cut += 1) {
    for (let n = 0; n < 7; n += 1) events.add(notice(`${cut}.${n}`))
    // Some while nobody listens, some while somebody does.
    const answer = await open(listening.port, `?since=${last}`)
    events.add(notice('while connected'))
    for (const { id } of await take(answer, (cut % 5) + 1)) {
      seen.push(id)
      last = id
    }
  }
  const answer = await open(listening.port, '', { 'last-event-id': String(last) })
  for (const { id } of await take(answer, events.lastId - last)) seen.push(id)
  expect(seen).toEqual(Array.from({ length: 160 }, (_, n) => from + 1 + n))
})

test('without an id, only what is new is told', async () => {
  await using listening = await listen()
  const { events } = listening.opened.service
  events.add(notice('old'))
  const answer = await open(listening.port)
  const added = events.add(notice('new'))
  expect(await take(answer, 1)).toEqual([added])
})

test.each([
  ['from before what is held', 1],
  ['from the future', 9_000_000_000_000_000],
])('an id %s is answered by a gap, and then by what follows', async (_what, since) => {
  await using listening = await listen()
  const { events } = listening.opened.service
  const answer = await open(listening.port, `?since=${since}`)
  const [gap] = await take(answer, 1)
  expect(gap?.type).toBe('gap')
  const after = await open(listening.port, `?since=${gap?.id}`)
  const added = events.add(notice('after the gap'))
  expect(await take(after, 1)).toEqual([added])
})

test('a reader that fell behind is told of the gap, and of everything after it', async () => {
  const log = new EventLog({ now: () => 1000, capacity: 50 })
  const stop = new AbortController()
  const reader = log.since(log.lastId, stop.signal)
  const first = log.add(notice('first'))
  expect((await reader.next()).value).toEqual(first)
  for (let n = 0; n < 200; n += 1) log.add(notice(String(n)))
  const gap = (await reader.next()).value
  expect(gap).toMatchObject({ type: 'gap', id: log.lastId - 50 })
  for (let n = 150; n < 200; n += 1) expect((await reader.next()).value).toMatchObject({ text: String(n) })
  stop.abort()
  expect((await reader.next()).done).toBe(true)
})

test('a reader that takes nothing is let go, and holds up nobody', async () => {
  await using listening = await listen({ patienceMs: 2000 })
  const { events } = listening.opened.service
  const slow = await open(listening.port, `?since=${events.lastId}`)
  slow.pause()
  const text = 'x'.repeat(100_000)
  for (let n = 0; n < 300; n += 1) events.add(notice(text))
  const quick = await open(listening.port, `?since=${events.lastId - 300}`)
  expect(await take(quick, 300)).toHaveLength(300)
  slow.on('error', () => {})
  await listening.letGo(slow)
})

test('a name with line breaks stays inside its event', async () => {
  await using listening = await listen()
  const { events } = listening.opened.service
  const answer = await open(listening.port)
  const added = events.add(notice('a\n\nid: 1\ndata: {"type":"gap"}\r\u2028'))
  const next = events.add(notice('next'))
  expect(await take(answer, 2)).toEqual([added, next])
})

test('a stream ends when who listens may no longer come in', async () => {
  await using listening = await listen({ heartbeatMs: 10 })
  const { opened, port } = listening
  const signedIn = await opened.askBare('POST', '/api/v1/session', { name: 'ada', password: 'password of ada' })
  const cookie = String(signedIn.headers['set-cookie']).split(';', 1)[0] ?? ''
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/api/v1/events', headers: { cookie } }, resolve).on('error', reject).end()
  })
  expect(answer.statusCode).toBe(200)
  opened.logins.setAdmin('ada', false)
  answer.resume()
  await new Promise(resolve => answer.on('close', resolve))
})

test('no more listen at once than are allowed, and one that leaves makes room', async () => {
  await using listening = await listen({ maxStreams: 2, heartbeatMs: 5 })
  const { port } = listening
  const first = await open(port)
  await open(port)
  const third = await open(port)
  expect([third.statusCode, third.headers['retry-after']]).toEqual([429, '30'])
  third.resume()
  first.destroy()
  let status: number | undefined
  while (status !== 200) status = (await open(port)).statusCode
})

test('closing ends every stream', async () => {
  const listening = await listen()
  const answer = await open(listening.port)
  const ended = new Promise(resolve => answer.resume().on('end', resolve))
  await listening.opened.api.close()
  await ended
  await listening[Symbol.asyncDispose]()
})
