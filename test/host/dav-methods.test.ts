// What the WebDAV server answers, method by method, over a hosted space.
import net from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Path } from '../../src/model/path.ts'
import { parseMultistatus } from '../../src/wire/dav/multistatus.ts'
import { dav } from '../../src/wire/dav/names.ts'
import { writePropfind } from '../../src/wire/dav/propfind.ts'
import { type Answer, ask, type Question } from './ask.ts'
import { type DavServer, startDav } from './dav-server.ts'

let server: DavServer
beforeAll(async () => {
  server = await startDav()
})
afterAll(() => server.stop())
afterEach(async () => {
  for await (const page of server.space.list(''))
    for (const { path } of page)
      await server.space.change({ do: 'trash', at: path as Path, when: 'any' }, new AbortController().signal)
  for (const { token } of server.locks.all()) server.locks.remove(token)
  expect(server.said).toEqual([])
})

const to = (method: string, path: string, rest: Omit<Question, 'path'> = {}): Promise<Answer> =>
  ask(server.url, method, { path, ...rest })
const put = (path: string, body = 'hello', headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  to('PUT', path, { body, headers })
const textAt = async (path: string): Promise<string | undefined> => {
  const answer = await to('GET', path)
  return answer.status === 200 ? answer.text : undefined
}
const etagOf = async (path: string): Promise<string> => String((await to('HEAD', path)).headers['etag'])

test('it says what it can do', async () => {
  const { status, headers } = await to('OPTIONS', '')
  expect(status).toBe(200)
  expect(headers['dav']).toBe('1, 2, 3')
  expect(headers['allow']).toContain('PROPFIND')
})

test('a method that it does not know is refused, with those that it does', async () => {
  for (const method of ['POST', 'PATCH', 'REPORT', 'SEARCH', 'ACL']) {
    const { status, headers, text } = await to(method, '')
    expect(status, method).toBe(405)
    expect(headers['allow']).toContain('PUT')
    expect(text).toContain('<s:exception>Sabre\\DAV\\Exception\\MethodNotAllowed</s:exception>')
  }
})

test('a file is put, read, replaced and deleted', async () => {
  const made = await put('a.txt')
  expect(made.status).toBe(201)
  const got = await to('GET', 'a.txt')
  expect(got).toMatchObject({ status: 200, text: 'hello' })
  expect(got.headers).toMatchObject({
    etag: made.headers['etag'],
    'content-length': '5',
    'content-type': 'text/plain',
    'accept-ranges': 'bytes',
    'content-disposition': "attachment; filename*=UTF-8''a.txt",
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': expect.stringContaining('no-store'),
  })
  const replaced = await put('a.txt', 'other')
  expect(replaced.status).toBe(204)
  expect(replaced.headers['etag']).not.toBe(made.headers['etag'])
  expect((await to('HEAD', 'a.txt')).headers).toMatchObject({ 'content-length': '5', etag: replaced.headers['etag'] })
  expect((await to('DELETE', 'a.txt')).status).toBe(204)
  expect((await to('GET', 'a.txt')).status).toBe(404)
  expect((await to('DELETE', 'a.txt')).status).toBe(404)
})

test('an empty file is put and read', async () => {
  expect((await put('empty', '')).status).toBe(201)
  expect(await to('GET', 'empty')).toMatchObject({ status: 200, text: '' })
  expect((await to('GET', 'empty', { headers: { range: 'bytes=0-' } })).status).toBe(416)
})

test('a part of a file is read', async () => {
  await put('a', '0123456789')
  const part = async (range: string, headers: Readonly<Record<string, string>> = {}) => {
    const { status, text, headers: got } = await to('GET', 'a', { headers: { range, ...headers } })
    return { status, text: status < 300 ? text : '', range: got['content-range'] }
  }
  expect(await part('bytes=2-4')).toEqual({ status: 206, text: '234', range: 'bytes 2-4/10' })
  expect(await part('bytes=7-')).toEqual({ status: 206, text: '789', range: 'bytes 7-9/10' })
  expect(await part('bytes=-2')).toEqual({ status: 206, text: '89', range: 'bytes 8-9/10' })
  expect(await part('bytes=10-')).toEqual({ status: 416, text: '', range: 'bytes */10' })
  expect(await part('bytes=1-2,4-5')).toMatchObject({ status: 200 })
  const etag = await etagOf('a')
  expect(await part('bytes=2-4', { 'if-range': etag })).toMatchObject({ status: 206 })
  expect(await part('bytes=2-4', { 'if-range': `W/${etag}` })).toMatchObject({ status: 200, text: '0123456789' })
  expect(await part('bytes=2-4', { 'if-range': '"other"' })).toMatchObject({ status: 200 })
})

test('what a client has already is not sent again', async () => {
  await put('a')
  const { headers } = await to('GET', 'a')
  const etag = String(headers['etag'])
  const again = await to('GET', 'a', { headers: { 'if-none-match': `"x", ${etag}` } })
  expect(again).toMatchObject({ status: 304, text: '' })
  expect(again.headers['etag']).toBe(etag)
  expect((await to('GET', 'a', { headers: { 'if-none-match': '"x"' } })).status).toBe(200)
  const since = { 'if-modified-since': String(headers['last-modified']) }
  expect((await to('GET', 'a', { headers: since })).status).toBe(304)
  expect((await to('GET', 'a', { headers: { 'if-match': '"x"' } })).status).toBe(412)
})

test('a change is only made where its condition holds', async () => {
  expect((await put('a', '1', { 'if-match': '"x"' })).status).toBe(412)
  expect((await put('a', '1', { 'if-match': '*' })).status).toBe(412)
  expect((await put('a', '1', { 'if-none-match': '*' })).status).toBe(201)
  expect((await put('a', '2', { 'if-none-match': '*' })).status).toBe(412)
  const etag = await etagOf('a')
  expect((await put('a', '3', { 'if-match': etag })).status).toBe(204)
  expect((await put('a', '4', { 'if-match': etag })).status).toBe(412)
  expect((await put('a', '4', { if: `([${etag}])` })).status).toBe(412)
  expect((await put('a', '5', { if: `(Not [${etag}])` })).status).toBe(204)
  expect((await put('a', '6', { 'if-unmodified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' })).status).toBe(412)
  expect((await to('DELETE', 'a', { headers: { 'if-match': etag } })).status).toBe(412)
  expect(
    (await to('MOVE', 'a', { headers: { 'if-match': etag, destination: `${server.url.pathname}b` } })).status,
  ).toBe(412)
  expect((await put('a', '7', { 'if-match': 'a b' })).status).toBe(400)
  expect((await put('a', '7', { if: 'nonsense' })).status).toBe(400)
  expect(await textAt('a')).toBe('5')
})

test('of two uploads that expect the same state one is refused', async () => {
  await put('a', 'old')
  const etag = await etagOf('a')
  for (let round = 0; round < 5; round += 1) {
    const current = await etagOf('a')
    const bodies = ['x', 'y', 'z'].map(letter => letter.repeat(100_000 + round))
    const answers = await Promise.all(bodies.map(body => put('a', body, { 'if-match': current })))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 412, 412])
    expect(await textAt('a')).toBe(bodies[answers.findIndex(({ status }) => status === 204)])
  }
  expect((await put('a', 'late', { 'if-match': etag })).status).toBe(412)
})

