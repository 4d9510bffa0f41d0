// Many small files of the host in one answer.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Path } from '../../src/model/path.ts'
import { httpClient } from '../../src/remotes/http/client.ts'
import { connectOwncloud } from '../../src/remotes/owncloud/connect.ts'
import { discoverOwncloud } from '../../src/remotes/owncloud/discover.ts'
import type { Replica } from '../../src/replica/replica.ts'
import { parseParts, writeWanted } from '../../src/wire/owncloud/bulk-read.ts'
import { memoryOn, SIGNAL } from '../fakes/owncloud/bench.ts'
import { askHost } from './ask-host.ts'
import { homeOf, putText } from './host-tree.ts'
import { basic, PASSWORD, startHost, type TestHost } from './start-host.ts'

const BULK = '/remote.php/dav/bulk'
let host: TestHost

beforeAll(async () => {
  host = await startHost()
  // The first request makes her tree.
  await askHost(host, 'PROPFIND', '/remote.php/webdav/', { headers: { Depth: '0' } })
})

afterAll(() => host.stop())

describe('our own client', () => {
  test('gets many files by one request, and asks alone for what is not as expected', async () => {
    const home = await homeOf(host)
    const paths = Array.from({ length: 40 }, (_, i) => `file ${i} ü` as Path)
    for (const path of paths) await putText(home, path, path === 'file 7 ü' ? '' : `text of ${path}`)
    const replica = await connect()
    const wanted = await Promise.all(paths.map(path => wantedOf(replica, path)))
    await putText(home, 'file 3 ü', 'other text')
    await home.change({ do: 'trash', at: 'file 4 ü' as Path, when: 'any' }, SIGNAL)
    host.seen.length = 0
    const read = (await replica.readMany?.(wanted, SIGNAL)) ?? []
    const told = read.map(result => (result instanceof Uint8Array ? Buffer.from(result).toString('latin1') : result))
    expect(told[3]).toMatchObject({ code: 'changed' })
    expect(told[4]).toMatchObject({ code: 'changed' })
    expect(told[7]).toBe('')
    expect(told.filter((_, i) => ![3, 4, 7].includes(i))).toEqual(
      paths.filter((_, i) => ![3, 4, 7].includes(i)).map(path => `text of ${path}`),
    )
    expect(host.seen.map(({ method }) => method)).toEqual(['REPORT', 'GET', 'GET'])
    await replica.close()
  })
})

describe('whoever asks', () => {
  test('gets nothing that is not theirs', async () => {
    const home = await homeOf(host)
    await putText(home, 'secret', 'of alice')
    const etag = (await home.find('secret' as Path))?.etag ?? ''
    await host.accounts.users.add({ name: 'bob', password: PASSWORD })
    const body = writeWanted([
      { path: '/secret', etag },
      { path: '/../alice/secret', etag },
    ])
    expect(partsOf(await askHost(host, 'REPORT', BULK, { body }))).toEqual([['/secret', 'of alice']])
    expect(partsOf(await askHost(host, 'REPORT', BULK, { body, authorization: basic('bob') }))).toEqual([])
    expect((await askHost(host, 'REPORT', BULK, { body, authorization: '' })).status).toBe(401)
  })

  test('is refused what is no list', async () => {
    for (const body of ['', '{}', '[["/a"]]']) expect((await askHost(host, 'REPORT', BULK, { body })).status).toBe(400)
    expect((await askHost(host, 'REPORT', BULK, { body: ' '.repeat((1 << 20) + 1) })).status).toBe(413)
  })
})

function partsOf({ headers, bytes }: Awaited<ReturnType<typeof askHost>>): [string, string][] {
  const boundary = /boundary="([^"]+)"/.exec(String(headers['content-type']))?.[1] ?? ''
  return [...parseParts(bytes, boundary)].map(part => [part.path, Buffer.from(part.bytes).toString('latin1')])
}

async function connect(): Promise<Replica> {
  const credentials = { kind: 'password', user: 'alice', password: PASSWORD } as const
  const client = httpClient({ base: new URL(host.url), credentials, world: host.world })
  const place = await discoverOwncloud(client, new URL(`${host.url}/remote.php/webdav/`), SIGNAL)
  if (place === undefined) throw new Error('the host is not found out')
  return connectOwncloud({ client, place, world: host.world, memory: memoryOn(new Map()) })
}

async function wantedOf(replica: Replica, path: Path) {
  const entry = await replica.look(path, SIGNAL)
  if (entry?.kind !== 'file') throw new Error(`${path} is not shown`)
  return { path, expect: entry.stamp, size: entry.size }
}
