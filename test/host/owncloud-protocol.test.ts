// What the clients of ownCloud and Nextcloud ask for, request by request, and what they must be told.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Path } from '../../src/model/path.ts'
import { allOf, askHost, FILES, md5, ocs, propfind, sha1, UPLOADS } from './ask-host.ts'
import { contentsOf, homeOf } from './host-tree.ts'
import { basic, PASSWORD, startHost, type TestHost } from './start-host.ts'

let host: TestHost
let ahead = 0

beforeAll(async () => {
  host = await startHost({ now: () => Date.now() + ahead })
})

afterAll(async () => {
  expect(host.complaints).toEqual([])
  await host.stop()
})

const put = (name: string, body: string, headers: Record<string, string> = {}) =>
  askHost(host, 'PUT', `${FILES}/${name}`, { body, headers })

describe('the server says of itself', () => {
  test('that it is there, to anybody', async () => {
    const { status, headers, text } = await askHost(host, 'GET', '/status.php', { authorization: '' })
    expect([status, headers['access-control-allow-origin']]).toEqual([200, '*'])
    expect(JSON.parse(text)).toMatchObject({ installed: true, maintenance: false, needsDbUpgrade: false })
    expect(JSON.parse(text).version).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
  })

  test('what it can do, with its status in it', async () => {
    const { json } = await ocs(host, 'v1.php/cloud/capabilities')
    expect(json.ocs.meta).toMatchObject({ status: 'ok', statuscode: 100 })
    expect(json.ocs.data).toMatchObject({
      capabilities: {
        core: { status: { installed: true }, 'webdav-root': 'remote.php/webdav' },
        dav: { chunking: '1.0' },
        checksums: { supportedTypes: ['SHA1', 'SHA256', 'MD5', 'ADLER32'], preferredUploadType: 'SHA1' },
        files: { bigfilechunking: true, undelete: true, versioning: true },
        notify_push: { endpoints: { websocket: `ws://127.0.0.1:${host.port}/push/ws` } },
      },
    })
    expect((await ocs(host, 'v2.php/cloud/capabilities')).json.ocs.meta).toMatchObject({ statuscode: 200 })
  })

  test('to strangers only how to sign in', async () => {
    const { status, json } = await ocs(host, 'v2.php/cloud/capabilities', { authorization: '' })
    expect([status, Object.keys((json.ocs.data as { capabilities: object }).capabilities).sort()]).toEqual([
      200,
      ['core', 'theming'],
    ])
  })

  test.each([
    ['Mozilla/5.0 (Linux) mirall/3.7.3git (nextcloudcmd, debian)', undefined],
    ['Mozilla/5.0 (Linux) mirall/2.11.0 (owncloudcmd, debian)', undefined],
    ['Mozilla/5.0 (Linux) mirall/6.0.1 (ownCloud, debian)', undefined],
    ['Mozilla/5.0 (Linux) mirall/3.9.0 (Nextcloud, debian)', undefined],
    ['Mozilla/5.0 (Linux) mirall/3.16.0git (Nextcloud, debian)', '1.0'],
    ['Syncline', '1.0'],
    ['curl/8', undefined],
  ])('the bulk upload to those whose empty files it takes: %s', async (agent, offered) => {
    const { json } = await ocs(host, 'v1.php/cloud/capabilities', { headers: { 'User-Agent': agent } })
    const data = json.ocs.data as { capabilities: { dav: { bulkupload?: string } } }
    expect(data.capabilities.dav.bulkupload).toBe(offered)
  })

  test('where its collections are', async () => {
    const { status, text } = await propfind(
      host,
      '/remote.php/dav/',
      ['d:current-user-principal', 'd:resourcetype'],
      '1',
    )
    expect(status).toBe(207)
    expect(text).toContain('<d:href>/remote.php/dav/principals/users/alice/</d:href>')
    expect(text).toContain('<d:href>/remote.php/dav/trashbin/</d:href>')
    const principal = await propfind(host, '/remote.php/dav/principals/users/alice', [
      'd:displayname',
      'd:resourcetype',
    ])
    expect(principal.text).toContain('<d:displayname>Alice</d:displayname>')
    const moved = await askHost(host, 'GET', '/.well-known/caldav', { authorization: '' })
    expect([moved.status, moved.headers['location']]).toEqual([301, `${host.url}/remote.php/dav/`])
  })

  test('the few things a window asks for', async () => {
    expect((await askHost(host, 'GET', '/index.php/204', { authorization: '' })).status).toBe(204)
    for (const path of ['/index.php/avatar/alice/64', '/index.php/core/preview?fileId=1', '/index.php/core/wipe/check'])
      expect([(await askHost(host, 'POST', path)).status, (await askHost(host, 'GET', path)).text]).toEqual([404, '[]'])
  })
})