test('of two uploads that both want to be the first one is refused', async () => {
  const answers = await Promise.all(['x', 'y'].map(body => put('new', body, { 'if-none-match': '*' })))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 412])
})

test('an upload has a place to go to, and is whole', async () => {
  expect((await put('no/such/a')).status).toBe(409)
  await put('file')
  expect((await put('file/a')).status).toBe(409)
  await to('MKCOL', 'd')
  expect((await put('d')).status).toBe(405)
  expect((await put('d2/')).status).toBe(405)
  expect((await put('part', 'x', { 'content-range': 'bytes 0-0/5' })).status).toBe(400)
  expect((await put('packed', 'x', { 'content-encoding': 'gzip' })).status).toBe(415)
  for (const path of ['part', 'packed', 'd2']) expect((await to('HEAD', path)).status).toBe(404)
})

test('an upload that breaks off leaves nothing', async () => {
  await put('a', 'old')
  await new Promise<void>((resolve, reject) => {
    const socket = net.connect(Number(server.url.port), '127.0.0.1', () => {
      socket.write(`PUT ${server.url.pathname}a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf`, () =>
        socket.end(),
      )
    })
    socket
      .on('close', () => resolve())
      .on('error', reject)
      .resume()
  })
  expect(await textAt('a')).toBe('old')
})

