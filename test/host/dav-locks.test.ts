// Locks: who holds what, what they keep others from, and that they outlive a restart.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openLocks } from '../../src/dav/locks.ts'
import type { Path } from '../../src/model/path.ts'
import type { NodeId } from '../../src/store/space.ts'
import { parseXml, type XmlElement } from '../../src/wire/dav/xml.ts'
import { type Answer, ask, type Question } from './ask.ts'
import { type DavServer, startDav } from './dav-server.ts'

let server: DavServer
beforeAll(async () => {
  server = await startDav()
})
afterAll(() => server.stop())
afterEach(async () => {
  for (const { token } of server.locks.all()) server.locks.remove(token)
  for await (const page of server.space.list(''))
    for (const { path } of page)
      await server.space.change({ do: 'trash', at: path as Path, when: 'any' }, new AbortController().signal)
  expect(server.said).toEqual([])
})

const to = (method: string, path: string, rest: Omit<Question, 'path'> = {}): Promise<Answer> =>
  ask(server.url, method, { path, ...rest })
const statusOf = async (method: string, path: string, rest: Omit<Question, 'path'> = {}): Promise<number> =>
  (await to(method, path, rest)).status
const info = (scope = 'exclusive') =>
  `<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:${scope}/></d:lockscope><d:locktype><d:write/></d:locktype><d:owner>me</d:owner></d:lockinfo>`

interface LockWish {
  readonly scope?: string
  readonly user?: string
  readonly headers?: Readonly<Record<string, string>>
}
const lock = (path: string, { scope, user = 'alice', headers = {} }: LockWish = {}): Promise<Answer> =>
  to('LOCK', path, { body: info(scope), user, headers })
const tokenOf = ({ headers }: Answer): string => String(headers['lock-token']).slice(1, -1)
const submit = (token: string) => ({ if: `(<${token}>)` })
const destination = (path: string) => ({ destination: `${server.url.pathname}${path}` })

async function lockedFile(path: string, wish: LockWish = {}): Promise<string> {
  await to('PUT', path, { body: 'hello' })
  const answer = await lock(path, wish)
  expect(answer.status).toBe(200)
  return tokenOf(answer)
}

test('a locked file is changed only by who brings the token', async () => {
  const token = await lockedFile('a')
  expect(token).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  const set =
    '<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><x xmlns="urn:x">1</x></d:prop></d:set></d:propertyupdate>'
  for (const [method, rest] of [
    ['PUT', { body: 'x' }],
    ['DELETE', {}],
    ['PROPPATCH', { body: set }],
    ['MOVE', { headers: destination('b') }],
    ['LOCK', { body: info() }],
    ['LOCK', { body: info('shared') }],
  ] as const) {
    const answer = await to(method, 'a', rest)
    expect(answer.status, method).toBe(423)
    expect(answer.text).toMatch(
      /<d:(lock-token-submitted|no-conflicting-lock)><d:href>\/remote.php\/webdav\/a<\/d:href>/,
    )
    // Whoever is refused must not learn what would have let him in.
    expect(answer.text).not.toContain(token)
  }
  expect(await statusOf('GET', 'a')).toBe(200)
  expect(await statusOf('COPY', 'a', { headers: destination('b') })).toBe(201)
  expect(await statusOf('PUT', 'a', { body: 'x', headers: submit(token) })).toBe(204)
  expect(await statusOf('PUT', 'a', { body: 'x', headers: submit('urn:uuid:other') })).toBe(412)
  expect(await statusOf('DELETE', 'a', { headers: submit(token) })).toBe(204)
  expect(server.locks.isEmpty).toBe(true)
})

test("another user cannot use, see or end somebody's lock", async () => {
  const token = await lockedFile('a')
  const user = 'bob'
  expect(await statusOf('PUT', 'a', { body: 'x', user, headers: submit(token) })).toBe(423)
  expect(await statusOf('UNLOCK', 'a', { user, headers: { 'lock-token': `<${token}>` } })).toBe(403)
  expect(await statusOf('LOCK', 'a', { user, headers: submit(token) })).toBe(412)
  const theirs = await to('PROPFIND', 'a', { user, headers: { depth: '0' } })
  expect(theirs.text).toContain('<d:activelock>')
  expect(theirs.text).not.toContain(token)
  expect((await to('PROPFIND', 'a', { headers: { depth: '0' } })).text).toContain(token)
  expect(await statusOf('UNLOCK', 'a', { headers: { 'lock-token': `<${token}>` } })).toBe(204)
  expect(await statusOf('PUT', 'a', { body: 'x', user })).toBe(204)
})