describe('the OCS interface', () => {
  test('tells who one is, in JSON and in XML', async () => {
    const { json } = await ocs(host, 'v1.php/cloud/user')
    expect(json.ocs.data).toMatchObject({ id: 'alice', 'display-name': 'Alice', quota: { free: -3 } })
    expect((await ocs(host, 'v2.php/cloud/users/alice')).json.ocs.data).toMatchObject({ id: 'alice' })
    const xml = await askHost(host, 'GET', '/ocs/v1.php/cloud/user', { headers: { 'OCS-APIRequest': 'true' } })
    expect(xml.headers['content-type']).toContain('xml')
    expect(xml.text).toContain('<statuscode>100</statuscode>')
    expect(xml.text).toContain('<id>alice</id>')
  })

  test('tells of others no more than of nobody', async () => {
    await host.accounts.users.add({ name: 'carol', password: PASSWORD })
    const [carol, nobody] = [await ocs(host, 'v2.php/cloud/users/carol'), await ocs(host, 'v2.php/cloud/users/nobody')]
    expect([carol.status, carol.text]).toEqual([nobody.status, nobody.text])
    expect(carol.status).toBe(404)
  })

  test('wants its header, knows its routes, and says so properly', async () => {
    expect((await askHost(host, 'GET', '/ocs/v1.php/cloud/user?format=json')).status).toBe(412)
    for (const version of ['v1.php', 'v2.php']) {
      const { status, json } = await ocs(host, `${version}/apps/notifications/api/v2/notifications`)
      expect([status, json.ocs.meta]).toEqual([404, expect.objectContaining({ status: 'failure', statuscode: 404 })])
      expect(json.ocs.data).toEqual([])
    }
    const { status, json } = await ocs(host, 'v2.php/cloud/user', { authorization: basic('alice', 'wrong') })
    expect([status, json.ocs.meta['statuscode']]).toEqual([401, 997])
  })

  test('gives a password for an app, which works everywhere until it is given back', async () => {
    const { json } = await ocs(host, 'v2.php/core/getapppassword', { headers: { 'User-Agent': 'My phone' } })
    const { apppassword } = json.ocs.data as { apppassword: string }
    expect(host.accounts.appPasswords.list(host.alice.id).map(({ label }) => label)).toEqual(['My phone'])
    for (const authorization of [basic('alice', apppassword), `Bearer ${apppassword}`]) {
      expect(
        (await askHost(host, 'PROPFIND', '/remote.php/webdav/', { authorization, headers: { Depth: '0' } })).status,
      ).toBe(207)
      // It makes no other one: to give it back would end nothing.
      expect((await ocs(host, 'v2.php/core/getapppassword', { authorization })).status).toBe(403)
    }
    const authorization = basic('alice', apppassword)
    expect((await ocs(host, 'v2.php/core/apppassword', { method: 'DELETE', authorization })).status).toBe(200)
    expect((await ocs(host, 'v2.php/cloud/user', { authorization })).status).toBe(401)
  })
})