test('an upload that stops in the middle loses the connection, and leaves nothing', async () => {
  const impatient = await startDav({ limits: { bodyIdleMs: 50 } })
  await new Promise<void>((resolve, reject) => {
    const socket = net.connect(Number(impatient.url.port), '127.0.0.1', () => {
      socket.write(`PUT ${impatient.url.pathname}a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf`)
    })
    socket
      .on('close', () => resolve())
      .on('error', reject)
      .resume()
  })
  expect((await ask(impatient.url, 'HEAD', { path: 'a' })).status).toBe(404)
  await impatient.stop()
})

test('an upload waits to be told to go on, and is not when it will be refused', async () => {
  await put('a', 'old')
  const talk = (headers: string, body: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let said = ''
      const socket = net.connect(Number(server.url.port), '127.0.0.1', () => {
        const start = `PUT ${server.url.pathname}a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n`
        socket.write(`${start}Content-Length: ${body.length}\r\n${headers}\r\n`)
      })
      socket.on('data', chunk => {
        said += chunk
        if (said.startsWith('HTTP/1.1 100') && !said.includes('204')) socket.write(body)
      })
      socket.on('close', () => resolve(said)).on('error', reject)
    })
  expect(await talk('', 'new')).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 204 No Content/)
  expect(await talk('If-None-Match: *\r\n', 'other')).toMatch(/^HTTP\/1.1 412 Precondition Failed/)
  expect(await textAt('a')).toBe('new')
})

test('a refused upload is told so, though it is still being sent', async () => {
  await put('a', 'old')
  const { status } = await put('a', 'x'.repeat(3_000_000), { 'if-none-match': '*' })
  expect(status).toBe(412)
})

test('directories are made where they can be', async () => {
  expect((await to('MKCOL', 'd')).status).toBe(201)
  expect((await to('MKCOL', 'd/e/')).status).toBe(201)
  expect((await to('MKCOL', 'd')).status).toBe(405)
  expect((await to('MKCOL', '')).status).toBe(405)
  expect((await to('MKCOL', 'no/such')).status).toBe(409)
  expect((await to('MKCOL', 'f', { body: '<x/>', headers: { 'content-type': 'text/xml' } })).status).toBe(415)
  await put('file')
  expect((await to('MKCOL', 'file')).status).toBe(405)
  expect((await to('MKCOL', 'file/x')).status).toBe(409)
  expect((await to('GET', 'd/')).status).toBe(405)
  expect((await to('HEAD', 'd/')).status).toBe(200)
})

test('the whole tree is neither deleted nor moved nor replaced', async () => {
  await put('a')
  expect((await to('DELETE', '')).status).toBe(403)
  const destination = `${server.url.pathname}x`
  expect((await to('MOVE', '', { headers: { destination } })).status).toBe(403)
  expect((await to('COPY', 'a', { headers: { destination: server.url.pathname } })).status).toBe(403)
  expect(await textAt('a')).toBe('hello')
})

test('things are moved and copied', async () => {
  await to('MKCOL', 'd')
  await put('d/a', '1')
  await put('b', '2')
  const base = server.url.pathname
  const go = async (method: string, from: string, destination: string, headers = {}) =>
    (await to(method, from, { headers: { destination, ...headers } })).status
  const etag = await etagOf('d/a')
  expect(await go('MOVE', 'd', `${base}e`)).toBe(201)
  expect(await etagOf('e/a')).toBe(etag)
  expect(await go('COPY', 'e', `http://127.0.0.1:${server.url.port}${base}f/`)).toBe(201)
  expect(await textAt('f/a')).toBe('1')
  expect(await go('COPY', 'e', `${base}g`, { depth: '0' })).toBe(201)
  expect((await to('HEAD', 'g')).status).toBe(200)
  expect((await to('HEAD', 'g/a')).status).toBe(404)
  expect(await go('COPY', 'e', `${base}h`, { depth: '1' })).toBe(400)
  expect(await go('MOVE', 'b', `${base}f/a`, { overwrite: 'F' })).toBe(412)
  expect(await go('MOVE', 'b', `${base}f/a`, { overwrite: 'maybe' })).toBe(400)
  expect(await go('MOVE', 'b', `${base}f/a`)).toBe(204)
  expect(await textAt('f/a')).toBe('2')
  expect(await go('MOVE', 'b', `${base}c`)).toBe(404)
  expect(await go('MOVE', 'f/a', `${base}no/such`)).toBe(409)
  expect(await go('MOVE', 'f', `${base}f`)).toBe(403)
  expect(await go('MOVE', 'f', `${base}f/x`)).toBe(403)
  expect(await go('COPY', 'f', `${base}f/x`)).toBe(403)
  expect(await go('MOVE', 'f/a', `${base}f`)).toBe(403)
  expect(await textAt('f/a')).toBe('2')
})

