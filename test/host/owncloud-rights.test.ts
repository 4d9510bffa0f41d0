// Rights: every method, by every way to the files, in a folder that may only be read; and nothing of anybody else's by any of them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Path } from '../../src/model/path.ts'
import type { Space } from '../../src/store/space.ts'
import { type Asking, askHost, FILES, md5, propfind, sha1, UPLOADS } from './ask-host.ts'
import { contentsOf, homeOf, putText } from './host-tree.ts'
import { basic, PASSWORD, startHost, type TestHost } from './start-host.ts'

const SIGNAL = new AbortController().signal
const ROOTS = [
  '/remote.php/dav/files/alice',
  '/remote.php/webdav',
  '/remote.php/dav/files/ALICE',
  '/remote.php/dav/files/%61lice',
]

let host: TestHost
let folder: Space
let before: Record<string, string | null>
let trashedId: string

beforeAll(async () => {
  host = await startHost()
  folder = await host.addFolder('shared', { 'doc.txt': 'one', 'sub/deep.txt': 'deep', gone: 'was deleted' })
  await putText(folder, 'doc.txt', 'two')
  await folder.change({ do: 'trash', at: 'gone' as Path, when: 'any' }, SIGNAL)
  for await (const page of folder.trash.list()) trashedId = page[0]?.id ?? ''
  host.accounts.grants.put({ user: host.alice.id, folder: 'shared', rights: 'read', mount: 'Shared' })
  await host.accounts.users.add({ name: 'bob', password: PASSWORD })
  await askHost(host, 'PUT', '/remote.php/webdav/mine', { body: 'of bob', authorization: basic('bob') })
  await askHost(host, 'PUT', `${FILES}/own`, { body: 'of alice' })
  before = await contentsOf(folder)
})

afterAll(() => host.stop())

const PROPPATCH = (name: string) =>
  `<d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:x="x:"><d:set><d:prop>${name}</d:prop></d:set></d:propertyupdate>`
const LOCK =
  '<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>'

describe.each(ROOTS)('in a folder for reading, by %s', root => {
  const at = (name: string): string => `${root}/Shared${name}`
  const to = (name: string): Asking => ({ headers: { Destination: at(name) } })
  const attempts: [string, string, () => ReturnType<typeof askHost>][] = [
    ['PUT', 'over a file', () => askHost(host, 'PUT', at('/doc.txt'), { body: 'x' })],
    ['PUT', 'of a new file', () => askHost(host, 'PUT', at('/new'), { body: 'x' })],
    ['PUT', 'over the folder', () => askHost(host, 'PUT', at(''), { body: 'x' })],
    ['MKCOL', 'of a new directory', () => askHost(host, 'MKCOL', at('/new'))],
    ['DELETE', 'of a file', () => askHost(host, 'DELETE', at('/doc.txt'))],
    ['DELETE', 'of a directory', () => askHost(host, 'DELETE', at('/sub'))],
    ['DELETE', 'of the folder', () => askHost(host, 'DELETE', at(''))],
    ['MOVE', 'inside', () => askHost(host, 'MOVE', at('/doc.txt'), to('/other'))],
    ['MOVE', 'out', () => askHost(host, 'MOVE', at('/doc.txt'), { headers: { Destination: `${root}/taken` } })],
    ['MOVE', 'in', () => askHost(host, 'MOVE', `${root}/own`, to('/own'))],
    ['MOVE', 'over', () => askHost(host, 'MOVE', `${root}/own`, to('/doc.txt'))],
    ['MOVE', 'of the folder', () => askHost(host, 'MOVE', at(''), { headers: { Destination: `${root}/Mine` } })],
    ['COPY', 'in', () => askHost(host, 'COPY', `${root}/own`, to('/own'))],
    ['COPY', 'over', () => askHost(host, 'COPY', `${root}/own`, to('/doc.txt'))],
    ['COPY', 'inside', () => askHost(host, 'COPY', at('/doc.txt'), to('/copy'))],
    ['LOCK', 'of a file', () => askHost(host, 'LOCK', at('/doc.txt'), { body: LOCK })],
    ['LOCK', 'of a new name', () => askHost(host, 'LOCK', at('/locked'), { body: LOCK })],
  ]
  test.each(attempts)('%s %s is refused', async (_, __, attempt) => {
    const { status } = await attempt()
    expect([403, 405]).toContain(status)
    expect(await contentsOf(folder)).toEqual(before)
    expect((await askHost(host, 'GET', `${root}/own`)).text).toBe('of alice')
  })

  test.each(['<d:lastmodified>5</d:lastmodified>', '<x:note>x</x:note>'])('PROPPATCH of %s is refused', async name => {
    const answer = await askHost(host, 'PROPPATCH', at('/doc.txt'), { body: PROPPATCH(name) })
    expect(answer.text + answer.status).toMatch(/403/)
    expect((await folder.find('doc.txt' as Path))?.mtimeMs).toBeGreaterThan(1e12)
    expect(await folder.properties((await folder.find('doc.txt' as Path))?.id ?? (0 as never))).toEqual(new Map())
  })

  test('a chunked upload into it is refused', async () => {
    await askHost(host, 'MKCOL', `${UPLOADS}/1`)
    await askHost(host, 'PUT', `${UPLOADS}/1/1`, { body: 'x' })
    for (const name of ['/doc.txt', '/new', ''])
      expect([403, 405]).toContain((await askHost(host, 'MOVE', `${UPLOADS}/1/.file`, to(name))).status)
    await askHost(host, 'DELETE', `${UPLOADS}/1`)
    expect(await contentsOf(folder)).toEqual(before)
  })

  test('reading it is allowed, and so is marking it as a favourite', async () => {
    expect((await askHost(host, 'GET', at('/doc.txt'))).text).toBe('two')
    expect((await askHost(host, 'HEAD', at('/doc.txt'))).status).toBe(200)
    expect((await askHost(host, 'COPY', at('/doc.txt'), { headers: { Destination: `${root}/copied` } })).status).toBe(
      201,
    )
    expect((await askHost(host, 'DELETE', `${root}/copied`)).status).toBe(204)
    const marked = await askHost(host, 'PROPPATCH', at('/doc.txt'), { body: PROPPATCH('<oc:favorite>1</oc:favorite>') })
    expect(marked.text).toContain('200 OK')
    const { text } = await propfind(host, at('/doc.txt'), ['oc:permissions', 'oc:favorite'])
    expect(text).toContain('<oc:permissions>SG</oc:permissions><oc:favorite>1</oc:favorite>')
  })
})