describe('files', () => {
  test('a listing shows what clients need of each, itself first', async () => {
    await put('l.txt', 'listed', { 'X-OC-Mtime': '1700000000', 'OC-Checksum': `SHA1:${sha1('listed')}` })
    const names = [
      'd:resourcetype',
      'd:getlastmodified',
      'd:getcontentlength',
      'd:getetag',
      'oc:size',
      'oc:id',
      'oc:fileid',
      'oc:downloadURL',
      'oc:permissions',
      'oc:checksums',
      'oc:share-types',
      'oc:data-fingerprint',
      'oc:owner-id',
      'oc:favorite',
      'nc:has-preview',
    ]
    const { status, headers, text } = await propfind(host, FILES, names, '1')
    expect([status, headers['content-type']]).toEqual([207, 'application/xml; charset=utf-8'])
    expect(allOf(text, 'd:href')[0]).toBe(`${FILES}/`)
    const [root = '', ...children] = allOf(text, 'd:response')
    expect(root).toContain('<oc:permissions>GDNVCK</oc:permissions>')
    expect(root).toContain('<oc:data-fingerprint/>')
    const file = children.find(child => child.includes('/l.txt<')) ?? ''
    for (const part of [
      '<oc:permissions>GDNVW</oc:permissions>',
      '<d:getcontentlength>6</d:getcontentlength>',
      '<oc:size>6</oc:size>',
      `<oc:checksum>SHA1:${sha1('listed')}</oc:checksum>`,
      'Tue, 14 Nov 2023 22:13:20 GMT',
      '<oc:owner-id>alice</oc:owner-id>',
    ])
      expect(file).toContain(part)
    expect(file).toMatch(/<oc:id>\d{8,}sl[0-9a-f]{10}<\/oc:id>/)
    expect(file).toMatch(/<d:getetag>&quot;[\w-]+&quot;<\/d:getetag>/)
    expect(file.match(/200 OK/g)).toHaveLength(1)
    expect(file).toContain('<oc:downloadURL/>')
  })

  test('an upload is told how it went, and a download what it is', async () => {
    const made = await put('t.txt', 'hello', { 'X-OC-Mtime': '1700000001', 'OC-Checksum': `MD5:${md5('hello')}` })
    expect(made).toMatchObject({ status: 201, headers: { 'x-oc-mtime': 'accepted', 'content-length': '0' } })
    expect(made.headers['oc-etag']).toBe(made.headers['etag'])
    const again = await put('t.txt', 'hello, again', { 'If-Match': String(made.headers['etag']) })
    expect([again.status, again.headers['oc-fileid']]).toEqual([204, made.headers['oc-fileid']])
    expect(again.headers['etag']).not.toBe(made.headers['etag'])
    expect((await put('t.txt', 'late', { 'If-Match': String(made.headers['etag']) })).status).toBe(412)
    const read = await askHost(host, 'GET', `${FILES}/t.txt`)
    expect(read).toMatchObject({
      text: 'hello, again',
      headers: {
        'oc-checksum': `SHA1:${sha1('hello, again')}`,
        'oc-fileid': made.headers['oc-fileid'],
        etag: again.headers['etag'],
      },
    })
    expect(read.headers['content-disposition']).toContain('attachment')
    expect(read.headers['content-security-policy']).toContain('sandbox')
    const range = await askHost(host, 'GET', `${FILES}/t.txt`, { headers: { Range: 'bytes=7-' } })
    expect([range.status, range.text]).toEqual([206, 'again'])
  })

  test.each(['SHA1:', 'MD5:', 'SHA256:', 'ADLER32:'])(
    'bytes that are not what %s says are refused, and nothing is stored',
    async kind => {
      const wrong = kind + 'f'.repeat({ 'SHA1:': 40, 'MD5:': 32, 'SHA256:': 64, 'ADLER32:': 8 }[kind] ?? 0)
      const { status, text } = await put(`wrong-${kind.slice(0, 3)}`, 'hello', { 'OC-Checksum': wrong })
      expect(status).toBe(400)
      expect(text).toContain('<s:exception>Sabre\\DAV\\Exception\\BadRequest</s:exception>')
      expect((await askHost(host, 'GET', `${FILES}/wrong-${kind.slice(0, 3)}`)).status).toBe(404)
      expect((await put('t.txt', 'hello', { 'OC-Checksum': wrong })).status).toBe(400)
      expect((await askHost(host, 'GET', `${FILES}/t.txt`)).text).toBe('hello, again')
    },
  )

  test('statuses are those that clients demand', async () => {
    expect((await askHost(host, 'MKCOL', `${FILES}/dir`)).status).toBe(201)
    expect((await askHost(host, 'MKCOL', `${FILES}/dir`)).status).toBe(405)
    expect((await askHost(host, 'MKCOL', `${FILES}/no/dir`)).status).toBe(409)
    await put('dir/f', 'x')
    const moved = await askHost(host, 'MOVE', `${FILES}/dir`, { headers: { Destination: `${FILES}/dir2` } })
    expect([moved.status, typeof moved.headers['oc-fileid']]).toEqual([201, 'string'])
    // A full address too, by any port, and without its slash; a name in other letters of the encoding.
    const headers = { Destination: `http://127.0.0.1:1/remote.php/webdav/d%69r3` }
    expect((await askHost(host, 'MOVE', `${FILES}/dir2/`, { headers })).status).toBe(502)
    const sane = { Destination: `http://127.0.0.1:1${FILES}/d%69r3` }
    expect((await askHost(host, 'MOVE', `${FILES}/dir2`, { headers: sane })).status).toBe(201)
    expect((await askHost(host, 'DELETE', `${FILES}/dir3`)).status).toBe(204)
    expect((await askHost(host, 'DELETE', `${FILES}/dir3`)).status).toBe(404)
    expect((await put('no/parent', 'x')).status).toBe(409)
    const named = await put(`${'n'.repeat(300)}`, 'x')
    expect([named.status, named.text.includes('InvalidPath')]).toEqual([400, true])
  })

  test('a change below shows in every directory above, and nowhere else', async () => {
    await askHost(host, 'MKCOL', `${FILES}/e`)
    await askHost(host, 'MKCOL', `${FILES}/e/f`)
    await askHost(host, 'MKCOL', `${FILES}/other`)
    const etags = async () => {
      const found = []
      for (const place of ['', '/e', '/e/f', '/other'])
        found.push(allOf((await propfind(host, FILES + place, ['d:getetag'])).text, 'd:getetag')[0])
      return found
    }
    const before = await etags()
    await put('e/f/deep', 'x')
    const after = await etags()
    expect(after.map((etag, i) => etag !== before[i])).toEqual([true, true, true, false])
  })

  test('favourites are marked and found', async () => {
    await put('fav.txt', 'x')
    const body =
      '<d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:set><d:prop><oc:favorite>1</oc:favorite></d:prop></d:set></d:propertyupdate>'
    expect((await askHost(host, 'PROPPATCH', `${FILES}/fav.txt`, { body })).text).toContain('200 OK')
    const report =
      '<oc:filter-files xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><oc:id/><oc:favorite/></d:prop><oc:filter-rules><oc:favorite>1</oc:favorite></oc:filter-rules></oc:filter-files>'
    const { status, text } = await askHost(host, 'REPORT', FILES, { body: report })
    expect([status, allOf(text, 'd:href'), allOf(text, 'oc:favorite')]).toEqual([207, [`${FILES}/fav.txt`], ['1']])
  })

  test('the time of a file can be set alone, but not by the property of the standard', async () => {
    const patch = (name: string, value: string) =>
      `<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><d:${name}>${value}</d:${name}></d:prop></d:set></d:propertyupdate>`
    const set = await askHost(host, 'PROPPATCH', `${FILES}/fav.txt`, { body: patch('lastmodified', '1600000000') })
    expect(set.text).toContain('200 OK')
    const home = await homeOf(host)
    expect((await home.find('fav.txt' as Path))?.mtimeMs).toBe(1_600_000_000_000)
    const refused = await askHost(host, 'PROPPATCH', `${FILES}/fav.txt`, { body: patch('getlastmodified', 'x') })
    expect(refused.text).toContain('403')
  })

  test('a locked file is told as such', async () => {
    await put('locked', 'x')
    const lock =
      '<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>'
    const { headers } = await askHost(host, 'LOCK', `${FILES}/locked`, {
      body: lock,
      headers: { Timeout: 'Second-60' },
    })
    const { status, text } = await put('locked', 'y')
    expect([status, text.includes('Exception\\FileLocked<')]).toEqual([423, true])
    expect(text).not.toContain(String(headers['lock-token']).replace(/[<>]/g, ''))
    expect(
      (await askHost(host, 'UNLOCK', `${FILES}/locked`, { headers: { 'Lock-Token': String(headers['lock-token']) } }))
        .status,
    ).toBe(204)
  })
})