test('a destination elsewhere is not this server', async () => {
  await put('a')
  const statuses: [string, number][] = [
    ['/remote.php/other/b', 502],
    ['/remote.php/webdavb', 502],
    ['http://elsewhere.example/remote.php/webdav/b', 502],
    ['/remote.php/webdav/../../etc/passwd', 400],
    ['/remote.php/webdav/%2e%2e/b', 400],
    ['/remote.php/webdav//b', 400],
    ['/remote.php/webdav/x%2fb', 400],
    ['/remote.php/webdav/b%00', 400],
    ['/remote.php/webdav/%ff', 400],
    ['b', 400],
    ['', 400],
    ['/remote.php/webdav/.syncline/b', 403],
  ]
  for (const [destination, status] of statuses)
    expect((await to('MOVE', 'a', { headers: { destination } })).status, destination).toBe(status)
  expect((await to('MOVE', 'a')).status).toBe(400)
  expect(await textAt('a')).toBe('hello')
})

test('a path that can be read in two ways is not read at all', async () => {
  for (const path of [
    'a/../b',
    '%2e%2e/b',
    'a//b',
    'a%2fb',
    'a%00',
    '%ff',
    '%',
    './a',
    '/remote.php/webdav/../webdav/a',
  ])
    for (const method of ['GET', 'PUT', 'MKCOL', 'PROPFIND', 'DELETE'])
      expect((await to(method, path, method === 'PUT' ? { body: 'x' } : {})).status, `${method} ${path}`).toBe(400)
  expect((await to('GET', 'x'.repeat(1100))).status).toBe(400)
  expect((await to('PUT', '.syncline', { body: 'x' })).status).toBe(403)
})

const listed = async (path: string, depth: string, body: string) => {
  const { status, text, headers } = await to('PROPFIND', path, { headers: { depth }, body })
  expect(status).toBe(207)
  expect(headers['content-type']).toBe('application/xml; charset=utf-8')
  return parseMultistatus(text)
}

test('a directory is listed, itself first', async () => {
  expect((await to('MKCOL', 'd')).status).toBe(201)
  for (const name of ['b', '%C3%BC', 'a%3Cx%3E']) await put(`d/${name}`)
  const body = writePropfind([dav('resourcetype'), dav('getcontentlength'), dav('getetag'), '{urn:x}none'])
  const found = await listed('d', '1', body)
  expect(found.map(({ href }) => href)).toEqual([
    '/remote.php/webdav/d/',
    '/remote.php/webdav/d/a%3cx%3e',
    '/remote.php/webdav/d/b',
    '/remote.php/webdav/d/%c3%bc',
  ])
  const [itself, child] = found
  expect(itself?.props.get(dav('resourcetype'))?.children[0]?.name).toBe(dav('collection'))
  expect([...(itself?.failed ?? [])]).toEqual([
    [dav('getcontentlength'), 404],
    ['{urn:x}none', 404],
  ])
  expect(child?.props.get(dav('getcontentlength'))?.text).toBe('5')
  expect(child?.props.get(dav('getetag'))?.text).toBe(await etagOf('d/a%3Cx%3E'))
  expect((await listed('d', '0', body)).length).toBe(1)
  expect((await listed('d/b', '1', body)).map(({ href }) => href)).toEqual(['/remote.php/webdav/d/b'])
})

test('a listing says all, or which, or what was asked for', async () => {
  await put('a.txt')
  const [all] = await listed('a.txt', '0', '')
  expect([...(all?.props.keys() ?? [])]).toEqual(
    expect.arrayContaining(
      [
        'resourcetype',
        'getlastmodified',
        'getcontentlength',
        'getetag',
        'getcontenttype',
        'lockdiscovery',
        'supportedlock',
      ].map(dav),
    ),
  )
  const [names] = await listed('a.txt', '0', '<propfind xmlns="DAV:"><propname/></propfind>')
  expect(names?.props.get(dav('getetag'))?.text).toBe('')
  const include = '<propfind xmlns="DAV:"><allprop/><include><quota-used-bytes/></include></propfind>'
  const [root] = await listed('', '0', include)
  expect(root?.props.get(dav('quota-used-bytes'))?.text).toMatch(/^\d+$/)
})

