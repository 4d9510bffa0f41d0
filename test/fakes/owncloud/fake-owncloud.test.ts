import { createHash } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { htmlLoginPage, truncated, withoutProperty } from './faults.ts'
import { type FakeOptions, type FakeOwncloud, startFakeOwncloud } from './server.ts'
import { READ_ONLY_SHARE } from './tree.ts'

let server: FakeOwncloud

afterEach(async () => {
  await server.stop()
})

async function start(options: FakeOptions = {}): Promise<FakeOwncloud> {
  server = await startFakeOwncloud(options)
  return server
}

const LOGIN = `Basic ${Buffer.from('alice:secret').toString('base64')}`
const FILES = '/remote.php/dav/files/alice'
const UPLOADS = '/remote.php/dav/uploads/alice'

async function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Uint8Array<ArrayBuffer>,
): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(server.url + path, {
    method,
    headers: { Authorization: LOGIN, ...headers },
    ...(body === undefined ? {} : { body }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const put = (path: string, body: string, headers: Record<string, string> = {}) =>
  ask('PUT', `${FILES}/${path}`, headers, body)

const PROPFIND = `<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><d:resourcetype/>
<d:getlastmodified/><d:getcontentlength/><d:getetag/><oc:id/><oc:permissions/><oc:checksums/><oc:size/><oc:data-fingerprint/></d:prop>M</d:propfind>`

const propfind = (path: string, depth: string) =>
  ask('PROPFIND', path, { Depth: depth, 'Content-Type': 'text/xml' }, PROPFIND)

const sha1 = (text: string): string => `SHA1:${createHash('sha1').update(text).digest('hex')}`

describe('listings', () => {
  test('the collection comes first, with one 200 propstat and path-only hrefs under the request path', async () => {
    await start()
    server.tree.put('sp ace &+#%/ü.txt', 'hello', { sums: [sha1('hello')] })
    const { status, headers, text } = await propfind(`${FILES}/`, '1')
    expect(status).toBe(207)
    expect(headers.get('content-type')).toBe('application/xml; charset=utf-8')
    expect([...text.matchAll(/<d:href>(.*?)<\/d:href>/g)].map(match => match[1])).toEqual([
      '/remote.php/dav/files/alice/',
      '/remote.php/dav/files/alice/sp%20ace%20%26%2b%23%25/',
    ])
    expect(text.split('</d:response>')[0]?.match(/200 OK/g)).toHaveLength(1)
    expect(text).toContain('<oc:permissions>RGDNVCK</oc:permissions>')
  })

  test('a collection may be asked for without its slash, and by the old root', async () => {
    await start()
    server.tree.put('d/a.txt', 'hello')
    const { text } = await propfind('/remote.php/webdav/d', '1')
    expect(text).toContain('<d:href>/remote.php/webdav/d/a.txt</d:href>')
    expect(text).toContain('<d:getcontentlength>5</d:getcontentlength>')
    expect((await propfind(`${FILES}/nothing`, '0')).status).toBe(404)
  })

  test('a change anywhere below changes the etag of every collection up to the root', async () => {
    await start()
    server.tree.put('a/b/c.txt', '1')
    server.tree.put('other/x', '1')
    const before = ['', 'a', 'a/b', 'other'].map(path => server.tree.get(path).etag)
    await put('a/b/c.txt', '2')
    const after = ['', 'a', 'a/b', 'other'].map(path => server.tree.get(path).etag)
    expect(after.map((etag, i) => etag === before[i])).toEqual([false, false, false, true])
  })

  test('external storage that is down answers 503 with its own sentence', async () => {
    await start()
    server.tree.mkdir('ext')
    server.tree.setUnavailable('ext', true)
    const { status, text } = await propfind(`${FILES}/ext`, '1')
    expect([status, text.includes('Storage is temporarily not available')]).toEqual([503, true])
    expect((await propfind(`${FILES}/`, '1')).text).toContain('/ext/')
  })

  test('lastmodified can be set, getlastmodified cannot', async () => {
    await start()
    server.tree.put('a', '1', { mtime: 5 })
    const patch = (name: string) =>
      ask(
        'PROPPATCH',
        `${FILES}/a`,
        {},
        `<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><d:${name}>1000</d:${name}></d:prop></d:set></d:propertyupdate>`,
      )
    expect((await patch('getlastmodified')).text).toContain('403')
    expect(server.tree.get('a').mtime).toBe(5)
    expect((await patch('lastmodified')).text).toContain('200')
    expect(server.tree.get('a').mtime).toBe(1000)
  })
})

describe('single transfers', () => {
  test('PUT answers etags, id and mtime, and keeps the id on overwrite', async () => {
    await start()
    const created = await put('a.txt', 'one', { 'X-OC-Mtime': '1000', 'OC-Checksum': sha1('one') })
    expect(created.status).toBe(201)
    expect(created.headers.get('x-oc-mtime')).toBe('accepted')
    expect(created.headers.get('oc-etag')).toBe(created.headers.get('etag'))
    const replaced = await put('a.txt', 'one')
    expect(replaced.status).toBe(204)
    expect(replaced.headers.get('oc-fileid')).toBe(created.headers.get('oc-fileid'))
    expect(replaced.headers.get('etag')).not.toBe(created.headers.get('etag'))
  })

  test('If-Match and If-None-Match are honoured', async () => {
    await start()
    const { headers } = await put('a', '1', { 'If-None-Match': '*' })
    expect((await put('a', '2', { 'If-None-Match': '*' })).status).toBe(412)
    expect((await put('a', '2', { 'If-Match': '"stale"' })).status).toBe(412)
    expect((await put('a', '2', { 'If-Match': headers.get('etag') ?? '' })).status).toBe(204)
    expect(server.tree.text('a')).toBe('2')
  })

  test('ownCloud refuses a wrong checksum, Nextcloud stores it', async () => {
    await start({ flavour: 'owncloud' })
    const refused = await put('a', '1', { 'OC-Checksum': sha1('2') })
    expect([refused.status, server.tree.find('a')]).toEqual([400, undefined])
    expect(refused.text).toContain('Sabre\\DAV\\Exception\\BadRequest')
    await server.stop()
    await start({ flavour: 'nextcloud' })
    expect((await put('a', '1', { 'OC-Checksum': sha1('2') })).status).toBe(201)
    expect((await ask('GET', `${FILES}/a`)).headers.get('oc-checksum')).toBe(sha1('2'))
  })

  test('GET serves ranges, and 416 beyond the end', async () => {
    await start()
    server.tree.put('a', '0123456789')
    const part = await ask('GET', `${FILES}/a`, { Range: 'bytes=4-' })
    expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, '456789', 'bytes 4-9/10'])
    expect((await ask('GET', `${FILES}/a`, { Range: 'bytes=10-' })).status).toBe(416)
    expect((await ask('HEAD', `${FILES}/a`)).headers.get('content-length')).toBe('10')
  })

  test('a missing parent is 404 for PUT and 409 for MKCOL; an existing directory is 405', async () => {
    await start()
    expect((await put('no/a', '1')).status).toBe(404)
    expect((await ask('MKCOL', `${FILES}/no/d`)).status).toBe(409)
    expect((await ask('MKCOL', `${FILES}/d`)).status).toBe(201)
    expect((await ask('MKCOL', `${FILES}/d`)).status).toBe(405)
  })

  test('a forbidden name is 400 with a reason', async () => {
    await start()
    const { status, text } = await put('x.part', '1')
    expect([status, text.includes('InvalidPath'), text.includes('<o:retry')]).toEqual([400, true, true])
  })

  test('a quota answers 507', async () => {
    await start()
    server.tree.quota = 5
    expect((await put('a', '123456')).status).toBe(507)
    expect((await put('a', '12345')).status).toBe(201)
  })
})

describe('structure', () => {
  test('DELETE is 204, recursive, and lands in the trash', async () => {
    await start()
    server.tree.put('d/e/f', '1')
    expect((await ask('DELETE', `${FILES}/d`)).status).toBe(204)
    expect([server.tree.list(), server.tree.trash.map(entry => entry.path)]).toEqual([[], ['d']])
    expect((await ask('DELETE', `${FILES}/d`)).status).toBe(404)
  })

  test('MOVE keeps id and etag, takes a path or a URL, and does not replace under Overwrite: F', async () => {
    await start()
    const { etag, id } = server.tree.put('a', '1')
    expect((await ask('MOVE', `${FILES}/a`, { Destination: `${FILES}/b%20c` })).status).toBe(201)
    expect((await ask('MOVE', `${FILES}/b%20c`, { Destination: `${server.url}${FILES}/d` })).status).toBe(201)
    expect(server.tree.get('d')).toMatchObject({ etag, id })
    server.tree.put('e', '2')
    expect((await ask('MOVE', `${FILES}/d`, { Destination: `${FILES}/e`, Overwrite: 'F' })).status).toBe(412)
  })

  test('a read-only share refuses every write with 403', async () => {
    await start()
    server.tree.put('share/a', '1')
    server.tree.restrict('share', READ_ONLY_SHARE)
    const statuses = [
      await put('share/a', '2'),
      await put('share/new', '2'),
      await ask('MKCOL', `${FILES}/share/d`),
      await ask('DELETE', `${FILES}/share/a`),
      await ask('MOVE', `${FILES}/share/a`, { Destination: `${FILES}/a` }),
    ].map(reply => reply.status)
    expect(statuses).toEqual([403, 403, 403, 403, 403])
    expect((await propfind(`${FILES}/share`, '1')).text).toContain('<oc:permissions>SG</oc:permissions>')
  })

  test('names are kept in NFC, and clash without case where asked', async () => {
    await start({ caseSensitive: false })
    await put(encodeURIComponent('U\u0308.txt'), '1')
    expect(server.tree.list()).toEqual(['\u00dc.txt'])
    await put(encodeURIComponent('\u00fc.TXT'), '2')
    expect(server.tree.contents()).toEqual({ '\u00dc.txt': '2' })
  })
})

describe('chunked uploads', () => {
  async function upload(id: string, chunks: Record<string, string>): Promise<void> {
    expect((await ask('MKCOL', `${UPLOADS}/${id}`)).status).toBe(201)
    for (const [name, body] of Object.entries(chunks)) {
      expect((await ask('PUT', `${UPLOADS}/${id}/${name}`, {}, body)).status).toBe(201)
    }
  }
  const finish = (id: string, to: string, headers: Record<string, string> = {}) =>
    ask('MOVE', `${UPLOADS}/${id}/.file`, { Destination: `${FILES}/${to}`, ...headers })

  test('chunks are joined in the numeric order of their names, and the folder vanishes', async () => {
    await start()
    await upload('7', { '10': 'c', '0000000000000002': 'b', '1': 'a' })
    const done = await finish('7', 'big', { 'OC-Total-Length': '3', 'X-OC-Mtime': '99' })
    expect([done.status, server.tree.text('big'), server.tree.get('big').mtime]).toEqual([201, 'abc', 99])
    expect((await ask('PROPFIND', `${UPLOADS}/7`)).status).toBe(404)
  })

  test('a sum that is wrong is refused and leaves everything for a resume', async () => {
    await start()
    await upload('7', { '1': 'a' })
    expect((await finish('7', 'big', { 'OC-Total-Length': '3' })).text).toContain('do not sum up to 3 but to 1')
    expect((await ask('PROPFIND', `${UPLOADS}/7`, { Depth: '1' })).text).toContain('/7/1</d:href>')
  })

  test('the tagged list guards the destination, and an overwrite keeps the id', async () => {
    await start()
    const { id } = server.tree.put('big', 'old')
    await upload('7', { '1': 'new' })
    const guard = (etag: string) => ({ If: `<${FILES}/big> (["${etag}"])` })
    expect((await finish('7', 'big', guard('stale'))).status).toBe(412)
    expect((await finish('7', 'big', guard(server.tree.get('big').etag))).status).toBe(204)
    expect([server.tree.text('big'), server.tree.get('big').id]).toEqual(['new', id])
  })

  test('a transfer expires after a day of idleness', async () => {
    let now = 0
    await start({ now: () => now })
    await upload('7', { '1': 'a' })
    now += 25 * 3600 * 1000
    expect((await ask('PUT', `${UPLOADS}/7/2`, {}, 'b')).status).toBe(404)
  })
})

describe('bulk upload', () => {
  const part = (path: string, body: string, md5 = createHash('md5').update(body).digest('hex')): string =>
    `--xyz\r\nContent-Length: ${body.length}\r\nX-File-MD5: ${md5}\r\nX-File-Mtime: 77\r\nX-File-Path: ${path}\r\n\r\n${body}\r\n`
  const bulk = (body: string) =>
    ask('POST', '/remote.php/dav/bulk', { 'Content-Type': 'multipart/related; boundary="xyz"' }, `${body}--xyz--\r\n`)

  test('files are written, and each has its answer under its path', async () => {
    await start()
    const { status, text } = await bulk(part('/a.txt', 'hello\n') + part('/no/b', 'x'))
    expect(status).toBe(200)
    const reply = JSON.parse(text)
    expect(reply['/a.txt']).toMatchObject({ error: false, etag: server.tree.get('a.txt').etag })
    expect(reply['/no/b'].error).toBe(true)
    expect([server.tree.text('a.txt'), server.tree.get('a.txt').mtime]).toEqual(['hello\n', 77])
  })

  test('a wrong hash ends the request with 400 and what was done so far', async () => {
    await start()
    const { status, text } = await bulk(part('/a', '1') + part('/b', '2', '00') + part('/c', '3'))
    expect([status, Object.keys(JSON.parse(text)), server.tree.list()]).toEqual([400, ['/a'], ['a']])
  })
})

describe('the account and the whole server', () => {
  test('a wrong password is 401 with a challenge', async () => {
    await start()
    server.setPassword('alice', 'other')
    const { status, headers } = await propfind(`${FILES}/`, '0')
    expect([status, headers.get('www-authenticate')?.startsWith('Basic ')]).toEqual([401, true])
  })

  test('maintenance is 503 in the words of each product, and shows in status.php', async () => {
    for (const [flavour, exception] of [
      ['owncloud', 'Sabre\\DAV\\Exception\\ServiceUnavailable'],
      ['nextcloud', 'OCA\\DAV\\Exception\\ServerMaintenanceMode'],
    ] as const) {
      await start({ flavour })
      server.maintenance = true
      const { status, text } = await propfind(`${FILES}/`, '0')
      expect([status, text.includes(`>${exception}<`)]).toEqual([503, true])
      expect(JSON.parse((await ask('GET', '/status.php')).text)).toMatchObject({ installed: true, maintenance: true })
      if (flavour === 'owncloud') await server.stop()
    }
  })

  test('OCS wants its header, and tells the user and the capabilities', async () => {
    await start({ flavour: 'owncloud', base: '/cloud' })
    const ocs = (route: string, headers = { 'OCS-APIRequest': 'true' }) =>
      ask('GET', `/ocs/v1.php/cloud/${route}?format=json`, headers)
    expect((await ask('GET', '/ocs/v1.php/cloud/user?format=json')).status).toBe(412)
    expect(JSON.parse((await ocs('user')).text).ocs.data.id).toBe('alice')
    const { capabilities } = JSON.parse((await ocs('capabilities')).text).ocs.data
    expect(capabilities.core.status.version).toBe('10.15.0.2')
    expect(JSON.parse((await ocs('unknown')).text).ocs.meta.statuscode).toBe(404)
  })
})

describe('faults', () => {
  test('a lost reply leaves the work done, a cut request leaves nothing', async () => {
    await start()
    server.faults.add({ method: 'PUT', path: 'a', times: 1, act: { do: 'lose-reply' } })
    await expect(put('a', '1')).rejects.toThrow()
    expect(server.tree.text('a')).toBe('1')
    server.faults.add({ method: 'PUT', path: 'b', times: 1, act: { do: 'cut-request', bytes: 1 } })
    await expect(put('b', '123')).rejects.toThrow()
    expect(server.tree.find('b')).toBeUndefined()
    expect((await put('b', '123')).status).toBe(201)
  })

  test('a cut reply ends in the middle, a held request waits', async () => {
    await start()
    server.tree.put('a', 'x'.repeat(1000))
    server.faults.add({ method: 'GET', times: 1, act: { do: 'cut-reply', bytes: 10 } })
    await expect(ask('GET', `${FILES}/a`)).rejects.toThrow()
    const hold = server.faults.add({ method: 'GET', act: { do: 'hold' } })
    const asked = ask('GET', `${FILES}/a`)
    await hold.reached
    server.tree.put('a', 'later')
    hold.release()
    expect((await asked).text).toBe('later')
  })

  test('replies can be replaced, truncated and thinned out', async () => {
    await start()
    server.tree.put('a', '1')
    server.faults.add({ method: 'PROPFIND', times: 1, act: { do: 'reply', reply: htmlLoginPage() } })
    expect((await propfind(`${FILES}/`, '1')).text).toContain('<html>')
    server.faults.add({ method: 'PROPFIND', times: 1, act: { do: 'edit', edit: truncated(100) } })
    expect((await propfind(`${FILES}/`, '1')).text).toHaveLength(100)
    server.faults.add({ times: 1, act: { do: 'edit', edit: withoutProperty('oc:id', '/a') } })
    expect((await propfind(`${FILES}/`, '1')).text.match(/<oc:id>/g)).toHaveLength(1)
  })
})