describe('uploads in chunks', () => {
  const begin = (id: string, total?: number) =>
    askHost(
      host,
      'MKCOL',
      `${UPLOADS}/${id}`,
      total === undefined ? {} : { headers: { 'OC-Total-Length': String(total) } },
    )
  const chunk = (id: string, name: string, body: string) => askHost(host, 'PUT', `${UPLOADS}/${id}/${name}`, { body })
  const join = (id: string, to: string, headers: Record<string, string> = {}) =>
    askHost(host, 'MOVE', `${UPLOADS}/${id}/.file`, { headers: { Destination: `${FILES}/${to}`, ...headers } })

  test.each([
    ['numbers', ['0000000000000000', '0000000000000001', '0000000000000002']],
    ['offsets', ['0', '2', '10']],
    ['counts', ['1', '2', '10']],
    ['ranges of another program', ['chunk-9', 'chunk-10', 'chunk-100']],
    ['odd names', ['a 1', 'a 2', 'ü']],
  ])('are put together by names that are %s', async (kind, names) => {
    const id = kind.replace(/ /g, '-')
    expect((await begin(id, 6)).status).toBe(201)
    expect((await begin(id, 6)).status).toBe(405)
    for (const at of [2, 0, 1])
      expect((await chunk(id, encodeURIComponent(names[at] ?? ''), `${at}${at}`)).status).toBe(201)
    const { text } = await propfind(host, `${UPLOADS}/${id}`, ['d:getcontentlength', 'd:resourcetype'], '1')
    expect(allOf(text, 'd:getcontentlength')).toEqual(['2', '2', '2'])
    const joined = await join(id, `joined-${id}`, {
      'OC-Total-Length': '6',
      'X-OC-Mtime': '1700000002',
      'OC-Checksum': `SHA1:${sha1('001122')}`,
    })
    expect(joined).toMatchObject({ status: 201, headers: { 'x-oc-mtime': 'accepted' } })
    expect(joined.headers['oc-fileid']).toBeDefined()
    expect((await askHost(host, 'GET', `${FILES}/joined-${id}`)).text).toBe('001122')
    expect((await propfind(host, `${UPLOADS}/${id}`, ['d:resourcetype'])).status).toBe(404)
  })

  test('replace a file only in the state that was seen, and keep its id', async () => {
    const made = await put('big', 'old')
    await begin('9', 3)
    await chunk('9', '1', 'new')
    const tagged = (etag: unknown) => ({ If: `<${FILES}/big> ([${String(etag)}])` })
    expect((await join('9', 'big', tagged('"another"'))).status).toBe(412)
    expect((await join('9', 'big', { Overwrite: 'F' })).status).toBe(412)
    const joined = await join('9', 'big', tagged(made.headers['etag']))
    expect([joined.status, joined.headers['oc-fileid']]).toEqual([204, made.headers['oc-fileid']])
    expect((await askHost(host, 'GET', `${FILES}/big`)).text).toBe('new')
  })

  test('that do not add up are refused, and nothing is stored', async () => {
    await begin('10', 10)
    await chunk('10', '1', 'five!')
    const short = await join('10', 'sum', { 'OC-Total-Length': '10' })
    expect([short.status, short.text.includes('Chunks on server do not sum up to 10 but to 5 bytes')]).toEqual([
      400,
      true,
    ])
    await chunk('10', '2', 'five?')
    expect((await join('10', 'sum', { 'OC-Total-Length': '10', 'OC-Checksum': `SHA1:${'0'.repeat(40)}` })).status).toBe(
      400,
    )
    expect((await askHost(host, 'GET', `${FILES}/sum`)).status).toBe(404)
    expect((await join('nothing', 'sum')).status).toBe(404)
    expect((await join('10', '')).status).toBeGreaterThanOrEqual(400)
  })

  test('outlive a restart, and are given up after a day', async () => {
    await begin('11', 6)
    await chunk('11', '1', 'one')
    await host.restart()
    expect((await propfind(host, `${UPLOADS}/11`, ['d:getcontentlength'], '1')).text).toContain(
      '<d:getcontentlength>3<',
    )
    await host.host.sweep(new AbortController().signal)
    expect((await propfind(host, `${UPLOADS}/11`, ['d:getcontentlength'])).status).toBe(207)
    ahead = 25 * 60 * 60 * 1000
    await host.host.sweep(new AbortController().signal)
    ahead = 0
    expect((await propfind(host, `${UPLOADS}/11`, ['d:getcontentlength'])).status).toBe(404)
  })

  test('can be taken back, one or all', async () => {
    await begin('12')
    await chunk('12', '1', 'one')
    expect((await askHost(host, 'DELETE', `${UPLOADS}/12/1`)).status).toBe(204)
    expect((await askHost(host, 'DELETE', `${UPLOADS}/12/1`)).status).toBe(404)
    expect((await askHost(host, 'DELETE', `${UPLOADS}/12`)).status).toBe(204)
    expect((await chunk('12', '1', 'late')).status).toBe(404)
  })

  test('are refused at once where there is no room, and so is a file', async () => {
    const dave = await host.accounts.users.add({ name: 'dave', password: PASSWORD, quotaBytes: 100 })
    const authorization = basic('dave')
    const at = '/remote.php/dav/uploads/dave/1'
    const large = await askHost(host, 'MKCOL', at, { authorization, headers: { 'OC-Total-Length': '101' } })
    expect([large.status, large.text.includes('InsufficientStorage')]).toEqual([507, true])
    expect((await askHost(host, 'MKCOL', at, { authorization, headers: { 'OC-Total-Length': '100' } })).status).toBe(
      201,
    )
    expect((await askHost(host, 'PUT', `${at}/1`, { authorization, body: 'x'.repeat(60) })).status).toBe(201)
    expect((await askHost(host, 'PUT', `${at}/2`, { authorization, body: 'x'.repeat(60) })).status).toBe(507)
    expect((await askHost(host, 'PUT', '/remote.php/webdav/f', { authorization, body: 'x'.repeat(101) })).status).toBe(
      507,
    )
    host.accounts.users.change(dave.id, { quotaBytes: 1000 })
    expect((await askHost(host, 'PUT', '/remote.php/webdav/f', { authorization, body: 'x'.repeat(101) })).status).toBe(
      201,
    )
  })
})