test('the bulk upload does not write where it may not', async () => {
  const part = (path: string, text: string): string =>
    `--b\r\nContent-Length: ${text.length}\r\nX-File-MD5: ${md5(text)}\r\nX-File-Path: ${path}\r\n\r\n${text}\r\n`
  const body = `${part('/Shared/doc.txt', 'x')}${part('/Shared/new', 'x')}${part('/../bob/x', 'x')}${part('/ok', 'y')}--b--\r\n`
  const headers = { 'Content-Type': 'multipart/related; boundary="b"' }
  const answer = await askHost(host, 'POST', '/remote.php/dav/bulk', { headers, body })
  expect(JSON.parse(answer.text)).toMatchObject({
    '/Shared/doc.txt': { error: true },
    '/Shared/new': { error: true },
    '/../bob/x': { error: true },
    '/ok': { error: false },
  })
  expect(await contentsOf(folder)).toEqual(before)
})

test('an older version of a file that may only be read cannot be brought back, and its trash is left alone', async () => {
  const file = await folder.find('doc.txt' as Path)
  const [version] = await folder.versions.list(file?.id ?? (0 as never))
  const versions = '/remote.php/dav/versions/alice'
  const path = `${versions}/versions/${file?.id}/${version?.key}`
  const back = await askHost(host, 'MOVE', path, { headers: { Destination: `${versions}/restore/x` } })
  expect(back.status).toBe(403)
  const meta = `/remote.php/dav/meta/${file?.id}/v/${version?.key}`
  const copied = await askHost(host, 'COPY', meta, { headers: { Destination: `${FILES}/Shared/doc.txt` } })
  expect(copied.status).toBe(403)
  const trash = '/remote.php/dav/trashbin/alice'
  // One's own goes; that of the folder stays.
  expect((await askHost(host, 'DELETE', `${trash}/trash`)).status).toBe(204)
  const { text } = await propfind(host, `${trash}/trash`, ['nc:trashbin-filename'], '1')
  const names = [...text.matchAll(/trash\/([^<]+)</g)].map(found => found[1] ?? '').filter(name => name !== '')
  for (const name of [...names, `${trashedId}.d1`]) {
    const restored = { headers: { Destination: `${trash}/restore/x` } }
    expect((await askHost(host, 'MOVE', `${trash}/trash/${name}`, restored)).status).toBeGreaterThanOrEqual(400)
    expect((await askHost(host, 'DELETE', `${trash}/trash/${name}`)).status).toBeGreaterThanOrEqual(400)
  }
  const left: string[] = []
  for await (const page of folder.trash.list()) left.push(...page.map(({ id }) => id))
  expect(left).toEqual([trashedId])
  expect(await contentsOf(folder)).toEqual(before)
})

const COLLECTIONS = ['files', 'uploads', 'trashbin', 'trash-bin', 'versions']

