import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bench, benchOn, memoryOn, path, SIGNAL, testWorld } from '../../../test/fakes/owncloud/bench.ts'
import { type FakeOwncloud, startFakeOwncloud } from '../../../test/fakes/owncloud/server.ts'
import { READ_ONLY_SHARE } from '../../../test/fakes/owncloud/tree.ts'
import type { Kind, Stamp } from '../../model/entry.ts'
import { faultOfNameFor } from '../../model/names.ts'
import type { Commit, Committed } from '../../replica/replica.ts'
import { httpClient } from '../http/client.ts'
import { discoverOwncloud } from './discover.ts'

let server: FakeOwncloud
let bench: Bench

beforeEach(async () => {
  server = await startFakeOwncloud()
  bench = await benchOn(server)
  server.tree.put('a', 'one')
  server.tree.put('d/e/deep', 'deep')
  server.resetCounters()
})

afterEach(async () => {
  await bench.replica.close()
  await server.stop()
})

const commit = (change: Commit): Promise<Committed> => bench.replica.commit(change, SIGNAL)

async function stampOf(at: string): Promise<Stamp> {
  const entry = await bench.replica.look(path(at), SIGNAL)
  if (entry === undefined || entry.kind === 'blocked') throw new Error(`nothing at ${at}`)
  server.resetCounters()
  return entry.stamp
}

const move = (from: string, to: string, kind: Kind, expected: Stamp): Commit => ({
  do: 'move',
  from: path(from),
  to: path(to),
  kind,
  expect: expected,
})

describe('moving', () => {
  test('a file is one MOVE that carries no content', async () => {
    const done = await commit(move('a', 'd/b', 'file', await stampOf('a')))
    expect(done).toMatchObject({ as: 'done', entry: { kind: 'file', stamp: server.tree.get('d/b').etag, size: 3 } })
    expect(server.requests.map(({ method }) => method)).toEqual(['MOVE', 'PROPFIND'])
  })

  test('a directory is one MOVE, whatever happened in it meanwhile', async () => {
    const before = await stampOf('d')
    server.tree.put('d/e/new', 'by somebody else')
    expect(await commit(move('d', 'f', 'directory', before))).toMatchObject({
      as: 'done',
      entry: { kind: 'directory' },
    })
    expect(server.tree.text('f/e/new')).toBe('by somebody else')
    expect([server.count('MOVE'), server.count('GET'), server.count('PUT'), server.count('DELETE')]).toEqual([
      1, 0, 0, 0,
    ])
  })

  test('another directory of the same name does not move', async () => {
    const before = await stampOf('d')
    server.tree.remove('d')
    server.tree.put('d/other', '1')
    expect(await commit(move('d', 'f', 'directory', before))).toMatchObject({
      as: 'stale',
      found: { kind: 'directory' },
    })
    expect(server.tree.text('d/other')).toBe('1')
  })

  test.each([
    ['a', 'file'],
    ['d', 'directory'],
  ] as const)('%s is done when only the reply was lost', async (name, kind) => {
    const before = await stampOf(name)
    server.faults.add({ method: 'MOVE', times: 1, act: { do: 'lose-reply' } })
    expect(await commit(move(name, 'new', kind, before))).toMatchObject({ as: 'done', entry: { kind } })
    expect(await commit(move(name, 'new', kind, before))).toMatchObject({ as: 'done', entry: { kind } })
  })

  test('never replaces what is at the target', async () => {
    server.tree.put('b', 'theirs')
    expect(await commit(move('a', 'b', 'file', await stampOf('a')))).toMatchObject({ as: 'stale', found: { size: 6 } })
    expect(await commit(move('d', 'b', 'directory', await stampOf('d')))).toMatchObject({ as: 'stale' })
    expect(server.tree.text('b')).toBe('theirs')
  })

  test('into a directory that is missing says so', async () => {
    await expect(commit(move('a', 'no/b', 'file', await stampOf('a')))).rejects.toMatchObject({ code: 'missing' })
  })
})