describe('the bulk upload', () => {
  const part = (path: string, text: string, more = `X-File-MD5: ${md5(text)}`): string =>
    `--b.o\r\nContent-Length: ${Buffer.byteLength(text)}\r\nContent-Type: application/octet-stream\r\n${more}\r\nX-File-Mtime: 1700000003\r\nX-File-Path: ${path}\r\n\r\n${text}\r\n`
  const bulk = (body: string) =>
    askHost(host, 'POST', '/remote.php/dav/bulk', {
      headers: { 'Content-Type': 'multipart/related; boundary="b.o"' },
      body,
    })

  test('stores many, and tells of each', async () => {
    await askHost(host, 'MKCOL', `${FILES}/bulk`)
    const texts = Array.from({ length: 60 }, (_, i) => `--b.o\r\n text ${i}`)
    const parts = texts.map((text, i) => part(`/bulk/${i} ü.txt`, text))
    const { status, text } = await bulk(
      `${parts.join('')}${part('/bulk/empty', '')}${part('/bulk/0 ü.txt', 'the last one')}${part('/no/where', 'x')}--b.o--\r\n`,
    )
    const told = JSON.parse(text) as Record<
      string,
      { error: boolean; etag: string; fileid: string; permissions: string }
    >
    expect([status, Object.keys(told).length, told['/no/where']?.error]).toEqual([200, 62, true])
    expect(told['/bulk/1 ü.txt']).toEqual({
      error: false,
      etag: expect.stringMatching(/^[\w-]+$/),
      fileid: expect.stringMatching(/^\d+sl/),
      permissions: 'GDNVW',
    })
    const home = await homeOf(host)
    const stored = await contentsOf(home, 'bulk' as Path)
    expect(Object.keys(stored)).toHaveLength(61)
    const latin = (written: string) => Buffer.from(written).toString('latin1')
    expect([stored['bulk/empty'], stored['bulk/0 ü.txt'], stored['bulk/7 ü.txt']]).toEqual([
      '',
      'the last one',
      latin(texts[7] ?? ''),
    ])
    expect((await home.find('bulk/empty' as Path))?.mtimeMs).toBe(1_700_000_003_000)
  })

  test('refuses wrong sums alone, and what is cut off with all that follows', async () => {
    const wrong = await bulk(
      `${part('/w1', 'x', `OC-Checksum: sha1:${'0'.repeat(40)}`)}${part('/w2', 'x', `OC-Checksum: sha1:${sha1('x')}`)}--b.o--\r\n`,
    )
    expect(JSON.parse(wrong.text)).toMatchObject({ '/w1': { error: true }, '/w2': { error: false } })
    for (const rest of [
      '--b.o\r\nContent-Length: 99\r\nX-File-MD5: x\r\nX-File-Path: /cut\r\n\r\nshort',
      'no boundary\r\n',
      '--b.o\r\nX-File-Path: /c\r\n\r\n',
      part('/nosum', 'x', 'X-Nothing: 1'),
    ]) {
      const cut = await bulk(part('/w3', 'y') + rest)
      expect([cut.status, Object.keys(JSON.parse(cut.text))]).toEqual([400, ['/w3']])
    }
    expect((await bulk('')).status).toBe(400)
    const home = await contentsOf(await homeOf(host))
    expect(['w1', 'w2', 'w3', 'cut'].map(name => home[name])).toEqual([undefined, 'x', 'y', undefined])
  })
})