test('shared locks stand beside each other, and keep an exclusive one out', async () => {
  const mine = await lockedFile('a', { scope: 'shared' })
  const theirs = tokenOf(await lock('a', { scope: 'shared', user: 'bob' }))
  expect((await lock('a', { user: 'carol' })).status).toBe(423)
  expect(await statusOf('PUT', 'a', { body: 'x' })).toBe(423)
  expect(await statusOf('PUT', 'a', { body: 'x', headers: submit(mine) })).toBe(204)
  expect(await statusOf('PUT', 'a', { body: 'x', user: 'bob', headers: submit(theirs) })).toBe(204)
  expect(await statusOf('PUT', 'a', { body: 'x', user: 'bob', headers: submit(mine) })).toBe(423)
})

test('a lock of a directory holds for all that is in it, or only for its names', async () => {
  await to('MKCOL', 'd')
  await to('PUT', 'd/a', { body: '1' })
  const deep = tokenOf(await lock('d'))
  expect(await statusOf('PUT', 'd/a', { body: '2' })).toBe(423)
  expect(await statusOf('PUT', 'd/new', { body: '2' })).toBe(423)
  expect(await statusOf('PUT', 'd/a', { body: '2', headers: { if: `<${server.url.pathname}d/> (<${deep}>)` } })).toBe(
    204,
  )
  expect(await statusOf('LOCK', 'd/a', { body: info() })).toBe(423)
  // A lock from above is refreshed and ended through what it holds.
  expect(await statusOf('LOCK', 'd/a', { headers: submit(deep) })).toBe(200)
  expect(await statusOf('UNLOCK', 'd/a', { headers: { 'lock-token': `<${deep}>` } })).toBe(204)

  const flat = tokenOf(await lock('d', { headers: { depth: '0' } }))
  expect(await statusOf('PUT', 'd/a', { body: '3' })).toBe(204)
  expect(await statusOf('PUT', 'd/new', { body: '3' })).toBe(423)
  expect(await statusOf('MKCOL', 'd/e')).toBe(423)
  expect(await statusOf('DELETE', 'd/a')).toBe(423)
  expect(await statusOf('MOVE', 'd/a', { headers: destination('a') })).toBe(423)
  expect(await statusOf('PUT', 'd/new', { body: '3', headers: { if: `<${server.url.href}d/> (<${flat}>)` } })).toBe(201)
  expect((await lock('d', { headers: { depth: '1' } })).status).toBe(400)
})

test('what holds a locked file is neither deleted nor moved nor locked as a whole', async () => {
  await to('MKCOL', 'd')
  const token = await lockedFile('d/a')
  expect(await statusOf('DELETE', 'd')).toBe(423)
  expect(await statusOf('MOVE', 'd', { headers: destination('e') })).toBe(423)
  await to('PUT', 'x', { body: 'x' })
  expect(await statusOf('MOVE', 'x', { headers: destination('d') })).toBe(423)
  const whole = await lock('d')
  expect(whole.status).toBe(207)
  expect(whole.text).toContain('/d/a</d:href><d:status>HTTP/1.1 423 Locked')
  expect(whole.text).toContain('/d/</d:href><d:status>HTTP/1.1 424 Failed Dependency')
  expect(whole.text).not.toContain(token)
  expect((await lock('d', { headers: { depth: '0' } })).status).toBe(200)
})

test('a lock stays where it was taken', async () => {
  const token = await lockedFile('a')
  await to('PUT', 'b', { body: 'b' })
  const both = { if: `<${server.url.pathname}a> (<${token}>)` }
  expect(await statusOf('COPY', 'b', { headers: { ...both, ...destination('a') } })).toBe(204)
  expect(await statusOf('PUT', 'a', { body: 'x' })).toBe(423)
  expect(await statusOf('MOVE', 'b', { headers: { ...both, ...destination('a') } })).toBe(204)
  expect(await statusOf('PUT', 'a', { body: 'x' })).toBe(423)
  expect(await statusOf('MOVE', 'a', { headers: { ...submit(token), ...destination('c') } })).toBe(201)
  expect(server.locks.isEmpty).toBe(true)
  expect(await statusOf('PUT', 'c', { body: 'x' })).toBe(204)
})