describe.each(['bob', 'BOB', '%62ob', 'nobody'])('what belongs to %s', name => {
  test.each(COLLECTIONS)('is in no way reached below %s', async collection => {
    const at = `/remote.php/dav/${collection}/${name}`
    for (const method of ['PROPFIND', 'GET', 'PUT', 'MKCOL', 'DELETE', 'MOVE', 'COPY', 'PROPPATCH', 'LOCK', 'REPORT'])
      for (const path of [at, `${at}/`, `${at}/mine`]) {
        const headers = { Depth: '1', Destination: `${FILES}/stolen` }
        expect([403, 404, 405], `${method} ${path}`).toContain((await askHost(host, method, path, { headers })).status)
      }
    expect(
      (await askHost(host, 'PROPFIND', `/remote.php/dav/principals/users/${name}/`, { headers: { Depth: '0' } }))
        .status,
    ).toBe(403)
  })

  test('is no place to put something', async () => {
    for (const method of ['MOVE', 'COPY']) {
      const headers = { Destination: `/remote.php/dav/files/${name}/given` }
      expect([403, 502]).toContain((await askHost(host, method, `${FILES}/own`, { headers })).status)
    }
    await askHost(host, 'MKCOL', `${UPLOADS}/2`)
    await askHost(host, 'PUT', `${UPLOADS}/2/1`, { body: 'x' })
    const headers = { Destination: `/remote.php/dav/files/${name}/given` }
    expect((await askHost(host, 'MOVE', `${UPLOADS}/2/.file`, { headers })).status).toBe(403)
    const bobs = await askHost(host, 'GET', '/remote.php/webdav/mine', { authorization: basic('bob') })
    expect(bobs.text).toBe('of bob')
  })
})

test('the uploads of two users with the same name are not mixed', async () => {
  const put = async (user: string, text: string) => {
    const asking = { authorization: basic(user) }
    await askHost(host, 'MKCOL', `/remote.php/dav/uploads/${user}/same`, asking)
    await askHost(host, 'PUT', `/remote.php/dav/uploads/${user}/same/1`, { ...asking, body: text })
  }
  await put('alice', 'from alice')
  await put('bob', 'from bob')
  for (const user of ['alice', 'bob']) {
    const headers = { Destination: `/remote.php/dav/files/${user}/joined` }
    const moved = { headers, authorization: basic(user) }
    expect((await askHost(host, 'MOVE', `/remote.php/dav/uploads/${user}/same/.file`, moved)).status).toBe(201)
    const read = await askHost(host, 'GET', '/remote.php/webdav/joined', { authorization: basic(user) })
    expect(read.text).toBe(`from ${user}`)
    expect(read.headers['oc-checksum']).toBe(`SHA1:${sha1(`from ${user}`)}`)
  }
})

test('a path that can be read in two ways is not read at all', async () => {
  const odd = [
    '//own',
    '/./own',
    '/x/../own',
    '/%2e%2e/alice/own',
    '/Shared%2fdoc.txt',
    '/a%00b',
    '/%ff',
    '/Shared//doc.txt',
  ]
  for (const path of odd)
    for (const method of ['GET', 'PUT', 'DELETE', 'PROPFIND']) {
      const { status } = await askHost(host, method, `${FILES}${path}`, { headers: { Depth: '0' } })
      expect(status, `${method} ${path}`).toBe(400)
    }
  for (const path of odd) {
    const headers = { Destination: `${FILES}${path}` }
    expect((await askHost(host, 'COPY', `${FILES}/own`, { headers })).status, path).toBe(400)
  }
  expect(Object.keys(await contentsOf(await homeOf(host))).sort()).toEqual(['joined', 'ok', 'own'])
})

test('everything but what must be open to strangers is closed to them', async () => {
  const closed = [
    ['PROPFIND', '/remote.php/webdav/'],
    ['OPTIONS', '/remote.php/webdav/'],
    ['GET', `${FILES}/own`],
    ['PROPFIND', '/remote.php/dav/'],
    ['PROPFIND', '/remote.php/dav/principals/users/alice/'],
    ['POST', '/remote.php/dav/bulk'],
    ['PROPFIND', `${UPLOADS}/`],
    ['PROPFIND', '/remote.php/dav/trashbin/alice/trash'],
    ['PROPFIND', '/remote.php/dav/versions/alice/versions'],
    ['PROPFIND', '/remote.php/dav/meta/1/v'],
    ['POST', '/push/pre_auth'],
    ['GET', '/ocs/v1.php/cloud/user'],
    ['GET', '/ocs/v2.php/cloud/users/alice'],
    ['GET', '/ocs/v2.php/core/getapppassword'],
    ['DELETE', '/ocs/v2.php/core/apppassword'],
    ['GET', '/ocs/v2.php/no/such/route'],
  ] as const
  for (const authorization of [
    '',
    basic('alice', 'wrong'),
    basic('nobody'),
    'Bearer wrong',
    'Digest x',
    'Basic !!!',
    `Basic ${'x'.repeat(9000)}`,
  ])
    for (const [method, path] of closed) {
      const headers = { Depth: '0', 'OCS-APIRequest': 'true' }
      const answer = await askHost(host, method, path, { authorization, headers })
      expect([401, 429], `${method} ${path} ${authorization.slice(0, 30)}`).toContain(answer.status)
    }
})