describe('removing', () => {
  const remove = (at: string, kind: Kind, expected: Stamp, tree?: 'tree'): Commit => ({
    do: 'remove',
    path: path(at),
    kind,
    expect: expected,
    ...(tree === undefined ? {} : { tree }),
  })
  const GONE = { as: 'done', entry: undefined }

  test('a file costs one request, and is done when the reply was lost or it is gone', async () => {
    const stamp = await stampOf('a')
    server.faults.add({ method: 'DELETE', times: 1, act: { do: 'lose-reply' } })
    expect(await commit(remove('a', 'file', stamp))).toEqual(GONE)
    expect(await commit(remove('a', 'file', stamp))).toEqual(GONE)
    server.tree.put('b', 'b')
    const other = await stampOf('b')
    expect(await commit(remove('b', 'file', other))).toEqual(GONE)
    expect(server.count()).toBe(1)
  })

  test('a file that was changed, or made anew, does not happen', async () => {
    const stamp = await stampOf('a')
    server.tree.remove('a')
    server.tree.put('a', 'restored')
    expect(await commit(remove('a', 'file', stamp))).toMatchObject({ as: 'stale', found: { size: 8 } })
    expect(server.tree.text('a')).toBe('restored')
  })

  test('a file that is locked is told, and not repeated', async () => {
    const stamp = await stampOf('a')
    server.faults.add({ method: 'DELETE', times: 1, act: { do: 'reply', reply: { status: 423 } } })
    await expect(commit(remove('a', 'file', stamp))).rejects.toMatchObject({ code: 'locked' })
    expect([server.count('DELETE'), server.tree.text('a')]).toEqual([1, 'one'])
  })

  test('a tree is one look and one DELETE, in the state that was seen only', async () => {
    const before = await stampOf('d')
    server.tree.put('d/e/late', 'precious')
    expect(await commit(remove('d', 'directory', before, 'tree'))).toMatchObject({
      as: 'stale',
      found: { kind: 'directory' },
    })
    expect(await commit(remove('d', 'directory', await stampOf('d'), 'tree'))).toEqual(GONE)
    expect(server.requests.map(({ method }) => method)).toEqual(['PROPFIND', 'DELETE'])
    expect(await commit(remove('d', 'directory', before, 'tree'))).toEqual(GONE)
  })

  test('what is shared read-only is refused', async () => {
    server.tree.restrict('d', READ_ONLY_SHARE)
    const stamp = await stampOf('d/e/deep')
    await expect(commit(remove('d/e/deep', 'file', stamp))).rejects.toMatchObject({ code: 'denied' })
    const make: Commit = { do: 'make-directory', path: path('d/new') }
    await expect(commit(make)).rejects.toMatchObject({ code: 'denied' })
  })
})

describe('a 404 that is not the word of the server', () => {
  const page = { status: 404, headers: { 'Content-Type': 'text/html' }, body: '<html>nginx</html>' }

  test('proves neither that nothing is there nor that it is removed', async () => {
    const stamp = await stampOf('a')
    server.faults.add({ path: 'a', act: { do: 'reply', reply: page } })
    await expect(bench.replica.look(path('a'), SIGNAL)).rejects.toMatchObject({ code: 'missing' })
    const remove: Commit = { do: 'remove', path: path('a'), kind: 'file', expect: stamp }
    await expect(commit(remove)).rejects.toMatchObject({ code: 'missing' })
    const tree: Commit = { do: 'remove', path: path('d'), kind: 'directory', expect: await stampOf('d'), tree: 'tree' }
    server.faults.add({ path: 'd', act: { do: 'reply', reply: page } })
    await expect(commit(tree)).rejects.toMatchObject({ code: 'missing' })
  })
})

describe('making a directory', () => {
  test('costs one request and is done when only the reply was lost', async () => {
    const made = await commit({ do: 'make-directory', path: path('new') })
    expect(made).toMatchObject({ as: 'done', entry: { kind: 'directory', id: expect.stringContaining('ocfake') } })
    expect(server.count()).toBe(1)
    server.faults.add({ method: 'MKCOL', times: 1, act: { do: 'lose-reply' } })
    expect(await commit({ do: 'make-directory', path: path('other') })).toMatchObject({ as: 'done' })
  })

  test('below one that is missing says so', async () => {
    await expect(commit({ do: 'make-directory', path: path('no/new') })).rejects.toMatchObject({ code: 'missing' })
  })
})

describe('setting times', () => {
  test('is claimed no longer where it turns out not to work', async () => {
    const ok =
      '<d:response><d:href>/</d:href><d:propstat><d:prop><d:lastmodified/></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>'
    const body = `<d:multistatus xmlns:d="DAV:">${ok}</d:multistatus>`
    const reply = { status: 207, headers: { 'Content-Type': 'application/xml; charset=utf-8' }, body }
    server.faults.add({ method: 'PROPPATCH', act: { do: 'reply', reply } })
    const change: Commit = { do: 'set-metadata', path: path('a'), mtimeNs: 5_000_000_000n, expect: await stampOf('a') }
    expect(bench.replica.can.setsMtime).toBe('always')
    await expect(commit(change)).rejects.toMatchObject({ code: 'unsupported' })
    const later = await benchOn(server, { memory: bench.memory })
    expect(later.replica.can.setsMtime).toBe('with-content')
    await later.replica.close()
  })
})