test('a lock of a name that is not there makes an empty file', async () => {
  const answer = await lock('new')
  expect(answer.status).toBe(201)
  expect(await to('GET', 'new')).toMatchObject({ status: 200, text: '' })
  expect(await statusOf('PUT', 'new', { body: 'x' })).toBe(423)
  expect(await statusOf('PUT', 'new', { body: 'x', headers: submit(tokenOf(answer)) })).toBe(204)
  expect((await lock('no/such')).status).toBe(409)
  expect((await lock('new2/')).status).toBe(409)
})

test('of two who want the same lock one gets it', async () => {
  await to('PUT', 'a', { body: 'x' })
  const answers = await Promise.all(['alice', 'bob', 'carol'].map(user => lock('a', { user })))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 423, 423])
  const made = await Promise.all(['alice', 'bob'].map(user => lock('new', { user })))
  expect(made.map(({ status }) => status).sort()[0]).toBe(201)
  expect(server.locks.all().length).toBe(2)
})

const find = (element: XmlElement, local: string): XmlElement | undefined =>
  element.name === `{DAV:}${local}` ? element : element.children.map(child => find(child, local)).find(Boolean)

test('a lock runs out, as the client or the server wants', async () => {
  await to('PUT', 'a', { body: 'x' })
  const timeout = async (wish: string) => {
    const answer = await lock('a', { headers: { timeout: wish } })
    await to('UNLOCK', 'a', { headers: { 'lock-token': `<${tokenOf(answer)}>` } })
    return find(parseXml(answer.text), 'timeout')?.text
  }
  expect(await timeout('Second-60')).toBe('Second-60')
  expect(await timeout('Infinite')).toBe('Second-3600')
  expect(await timeout('Second-4100000000')).toBe('Second-3600')
  const token = tokenOf(await lock('a'))
  const held = server.locks.find(token)
  if (held !== undefined) server.locks.put({ ...held, expiresAt: 1 })
  expect(await statusOf('PUT', 'a', { body: 'y' })).toBe(204)
  expect(server.locks.isEmpty).toBe(true)
})

test('a lock is told with where and by whom it was taken', async () => {
  await to('MKCOL', 'd')
  await lock('d')
  await to('PUT', 'x', { body: 'x' })
  const { text } = await to('PROPFIND', '', { headers: { depth: '1' } })
  const discovery = find(parseXml(text), 'activelock')
  expect(find(discovery ?? parseXml('<none/>'), 'owner')?.text).toBe('me')
  expect(find(discovery ?? parseXml('<none/>'), 'lockroot')?.children[0]?.text).toBe('/remote.php/webdav/d/')
})

test('a user holds no more locks than there is room for', async () => {
  await to('PUT', 'a', { body: 'x' })
  const node = (await server.space.find('a' as Path))?.id as NodeId
  const one = {
    node,
    user: 'alice',
    scope: 'shared',
    depth: 'itself',
    owner: '',
    timeoutMs: 1e6,
    expiresAt: 1e15,
  } as const
  for (let at = 0; at < 1000; at += 1) server.locks.put({ ...one, token: `urn:${at}` })
  expect((await lock('a', { scope: 'shared' })).status).toBe(507)
  expect((await lock('a', { scope: 'shared', user: 'bob' })).status).toBe(200)
})

test('locks outlive a restart', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'locks-'))
  const file = join(directory, 'locks.db')
  const clock = { now: () => 1000, sleep: async () => {} }
  const kept = {
    token: 'urn:a',
    node: 7 as NodeId,
    user: 'alice',
    scope: 'shared',
    depth: 'tree',
    owner: '<x/>',
    timeoutMs: 5,
    expiresAt: 1005,
  } as const
  const first = openLocks(file, clock)
  first.put(kept)
  first.put({ ...kept, token: 'urn:b', expiresAt: 1000 })
  first.put({ ...kept, token: 'urn:c' })
  first.remove('urn:c')
  first.close()
  const second = openLocks(file, clock)
  expect(second.all()).toEqual([kept])
  expect(second.on(8 as NodeId)).toEqual([])
  second.close()
  await rm(directory, { recursive: true })
})
