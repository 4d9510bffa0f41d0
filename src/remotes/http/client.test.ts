import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import type { World } from '../../platform/world.ts'
import { type HttpClientOptions, httpClient } from './client.ts'
import { faultOf, retryAfterOf } from './faults.ts'
import type { HttpClient, StreamBody } from './message.ts'

const SIGNAL = new AbortController().signal
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const lines: string[] = []
const world: World = {
  clock: { now: Date.now, sleep: (_, signal) => sleep(1, undefined, { signal }).then(() => undefined) },
  random: { bytes: count => new Uint8Array(count).fill(7), below: () => 0 },
  log: (_, message, fields) => lines.push(message + JSON.stringify(fields)),
}

type Handle = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

async function serve(handle: Handle): Promise<{ url: URL; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = []
  const server = http.createServer(async (request, response) => {
    seen.push(request)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    handle(request, response, Buffer.concat(chunks))
  })
  return { url: await listen(server), seen }
}

async function listen(server: net.Server, scheme = 'http'): Promise<URL> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    if (server instanceof http.Server || server instanceof https.Server) server.closeAllConnections()
    server.close()
  })
  return new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

function clientOf(base: URL, options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = httpClient({ base, world, ...options })
  closing.push(() => client.close())
  return client
}

const PASSWORD = { kind: 'password', user: 'al:ice', password: 'sécret' } as const

test('requests without a body say so, and ones with a body say how long it is', async () => {
  const lengths: unknown[] = []
  const { url } = await serve((request, response) => {
    lengths.push([request.method, request.headers['content-length'], request.headers['transfer-encoding']])
    response.end()
  })
  const client = clientOf(url)
  const stream: StreamBody = {
    size: 3,
    open: async function* () {
      yield Buffer.from('ab')
      yield Buffer.from('c')
    },
  }
  for (const [method, body] of [
    ['MKCOL', undefined],
    ['MOVE', undefined],
    ['GET', undefined],
    ['PUT', ''],
    ['PUT', 'ü'],
    ['PUT', stream],
  ] as const) {
    const answer = await client.request({ method, path: '/a', ...(body === undefined ? {} : { body }) }, SIGNAL)
    await answer.drop()
  }
  expect(lengths).toEqual([
    ['MKCOL', '0', undefined],
    ['MOVE', '0', undefined],
    ['GET', undefined, undefined],
    ['PUT', '0', undefined],
    ['PUT', '2', undefined],
    ['PUT', '3', undefined],
  ])
})

