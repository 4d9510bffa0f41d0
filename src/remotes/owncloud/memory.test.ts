// An account's memory may be damaged: the adapter then asks the server again, and never breaks over it.
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { benchOn, memoryOn, SIGNAL, testWorld } from '../../../test/fakes/owncloud/bench.ts'
import { type FakeOwncloud, startFakeOwncloud } from '../../../test/fakes/owncloud/server.ts'
import { damaged, garbageText } from '../../../test/garbage.ts'
import { SyncError } from '../../model/errors.ts'
import { httpClient } from '../http/client.ts'
import { discoverOwncloud } from './discover.ts'

const KEYS = [
  'at',
  'server',
  'chunking',
  'bulkUpload',
  'forbidden',
  'sums',
  'pattern',
  'transfer',
  'size',
  'proof',
  'd',
]
let server: FakeOwncloud

beforeEach(async () => {
  server = await startFakeOwncloud({ flavour: 'nextcloud' })
  server.tree.put('d/file', '1')
})

afterEach(() => server.stop())

test('whatever it remembers, it connects and lists, or says what is wrong', async () => {
  const first = await benchOn(server)
  await first.observe()
  await first.replica.close()
  const kept = new Map([...first.memory, ['mounts', '{"d/disk":null}']])
  const entry = fc.constantFrom(...kept.keys(), 'sets-mtime', 'data-fingerprint', 'bulk').chain(key => {
    const text = kept.get(key) ?? '{}'
    const some = isJson(text) ? fc.oneof(damaged(text, KEYS), garbageText(KEYS)) : garbageText(KEYS)
    return some.map(garbage => [key, garbage] as const)
  })
  await fc.assert(
    fc.asyncProperty(entry, async ([key, garbage]) => {
      try {
        const bench = await benchOn(server, { memory: new Map([...kept, [key, garbage]]) })
        await bench.observe()
        // By chance garbage is a rule that a server could have, as that names have no 'a' in them: it is believed, and asked for anew within half a day.
        expect(bench.replica.can.names.refuses?.('plain') ?? 'taken').toEqual(expect.any(String))
        await bench.replica.close()
      } catch (error) {
        expect(error, key).toBeInstanceOf(SyncError)
      }
    }),
    { numRuns: 200 },
  )
})

test('a remembered address leads to the server it was found at, or is asked for again', async () => {
  const world = testWorld()
  const client = httpClient({
    base: new URL(server.url),
    credentials: { kind: 'password', user: 'alice', password: 'secret' },
    world,
  })
  const map = new Map<string, string>()
  const find = (kept: Map<string, string>) =>
    discoverOwncloud(client, new URL(server.url), SIGNAL, { memory: memoryOn(kept), world })
  const found = await find(map)
  const keys = ['at', 'server', 'user', 'directory', 'status', 'version']
  await fc.assert(
    fc.asyncProperty(fc.oneof(damaged(map.get('discovered') ?? '{}', keys), garbageText(keys)), async garbage => {
      const again = await find(new Map([['discovered', garbage]]))
      expect(again?.server.origin).toBe(found?.server.origin)
      expect([again?.user, ...(again?.directory.split('/') ?? [])]).not.toContain('..')
    }),
    { numRuns: 100 },
  )
  await client.close()
})

test('a resume token of any kind costs a fresh upload at most, and names nothing but a transfer', async () => {
  const bench = await benchOn(server)
  const content = Buffer.alloc(12_000_000, 'x')
  let count = 0
  const ids = fc.constantFrom('..', '../files/alice/d', '1/../../files', '', '0', '99')
  const shaped = ids.map(transfer => JSON.stringify({ transfer, size: '12000000', proof: 'x' }))
  await fc.assert(
    fc.asyncProperty(fc.oneof(shaped, garbageText(KEYS)), async token => {
      count += 1
      const put = await bench.put(`big${count}`, content, 'absent', { token, save: () => {} })
      expect(put).toMatchObject({ as: 'done', entry: { size: content.length } })
    }),
    { numRuns: 12 },
  )
  expect(server.tree.contents()['d/file']).toBe('1')
  await bench.replica.close()
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