describe('what was deleted or replaced', () => {
  const TRASH = '/remote.php/dav/trashbin/alice'

  test('is in the trash bin, with where it was, and comes back with its id', async () => {
    await askHost(host, 'MKCOL', `${FILES}/tr`)
    const made = await put('tr/x%20&%20y.txt', 'deleted')
    await askHost(host, 'DELETE', `${FILES}/tr/x%20&%20y.txt`)
    const names = [
      'nc:trashbin-filename',
      'nc:trashbin-original-location',
      'nc:trashbin-deletion-time',
      'oc:permissions',
      'd:getcontentlength',
      'oc:id',
    ]
    const { text } = await propfind(host, `${TRASH}/trash`, names, '1')
    const entry = allOf(text, 'd:response').find(each => each.includes('x &amp; y.txt')) ?? ''
    expect(entry).toContain('<nc:trashbin-original-location>tr/x &amp; y.txt</nc:trashbin-original-location>')
    expect(entry).toContain(`<oc:id>${made.headers['oc-fileid']}</oc:id>`)
    const href = allOf(entry, 'd:href')[0] ?? ''
    expect(href).toMatch(/\.d\d+$/)
    expect((await askHost(host, 'GET', href)).text).toBe('deleted')
    expect((await askHost(host, 'MOVE', href, { headers: { Destination: `${FILES}/x` } })).status).toBe(403)
    expect(
      (await askHost(host, 'MOVE', href, { headers: { Destination: `${host.url}${TRASH}/restore/any` } })).status,
    ).toBe(201)
    expect((await askHost(host, 'GET', `${FILES}/tr/x%20%26%20y.txt`)).headers['oc-fileid']).toBe(
      made.headers['oc-fileid'],
    )
  })

  test('comes back for older clients when it is moved to where it is to be', async () => {
    await put('tr/old', 'for older clients')
    await askHost(host, 'DELETE', `${FILES}/tr/old`)
    const { text } = await propfind(host, '/remote.php/dav/trash-bin/alice', ['oc:trashbin-original-location'], '1')
    const href = allOf(allOf(text, 'd:response').find(each => each.includes('tr/old')) ?? '', 'd:href')[0] ?? ''
    expect((await askHost(host, 'MOVE', href, { headers: { Destination: `${FILES}/tr/elsewhere` } })).status).toBe(201)
    expect((await askHost(host, 'GET', `${FILES}/tr/elsewhere`)).text).toBe('for older clients')
  })

  test('goes for good, one or all', async () => {
    await put('tr/a', '1')
    await put('tr/b', '2')
    await askHost(host, 'DELETE', `${FILES}/tr/a`)
    await askHost(host, 'DELETE', `${FILES}/tr/b`)
    const hrefs = async () =>
      allOf((await propfind(host, `${TRASH}/trash/`, ['d:getetag'], '1')).text, 'd:href').slice(1)
    const [first = '', ...others] = await hrefs()
    expect((await askHost(host, 'DELETE', first)).status).toBe(204)
    expect((await askHost(host, 'DELETE', first)).status).toBe(404)
    expect(await hrefs()).toEqual(others)
    expect((await askHost(host, 'DELETE', `${TRASH}/trash`)).status).toBe(204)
    expect(await hrefs()).toEqual([])
  })

  test('is a version, which is read and comes back', async () => {
    const made = await put('v.txt', 'one', { 'X-OC-Mtime': '1700000010' })
    await put('v.txt', 'two', { 'X-OC-Mtime': '1700000020' })
    const id = String(made.headers['oc-fileid'])
    const versions = '/remote.php/dav/versions/alice'
    const list = async (at: string) =>
      allOf((await propfind(host, at, ['d:getcontentlength'], '1')).text, 'd:href').slice(1)
    const [, old = ''] = await list(`${versions}/versions/${id}`)
    expect(await list(`${versions}/versions/${Number.parseInt(id, 10)}`)).toHaveLength(2)
    expect((await askHost(host, 'GET', old)).text).toBe('one')
    expect((await askHost(host, 'COPY', old, { headers: { Destination: `${versions}/restore/x` } })).status).toBe(403)
    expect((await askHost(host, 'MOVE', old, { headers: { Destination: `${versions}/restore/x` } })).status).toBe(201)
    const read = await askHost(host, 'GET', `${FILES}/v.txt`)
    expect([read.text, read.headers['oc-fileid']]).toEqual(['one', id])
    const meta = await list(`/remote.php/dav/meta/${id}/v`)
    const two = []
    for (const href of meta) if ((await askHost(host, 'GET', href)).text === 'two') two.push(href)
    expect(two).toHaveLength(1)
    expect((await askHost(host, 'COPY', two[0] ?? '', { headers: { Destination: `${FILES}/v.txt` } })).status).toBe(204)
    expect((await askHost(host, 'GET', `${FILES}/v.txt`)).text).toBe('two')
    expect((await propfind(host, `${versions}/versions/${id}other`, [], '1')).status).toBe(404)
  })
})