test('the password is sent at once, and never logged', async () => {
  const { url, seen } = await serve((_, response) => response.end('ok'))
  const answer = await clientOf(url, { credentials: PASSWORD }).request(
    { method: 'GET', path: '/?token=secret' },
    SIGNAL,
  )
  expect(await answer.text()).toBe('ok')
  expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('al:ice:sécret').toString('base64')}`)
  expect(lines.join()).not.toMatch(/s.cret/)
})

test('an address with a password in it is refused', () => {
  expect(() => clientOf(new URL('http://me:pw@localhost/'))).toThrow(expect.objectContaining({ code: 'usage' }))
  expect(() => clientOf(new URL('ftp://localhost/'))).toThrow(expect.objectContaining({ code: 'usage' }))
})

test('a wrong password is told, and tried once only', async () => {
  const { url, seen } = await serve((_, response) =>
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
  )
  await expect(
    clientOf(url, { credentials: PASSWORD }).request({ method: 'GET', path: '/' }, SIGNAL),
  ).rejects.toMatchObject({ code: 'unauthorized' })
  expect(seen).toHaveLength(1)
})

test('Digest is answered when the server asks for it, and used at once from then on', async () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  const { url, seen } = await serve((request, response) => {
    const header = request.headers.authorization ?? ''
    const of = (name: string) => new RegExp(`\\b${name}="?([^",]+)`).exec(header)?.[1]
    const ha1 = md5('al:ice:the realm:sécret')
    const wanted = md5(`${ha1}:n1:${of('nc')}:${of('cnonce')}:auth:${md5(`${request.method}:${request.url}`)}`)
    if (header.startsWith('Digest') && of('response') === wanted) response.end('in')
    else
      response
        .writeHead(401, {
          'www-authenticate': 'Basic realm="b", Digest realm="the realm", qop="auth", nonce="n1", opaque="o"',
        })
        .end()
  })
  const client = clientOf(url, { credentials: PASSWORD })
  for (const path of ['/a', '/b%20c'])
    expect(await (await client.request({ method: 'GET', path }, SIGNAL)).text()).toBe('in')
  expect(seen).toHaveLength(3)
  const wrong = clientOf(url, { credentials: { ...PASSWORD, password: 'no' } })
  await expect(wrong.request({ method: 'GET', path: '/' }, SIGNAL)).rejects.toMatchObject({ code: 'unauthorized' })
  expect(seen).toHaveLength(5)
})

test('cookies come back to where they belong', async () => {
  const { url, seen } = await serve((request, response) => {
    if (request.url === '/dav/in')
      response.setHeader('set-cookie', ['s=1; Path=/dav; HttpOnly', 'x=2; path=/other', 't=3; Secure'])
    response.end()
  })
  const client = clientOf(url)
  for (const path of ['/dav/in', '/dav/a', '/davx', '/other/a'])
    await (await client.request({ method: 'GET', path }, SIGNAL)).drop()
  expect(seen.map(request => request.headers.cookie)).toEqual([undefined, 's=1', undefined, 'x=2'])
})

test('a redirect on the same server is followed for reading, and for writing only to the slash form', async () => {
  const { url, seen } = await serve((request, response) => {
    if (request.url === '/new/') response.end('here')
    else response.writeHead(301, { location: request.url === '/dir' ? '/dir/' : '/new/' }).end()
  })
  const client = clientOf(url)
  const read = await client.request({ method: 'PROPFIND', path: '/old', body: '<x/>' }, SIGNAL)
  expect([await read.text(), read.path]).toEqual(['here', '/new/'])
  const write = await client.request({ method: 'DELETE', path: '/old' }, SIGNAL)
  expect(write.status).toBe(301)
  await write.drop()
  expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['PROPFIND /old', 'PROPFIND /new/', 'DELETE /old'])
})

test('a redirect to another server gets neither password nor request', async () => {
  const other = await serve((_, response) => response.end('gotcha'))
  for (const location of [`${other.url}x`, '//127.0.0.1:1/x', 'https://127.0.0.1/']) {
    const { url } = await serve((_, response) => response.writeHead(302, { location }).end())
    await expect(
      clientOf(url, { credentials: PASSWORD }).request({ method: 'GET', path: '/' }, SIGNAL),
    ).rejects.toMatchObject({ code: 'wrong-place' })
  }
  expect(other.seen).toHaveLength(0)
})

test('a redirect without end is given up', async () => {
  const { url, seen } = await serve((_, response) => response.writeHead(302, { location: '/' }).end())
  await expect(clientOf(url).request({ method: 'GET', path: '/' }, SIGNAL)).rejects.toMatchObject({
    code: 'wrong-place',
  })
  expect(seen).toHaveLength(6)
})

test('what may pass is tried again, but only what may be repeated', async () => {
  let left = 2
  const { url, seen } = await serve((_, response) => response.writeHead(left-- > 0 ? 503 : 200).end('ok'))
  const client = clientOf(url)
  expect((await client.request({ method: 'PROPFIND', path: '/' }, SIGNAL)).status).toBe(200)
  expect(seen).toHaveLength(3)
  left = 2
  expect((await client.request({ method: 'MOVE', path: '/' }, SIGNAL)).status).toBe(503)
  expect(seen).toHaveLength(4)
  left = 9
  expect((await client.request({ method: 'PUT', path: '/', body: 'x', repeat: 'safe' }, SIGNAL)).status).toBe(503)
  expect(seen).toHaveLength(8)
})

test('a server in maintenance stops everything at once, a storage that is away does not', async () => {
  const bodies = {
    '/closed':
      '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\ServiceUnavailable</s:exception><s:message>System in maintenance mode.</s:message></d:error>',
    '/next':
      '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>OCA\\DAV\\Exception\\ServerMaintenanceMode</s:exception></d:error>',
    '/storage':
      '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\ServiceUnavailable</s:exception><s:message>Storage is temporarily not available</s:message></d:error>',
  }
  const { url } = await serve((request, response) =>
    response.writeHead(503).end(bodies[request.url as keyof typeof bodies]),
  )
  const client = clientOf(url)
  for (const path of ['/closed', '/next'])
    await expect(client.request({ method: 'GET', path }, SIGNAL)).rejects.toMatchObject({
      code: 'maintenance',
      scope: 'replica',
    })
  const answer = await client.request({ method: 'GET', path: '/storage' }, SIGNAL)
  expect(faultOf('h', answer, { doing: 'x' })).toMatchObject({ code: 'offline', scope: 'entry' })
})

test('Retry-After is understood as seconds and as a date', () => {
  const answer = (headers: Record<string, string>) => ({ headers }) as unknown as Parameters<typeof retryAfterOf>[0]
  expect(retryAfterOf(answer({ 'retry-after': '120' }))).toBe(120_000)
  const date = 'Sun, 06 Nov 1994 08:49:37 GMT'
  expect(retryAfterOf(answer({ 'retry-after': 'Sun, 06 Nov 1994 08:49:47 GMT', date }))).toBe(10_000)
  expect(retryAfterOf(answer({}))).toBeUndefined()
})

test('a refusal keeps what the server said', async () => {
  const { url } = await serve((_, response) =>
    response
      .writeHead(507)
      .end(
        '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>x</s:exception><s:message>3 MB left</s:message></d:error>',
      ),
  )
  const answer = await clientOf(url).request({ method: 'PUT', path: '/', body: 'x' }, SIGNAL)
  const fault = faultOf('h', answer, { doing: 'take the file' })
  expect(fault).toMatchObject({ code: 'quota-exceeded' })
  expect(fault.message).toContain('3 MB left')
})

test('a server that is not there is offline', async () => {
  // A port that was given back may be another program's by now; this one is nobody's.
  const url = new URL('http://127.0.0.1:1/')
  await expect(clientOf(url).request({ method: 'PUT', path: '/', body: 'x' }, SIGNAL)).rejects.toMatchObject({
    code: 'offline',
    scope: 'replica',
  })
})

test('an answer that stops short of its length is no answer', async () => {
  const url = await listen(
    net.createServer(socket =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')),
    ),
  )
  const answer = await clientOf(url).request({ method: 'GET', path: '/' }, SIGNAL)
  await expect(answer.text()).rejects.toMatchObject({ code: 'offline', scope: 'entry' })
})

test('a server that trickles, in its headers or its body, is given up', async () => {
  for (const start of ['HTTP/1.1 200 OK\r\nX-', 'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n']) {
    const url = await listen(
      net.createServer(socket => {
        socket.on('error', () => {})
        socket.write(start)
        const timer = setInterval(() => socket.write('a'), 10)
        socket.on('close', () => clearInterval(timer))
      }),
    )
    const client = clientOf(url, { answerMs: 150, idleMs: 150 })
    const reading = client.request({ method: 'DELETE', path: '/' }, SIGNAL).then(answer => answer.text())
    await expect(reading).rejects.toMatchObject({ code: 'offline' })
  }
})

test('an upload to a server that takes nothing is given up', async () => {
  const url = await listen(net.createServer(socket => socket.pause()))
  const chunk = Buffer.alloc(1 << 20)
  const body = {
    size: 1 << 30,
    open: async function* () {
      for (let i = 0; i < 1024; i += 1) yield chunk
    },
  }
  await expect(
    clientOf(url, { idleMs: 150 }).request({ method: 'PUT', path: '/', body }, SIGNAL),
  ).rejects.toMatchObject({ code: 'offline' })
})

test('a source that gives another number of bytes than it said is not sent as if it were whole', async () => {
  const bodies: Buffer[] = []
  const { url } = await serve((_, response, body) => {
    bodies.push(body)
    response.end()
  })
  for (const size of [2, 4]) {
    const body = {
      size,
      open: async function* () {
        yield Buffer.from('abc')
      },
    }
    await expect(clientOf(url).request({ method: 'PUT', path: '/', body }, SIGNAL)).rejects.toMatchObject({
      code: 'changed',
    })
  }
  expect(bodies).toEqual([])
})

test('a refusal in the middle of an upload is heard', async () => {
  const server = http.createServer((_, response) => response.writeHead(413, { connection: 'keep-alive' }).end('no'))
  const url = await listen(server)
  const chunk = Buffer.alloc(1 << 16)
  let opened = 0
  const body = {
    size: 1 << 30,
    open: async function* () {
      for (; opened < 1 << 14; opened += 1) {
        await sleep(0)
        yield chunk
      }
    },
  }
  const answer = await clientOf(url).request({ method: 'PUT', path: '/', body }, SIGNAL)
  expect(answer.status).toBe(413)
  expect(opened).toBeLessThan(1 << 14)
})

test('a zipped answer is unpacked, up to a limit', async () => {
  const { url } = await serve((request, response) => {
    if (request.headers['accept-encoding'] !== 'gzip') response.end('plain')
    else response.setHeader('content-encoding', 'gzip').end(gzipSync('a'.repeat(1_000_000)))
  })
  const client = clientOf(url)
  const ask = (compression?: 'gzip') =>
    client.request({ method: 'GET', path: '/', ...(compression && { compression }) }, SIGNAL)
  expect(await (await ask()).text()).toBe('plain')
  expect(await (await ask('gzip')).text()).toHaveLength(1_000_000)
  await expect((await ask('gzip')).text(1000)).rejects.toMatchObject({ code: 'protocol' })
})

test('an abort is felt at once, with its own reason', async () => {
  const { url } = await serve(() => {})
  const control = new AbortController()
  const going = clientOf(url).request({ method: 'GET', path: '/' }, control.signal)
  const reason = new Error('enough')
  setTimeout(() => control.abort(reason), 20)
  await expect(going).rejects.toBe(reason)
})

test('no more connections than allowed are open, and they are used again', async () => {
  let open = 0
  let most = 0
  let total = 0
  const server = http.createServer((_, response) => setTimeout(() => response.end('x'), 5))
  server.on('connection', socket => {
    total += 1
    most = Math.max(most, ++open)
    socket.on('close', () => (open -= 1))
  })
  const client = clientOf(await listen(server), { connections: 3 })
  await Promise.all(
    Array.from({ length: 20 }, async () => (await client.request({ method: 'GET', path: '/' }, SIGNAL)).text()),
  )
  expect([most, total]).toEqual([3, 3])
})

async function certificate(name: string): Promise<{ key: Buffer; cert: Buffer; pin: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'syncline-cert-'))
  closing.push(() => rm(dir, { recursive: true }))
  const of = (file: string) => join(dir, file)
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', of('key'), '-out', of('cert')],
  ])
  const { stdout } = await promisify(execFile)('openssl', [
    'x509',
    '-in',
    of('cert'),
    '-noout',
    '-fingerprint',
    '-sha256',
  ])
  return {
    key: await readFile(of('key')),
    cert: await readFile(of('cert')),
    pin: `sha256:${stdout.split('=')[1]?.trim()}`,
  }
}

test('a certificate nobody vouches for is refused before a byte is sent, unless exactly it is trusted', async () => {
  const [one, two] = await Promise.all([certificate('one'), certificate('two')])
  let requests = 0
  const server = https.createServer(one, (_, response) => {
    requests += 1
    response.setHeader('connection', 'close').end('ok')
  })
  const url = await listen(server, 'https')
  const get = (client: HttpClient) => client.request({ method: 'GET', path: '/' }, SIGNAL).then(answer => answer.text())
  const fault = await get(clientOf(url, { credentials: PASSWORD })).catch(error => error)
  expect(fault).toMatchObject({ code: 'untrusted' })
  expect(fault.message).toContain(one.pin.replaceAll(':', '').toLowerCase().slice('sha256'.length))
  await expect(get(clientOf(url, { trustCert: two.pin }))).rejects.toMatchObject({ code: 'untrusted' })
  expect(requests).toBe(0)
  const pinned = clientOf(url, { trustCert: one.pin })
  expect(await get(pinned)).toBe('ok')
  server.setSecureContext(two)
  await expect(get(pinned)).rejects.toMatchObject({ code: 'untrusted' })
  expect(requests).toBe(1)
})
