import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bench, benchOn, path, SIGNAL } from '../../../test/fakes/owncloud/bench.ts'
import type { Reply } from '../../../test/fakes/owncloud/message.ts'
import { type FakeOwncloud, startFakeOwncloud } from '../../../test/fakes/owncloud/server.ts'
import type { Stamp } from '../../model/entry.ts'
import type { Path, Place } from '../../model/path.ts'
import type { Observation, Seen } from '../../replica/replica.ts'

let server: FakeOwncloud
let bench: Bench
let now = 1_000_000_000_000

beforeEach(async () => {
  server = await startFakeOwncloud()
  bench = await benchOn(server, { now: () => now })
})

afterEach(async () => {
  await bench.replica.close()
  await server.stop()
})

const childrenOf = (found: Map<Place, Observation>, place: string) => {
  const observation = found.get(place as Place)
  return observation?.as === 'listing' ? observation.children : undefined
}

describe('external storage', () => {
  const MOUNT = { own: 'RMGDNVCK', files: 'RGDNVW', directories: 'RGDNVCK' }
  const seenIn = (found: Map<Place, Observation>): Seen => {
    const stamps = new Map([...found].map(([place, said]) => [place, said.as === 'listing' ? said.stamp : undefined]))
    return { directory: place => stamps.get(place), skips: () => false }
  }

  beforeEach(() => {
    server.tree.put('d/disk/file', '1')
    server.tree.put('plain/file', '1')
    server.tree.restrict('d/disk', MOUNT)
  })

  test('that vanishes from its listing is not taken to be deleted, in later runs neither', async () => {
    await bench.observe()
    server.tree.remove('d/disk')
    server.tree.remove('plain')
    const missed = await bench.observe()
    expect(childrenOf(missed, 'd')?.get('disk')).toEqual({ kind: 'blocked', why: 'unlisted' })
    expect(childrenOf(missed, '')?.has('plain')).toBe(false)
    const later = await benchOn(server, { memory: bench.memory, now: () => now })
    expect(childrenOf(await later.observe(seenIn(missed)), 'd')?.get('disk')?.kind).toBe('blocked')
    await later.replica.close()
  })

  test('that comes back is there again', async () => {
    await bench.observe()
    server.tree.move('d/disk', 'elsewhere')
    await bench.observe()
    server.tree.move('elsewhere', 'd/disk')
    const back = await bench.observe()
    expect(childrenOf(back, 'd/disk')?.has('file')).toBe(true)
    server.resetCounters()
    await bench.observe(seenIn(back))
    expect(server.count()).toBe(1)
  })

  test('that stays away for long was removed on purpose', async () => {
    await bench.observe()
    server.tree.remove('d/disk')
    const missed = await bench.observe()
    now += 2 * 3600 * 1000
    expect(childrenOf(await bench.observe(seenIn(missed)), 'd')?.has('disk')).toBe(false)
  })
})

describe('what is encrypted end to end', () => {
  test('is shown as what we cannot sync, and not entered', async () => {
    server.tree.put('vault/x', '1')
    const edit = (reply: Reply): Reply => ({
      ...reply,
      body: String(reply.body).replace(
        /(vault\/<\/d:href><d:propstat><d:prop>)/,
        '$1<nc:is-encrypted>1</nc:is-encrypted>',
      ),
    })
    server.faults.add({ method: 'PROPFIND', act: { do: 'edit', edit } })
    const found = await bench.observe()
    expect(childrenOf(found, '')?.get('vault')).toEqual({ kind: 'blocked', why: 'unsupported-kind' })
    expect(found.has('vault' as Path)).toBe(false)
  })
})

describe('the checksum of a file there', () => {
  test('is what the server shows, or what it computes', async () => {
    const { etag } = server.tree.put('a', 'hello', { sums: ['MD5:5d41402abc4b2a76b9719d911017c592'] })
    const ask = (kind: 'MD5' | 'SHA256' | 'SHA3-256') =>
      bench.replica.checksum?.(path('a'), etag as Stamp, kind, SIGNAL)
    expect(await ask('MD5')).toBe('MD5:5d41402abc4b2a76b9719d911017c592')
    expect(await ask('SHA256')).toBe('SHA256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824')
    expect(await ask('SHA3-256')).toBeUndefined()
    expect(server.count('GET', /files/)).toBe(0)
  })

  test('is not that of another state', async () => {
    const { etag } = server.tree.put('a', 'hello')
    const hold = server.faults.add({ method: 'PATCH', act: { do: 'hold' } })
    const asked = bench.replica.checksum?.(path('a'), etag as Stamp, 'SHA1', SIGNAL)
    await hold.reached
    server.tree.put('a', 'other')
    hold.release()
    await expect(asked).rejects.toMatchObject({ code: 'changed' })
  })
})

describe('watching', () => {
  test('hints when anything changed, and not when nothing did', async () => {
    server.tree.put('d/a', '1')
    const holds = [1, 2, 3].map(() => server.faults.add({ method: 'PROPFIND', times: 1, act: { do: 'hold' } }))
    let hints = 0
    const hinted = new Promise<void>(resolve => {
      const watching = bench.replica.watch?.(
        () => {
          hints += 1
          watching?.[Symbol.dispose]()
          resolve()
        },
        () => {},
      )
    })
    holds[0]?.release()
    holds[1]?.release()
    await holds[2]?.reached
    expect(hints, 'after two questions').toBe(0)
    server.tree.put('d/a', '2')
    holds[2]?.release()
    await hinted
    expect(hints).toBe(1)
  })

  test('ends with a fault that does not pass by itself', async () => {
    const fault = new Promise(resolve => bench.replica.watch?.(() => {}, resolve))
    server.setPassword('alice', 'another')
    expect(await fault).toMatchObject({ code: 'unauthorized' })
  })
})