describe('names', () => {
  test('that the server refuses are known beforehand, each with its reason', () => {
    const { names } = bench.replica.can
    expect(faultOfNameFor(names, 'fine.txt')).toBeUndefined()
    expect(faultOfNameFor(names, 'back\\slash')).toContain("does not allow '\\'")
    expect(faultOfNameFor(names, '.HTACCESS')).toContain('.HTACCESS')
    expect(faultOfNameFor(names, 'film.Part')).toContain(".part'")
    expect(faultOfNameFor(names, 'x'.repeat(251))).toContain('longer')
    expect(faultOfNameFor(names, 'u\u0308')).toContain('NFC')
  })

  test('are what the server refuses, too', async () => {
    for (const name of ['fine.txt', 'back\\slash', '.htaccess', 'film.part', 'co:lon']) {
      const refused = await bench.put(name, 'x').then(
        () => false,
        error => error.code === 'name-not-allowed',
      )
      expect([name, refused]).toEqual([name, faultOfNameFor(bench.replica.can.names, name) !== undefined])
    }
  })
})

describe('finding out what an address means', () => {
  const discover = async (other: FakeOwncloud, address: string, password = 'secret') => {
    const credentials = { kind: 'password', user: 'alice', password } as const
    const client = httpClient({ base: new URL(other.url), credentials, world: testWorld() })
    try {
      return await discoverOwncloud(client, new URL(address), SIGNAL)
    } finally {
      await client.close()
    }
  }

  test.each([
    ['', ''],
    ['/', ''],
    ['/Photos/2024%20%C3%BC', 'Photos/2024 ü'],
    ['/remote.php/webdav', ''],
    ['/remote.php/webdav/Photos/', 'Photos'],
    ['/remote.php/dav/files/alice/Photos/x', 'Photos/x'],
    ['/index.php/apps/files', ''],
  ])('%s', async (below, directory) => {
    await using other = await startFakeOwncloud({ base: '/own/cloud', flavour: 'owncloud' })
    const found = await discover(other, other.url + below)
    expect(found).toMatchObject({ user: 'alice', directory, status: { flavour: 'owncloud', version: '10.15.0.2' } })
    expect(found?.server.href).toBe(`${other.url}/`)
  })

  test('is no business of servers that are something else', async () => {
    await using other = await startFakeOwncloud({ base: '/cloud' })
    expect(await discover(other, new URL('/dav/x', other.url).href)).toBeUndefined()
  })

  test('is remembered for half a day', async () => {
    const client = httpClient({
      base: new URL(server.url),
      credentials: { kind: 'password', user: 'alice', password: 'secret' },
      world: testWorld(),
    })
    let now = 1_000_000
    const remembered = { memory: memoryOn(new Map()), world: testWorld(() => now) }
    const ask = () => discoverOwncloud(client, new URL(`${server.url}/Photos`), SIGNAL, remembered)
    const first = await ask()
    server.resetCounters()
    expect(await ask()).toEqual(first)
    expect(server.count()).toBe(0)
    now += 13 * 3600 * 1000
    expect(await ask()).toEqual(first)
    expect(server.count()).toBeGreaterThan(0)
    await client.close()
  })

  test('tells of maintenance and of a wrong password', async () => {
    await using other = await startFakeOwncloud()
    await expect(discover(other, other.url, 'wrong')).rejects.toMatchObject({ code: 'unauthorized' })
    other.maintenance = true
    await expect(discover(other, other.url)).rejects.toMatchObject({ code: 'maintenance' })
  })
})

describe('connecting', () => {
  test('makes the directory that is missing, once', async () => {
    const memory = new Map<string, string>()
    const first = await benchOn(server, { directory: 'new/deep', memory })
    expect(server.tree.find('new/deep')).toBeDefined()
    await first.observe()
    server.tree.remove('new')
    const second = await benchOn(server, { directory: 'new/deep', memory })
    expect(server.tree.find('new')).toBeUndefined()
    await Promise.all([first.replica.close(), second.replica.close()])
  })

  test('asks for the capabilities again after half a day', async () => {
    const memory = new Map<string, string>()
    let now = 0
    const connect = async () => (await benchOn(server, { memory, now: () => now })).replica.close()
    await connect()
    await connect()
    expect(server.count('GET', /capabilities/)).toBe(1)
    now += 13 * 3600 * 1000
    await connect()
    expect(server.count('GET', /capabilities/)).toBe(2)
  })
})