test('a listing of everything is refused', async () => {
  const { status, text } = await to('PROPFIND', '', { headers: { depth: 'infinity' } })
  expect(status).toBe(403)
  expect(text).toContain('<d:propfind-finite-depth/>')
  expect((await to('PROPFIND', '')).status).toBe(403)
  expect((await to('PROPFIND', '', { headers: { depth: '2' } })).status).toBe(400)
  expect((await to('PROPFIND', 'none', { headers: { depth: '0' } })).status).toBe(404)
})

test('a body that is not the XML it should be is refused', async () => {
  const send = async (method: string, body: string | Uint8Array) =>
    (await to(method, '', { headers: { depth: '0' }, body })).status
  expect(await send('PROPFIND', '<d:propfind')).toBe(400)
  expect(await send('PROPFIND', Buffer.from([0xff, 0x00, 0x41]))).toBe(400)
  expect(await send('PROPFIND', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>')).toBe(400)
  expect(await send('PROPFIND', `<propfind xmlns="DAV:"><prop>${'<a/>'.repeat(300_000)}</prop></propfind>`)).toBe(413)
  const many = Array.from({ length: 1001 }, (_, at) => `<a${at}/>`).join('')
  expect(await send('PROPFIND', `<propfind xmlns="DAV:"><prop>${many}</prop></propfind>`)).toBe(413)
  expect(await send('PROPPATCH', '')).toBe(400)
  expect(await send('LOCK', '<lockinfo xmlns="DAV:"/>')).toBe(400)
})

test('a listing longer than a page comes in pieces, whole', async () => {
  await to('MKCOL', 'many')
  for (let at = 0; at < 1200; at += 100)
    await Promise.all(Array.from({ length: 100 }, (_, i) => put(`many/${String(at + i).padStart(5, '0')}`, '')))
  const found = await listed('many', '1', writePropfind([dav('getetag')]))
  expect(found.length).toBe(1201)
  expect(new Set(found.map(({ href }) => href)).size).toBe(1201)
}, 300_000)

test('properties are stored all or none, and go along', async () => {
  await put('a')
  const patch = (inner: string) =>
    to('PROPPATCH', 'a', { body: `<d:propertyupdate xmlns:d="DAV:" xmlns:x="urn:x">${inner}</d:propertyupdate>` })
  const set = (inner: string) => `<d:set><d:prop>${inner}</d:prop></d:set>`
  const first = await patch(set('<x:one xml:lang="de">1 &amp; <x:i/></x:one><x:two>2</x:two>'))
  expect(first.status).toBe(207)
  expect(first.text).toContain('200 OK')
  const mixed = parseMultistatus((await patch(set('<x:one>other</x:one><d:getetag>"x"</d:getetag>'))).text)[0]
  expect([...(mixed?.failed ?? [])]).toEqual([
    ['{urn:x}one', 424],
    [dav('getetag'), 403],
  ])
  await to('MOVE', 'a', { headers: { destination: `${server.url.pathname}b` } })
  const { text } = await to('PROPFIND', 'b', {
    headers: { depth: '0' },
    body: writePropfind(['{urn:x}one', '{urn:x}two']),
  })
  expect(text).toContain('<x:one xmlns:x="urn:x" xml:lang="de">1 &amp; <x:i xmlns:x="urn:x"/></x:one>')
  expect(text).toContain('<x:two xmlns:x="urn:x">2</x:two>')
  const grow = async (name: string) =>
    (
      await to('PROPPATCH', 'b', {
        body: `<d:propertyupdate xmlns:d="DAV:">${set(`<${name} xmlns="">${'x'.repeat(30_000)}</${name}>`)}</d:propertyupdate>`,
      })
    ).text
  expect(await grow('long1')).toContain('200 OK')
  expect(await grow('long2')).toContain('200 OK')
  expect(await grow('long3')).toContain('507 Insufficient Storage')
  expect(await grow('long2')).toContain('200 OK')
})
