import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import { nodeWorld } from '../../platform/node/node-world.ts'
import { type HttpClientOptions, httpClient } from './client.ts'
import type { Ear, HttpClient } from './message.ts'

const PASSWORD = { kind: 'password', user: 'alice', password: 'secret' } as const
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Telling {
  readonly url: URL
  readonly heard: string[]
  /** The next client that has said `count` texts. */
  next(count: number): Promise<WebSocket>
}

async function tellingServer(
  server: http.Server | https.Server = http.createServer(),
  settings: ServerOptions = {},
): Promise<Telling> {
  const sockets = new WebSocketServer({ server, path: '/push/ws', ...settings })
  const heard: string[] = []
  const waiting: { count: number; resolve: (socket: WebSocket) => void }[] = []
  sockets.on('connection', socket => {
    let said = 0
    socket.on('error', () => {})
    socket.on('message', data => {
      heard.push(String(data))
      said += 1
      const met = waiting.findIndex(({ count }) => count === said)
      if (met >= 0) waiting.splice(met, 1)[0]?.resolve(socket)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
    server.closeAllConnections()
    server.close()
  })
  const scheme = server instanceof https.Server ? 'https' : 'http'
  const url = new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  return { url, heard, next: count => new Promise(resolve => waiting.push({ count, resolve })) }
}

function clientOf(base: URL, options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = httpClient({ base, world: nodeWorld({ log: () => {} }), credentials: PASSWORD, ...options })
  closing.push(() => client.close())
  return client
}

const greeting: Ear['greeting'] = ({ user, password }) => [user, password]

test('who listens shows who they are, and gets every text until they have heard enough', async () => {
  const { url, heard, next } = await tellingServer()
  const stop = new AbortController()
  const told = next(2)
  const texts: string[] = []
  const onText = (text: string) => {
    texts.push(text)
    if (text === 'the end') stop.abort()
  }
  const listening = clientOf(url).hear('/push/ws', { greeting, onText }, stop.signal)
  const socket = await told
  socket.send('news')
  socket.send(Buffer.from('no text'), { binary: true })
  socket.send('the end')
  await listening
  expect(heard).toEqual(['alice', 'secret'])
  expect(texts).toEqual(['news', 'the end'])
})

test('a line that ends is told as that', async () => {
  const { url, next } = await tellingServer()
  const told = next(2)
  const listening = clientOf(url).hear('/push/ws', { greeting, onText: () => {} }, new AbortController().signal)
  const fault = listening.catch(error => error)
  const socket = await told
  socket.close()
  expect(await fault).toMatchObject({ code: 'offline' })
})

test('a line that was cut without a word is noticed', async () => {
  const { url } = await tellingServer(http.createServer(), { autoPong: false })
  const client = clientOf(url, { quietMs: 10 })
  const listening = client.hear('/push/ws', { greeting, onText: () => {} }, new AbortController().signal)
  await expect(listening).rejects.toMatchObject({ code: 'offline' })
})

test('a server that floods us is left', async () => {
  const { url, next } = await tellingServer()
  const told = next(2)
  let length = 0
  const onText = (text: string) => {
    length += text.length
  }
  const fault = clientOf(url)
    .hear('/push/ws', { greeting, onText }, new AbortController().signal)
    .catch(error => error)
  const socket = await told
  socket.send('x'.repeat(10_000_000))
  expect(await fault).toMatchObject({ code: 'offline' })
  expect(length).toBe(0)
})

test('where there is nothing to listen to, or nobody to show, that is told', async () => {
  const { url, heard } = await tellingServer()
  const signal = new AbortController().signal
  const ear = { greeting, onText: () => {} }
  await expect(clientOf(url).hear('/elsewhere', ear, signal)).rejects.toMatchObject({ code: 'offline' })
  const byToken = httpClient({
    ...{ base: url, world: nodeWorld({ log: () => {} }) },
    credentials: { kind: 'bearer', token: 'x' },
  })
  await expect(byToken.hear('/push/ws', ear, signal)).rejects.toMatchObject({ code: 'unauthorized' })
  expect(heard).toEqual([])
})

test('a server that sends us elsewhere is not followed', async () => {
  const other = await tellingServer()
  const server = http.createServer()
  server.on('upgrade', (_, socket) => {
    socket.end(`HTTP/1.1 302 Found\r\nLocation: ${other.url.href}push/ws\r\nContent-Length: 0\r\n\r\n`)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const listening = clientOf(url).hear('/push/ws', { greeting, onText: () => {} }, new AbortController().signal)
  await expect(listening).rejects.toMatchObject({ code: 'offline' })
  expect(other.heard).toEqual([])
})

test('the password goes only to the certificate that is trusted', async () => {
  const { key, cert, pin } = await certificate()
  const { url, heard, next } = await tellingServer(https.createServer({ key, cert }))
  const ear = { greeting, onText: () => {} }
  const stop = new AbortController()
  await expect(clientOf(url).hear('/push/ws', ear, stop.signal)).rejects.toMatchObject({ code: 'untrusted' })
  const otherPin = clientOf(url, { trustCert: `sha256:${'ab'.repeat(32)}` })
  await expect(otherPin.hear('/push/ws', ear, stop.signal)).rejects.toMatchObject({ code: 'untrusted' })
  expect(heard).toEqual([])
  const told = next(2)
  const listening = clientOf(url, { trustCert: pin }).hear('/push/ws', ear, stop.signal)
  await told
  stop.abort()
  await listening
  expect(heard).toEqual(['alice', 'secret'])
})

async function certificate() {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-hear-'))
  closing.push(() => rmSync(directory, { recursive: true, force: true }))
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const run = promisify(execFile)
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await run('openssl', [...made, '-subj', '/CN=somebody', '-keyout', key, '-out', cert])
  const { stdout } = await run('openssl', ['x509', '-in', cert, '-noout', '-fingerprint', '-sha256'])
  return { key: readFileSync(key), cert: readFileSync(cert), pin: `sha256:${stdout.split('=')[1]?.trim()}` }
}