describe('maintenance', () => {
  test('is told in the words that stop a run, and status.php goes on', async () => {
    host.host.setMaintenance('on')
    const dav = await propfind(host, FILES, ['d:getetag'])
    expect([dav.status, dav.headers['x-nextcloud-maintenance-mode']]).toEqual([503, '1'])
    expect(dav.text).toContain('>Sabre\\DAV\\Exception\\ServiceUnavailable<')
    const { status, json } = await ocs(host, 'v1.php/cloud/user')
    expect([status, json.ocs.meta['statuscode']]).toEqual([503, 503])
    expect(JSON.parse((await askHost(host, 'GET', '/status.php')).text)).toMatchObject({ maintenance: true })
    expect((await put('m', 'x')).status).toBe(503)
    host.host.setMaintenance('off')
    expect((await askHost(host, 'GET', `${FILES}/m`)).status).toBe(404)
  })
})

test('after a backup was brought back, clients see another fingerprint, also after a restart', async () => {
  const fingerprint = async () =>
    (await propfind(host, FILES, ['oc:data-fingerprint'])).text.match(/<oc:data-fingerprint>(\w+)</)?.[1]
  expect(await fingerprint()).toBeUndefined()
  host.host.restoredFromBackup()
  const first = await fingerprint()
  await host.restart()
  expect([typeof first, await fingerprint()]).toEqual(['string', first])
})
