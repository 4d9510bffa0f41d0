import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bench, benchOn, NOTHING_SEEN } from '../../../test/fakes/owncloud/bench.ts'
import { htmlLoginPage, truncated, withHeaders, withoutProperty } from '../../../test/fakes/owncloud/faults.ts'
import type { Reply } from '../../../test/fakes/owncloud/message.ts'
import { type FakeOwncloud, startFakeOwncloud } from '../../../test/fakes/owncloud/server.ts'
import { READ_ONLY_SHARE } from '../../../test/fakes/owncloud/tree.ts'
import type { Stamp } from '../../model/entry.ts'
import type { Path, Place } from '../../model/path.ts'
import type { Observation, Seen } from '../../replica/replica.ts'

let server: FakeOwncloud
let bench: Bench

beforeEach(async () => {
  server = await startFakeOwncloud()
  bench = await benchOn(server)
  server.tree.put('a.txt', 'hello', { mtime: 1000 })
  server.tree.put('d/e/deep', 'deep')
  server.tree.put('other/x', 'x')
})

afterEach(async () => {
  await bench.replica.close()
  await server.stop()
})

const childrenOf = (found: Map<Place, Observation>, place: string) => {
  const observation = found.get(place as Place)
  return observation?.as === 'listing' ? observation.children : undefined
}

/** What a caller remembers after everything was agreed. */
async function agreed(): Promise<Seen> {
  const stamps = new Map<Place, Stamp>()
  for (const [place, said] of await bench.observe())
    if (said.as === 'listing' && said.stamp !== undefined) stamps.set(place, said.stamp)
  server.resetCounters()
  return { directory: place => stamps.get(place), skips: () => false }
}

describe('what it costs', () => {
  test('an idle run is one small request', async () => {
    const seen = await agreed()
    expect([...(await bench.observe(seen))]).toEqual([['', { as: 'unchanged', place: '' }]])
    expect(server.requests.map(({ method, headers }) => [method, headers['depth']])).toEqual([['PROPFIND', '0']])
  })

  test('a second connection with the same memory asks for nothing before the first listing', async () => {
    const seen = await agreed()
    const again = await benchOn(server, { memory: bench.memory })
    await again.observe(seen)
    await again.replica.close()
    expect(server.count()).toBe(1)
  })

  test('a deep change lists the directories on the way to it and no others', async () => {
    const seen = await agreed()
    server.tree.put('d/e/deep', 'changed')
    const found = await bench.observe(seen)
    expect(found.get('other' as Path)).toEqual({ as: 'unchanged', place: 'other' })
    expect(server.count('PROPFIND')).toBe(4)
    expect([...found.keys()].sort()).toEqual(['', 'd', 'd/e', 'other'])
  })

  test('a directory that the user does not want is shown and not entered', async () => {
    const found = await bench.observe({ ...NOTHING_SEEN, skips: path => path === 'd' })
    expect(childrenOf(found, '')?.get('d')?.kind).toBe('directory')
    expect([...found.keys()].sort()).toEqual(['', 'other'])
  })
})

describe('what is shown', () => {
  test('an entry has its etag, size, time, id and checksums', async () => {
    const node = server.tree.put('sum', '1', {
      mtime: 2000,
      sums: ['ADLER32:00320032', 'SHA1:356a192b7913b04c54574d18c28d46e6395428ab'],
    })
    const entry = childrenOf(await bench.observe(), '')?.get('sum')
    expect(entry).toEqual({
      kind: 'file',
      stamp: node.etag,
      size: 1,
      mtimeNs: 2_000_000_000_000n,
      id: `${String(node.id).padStart(8, '0')}ocfakeinst01`,
      sums: ['ADLER32:00320032', 'SHA1:356a192b7913b04c54574d18c28d46e6395428ab'],
    })
  })

  test('a read-only share says what is not allowed', async () => {
    server.tree.put('share/in/a', '1')
    server.tree.restrict('share', READ_ONLY_SHARE)
    const found = await bench.observe()
    const none = { write: false, remove: false, rename: false, move: false }
    expect(childrenOf(found, 'share/in')?.get('a')).toMatchObject({ rights: none })
    expect(childrenOf(found, 'share')?.get('in')).toMatchObject({ rights: { addFiles: false, addDirectories: false } })
    expect(childrenOf(found, '')?.get('share')).toMatchObject({ rights: { remove: true, addFiles: false } })
    expect(childrenOf(found, '')?.get('a.txt')).not.toHaveProperty('rights')
  })

  test.each(['d:getetag', 'oc:id', 'oc:permissions', 'd:getcontentlength'])(
    'an entry without %s is blocked, and no other',
    async property => {
      server.faults.add({ method: 'PROPFIND', act: { do: 'edit', edit: withoutProperty(property, '/a.txt') } })
      const children = childrenOf(await bench.observe(), '')
      expect(children?.get('a.txt')).toEqual({ kind: 'blocked', why: 'unreadable' })
      expect(children?.get('d')?.kind).toBe('directory')
    },
  )

  test('names that cannot be ours are told and never entered', async () => {
    const hrefs = ['%2e%2e', 'a%2fb', 'a%00b', '%ff', '.Syncline']
    const edit = (reply: Reply): Reply => ({
      ...reply,
      body: hrefs.reduce((body, name) => {
        const response = /<d:response><d:href>[^<]*a\.txt.*?<\/d:response>/s.exec(body)?.[0] ?? ''
        return body.replace(response, response + response.replace('a.txt</d:href>', `${name}</d:href>`))
      }, String(reply.body)),
    })
    server.faults.add({ method: 'PROPFIND', path: '', act: { do: 'edit', edit } })
    const root = (await bench.observe()).get('')
    expect(root?.as === 'listing' && root.unusable?.map(({ name }) => name)).toHaveLength(5)
    expect(root?.as === 'listing' && [...root.children.keys()].sort()).toEqual(['a.txt', 'd', 'other'])
  })
})

const sabreError = (status: number, exception: string, message: string): Reply => ({
  status,
  headers: { 'Content-Type': 'application/xml; charset=utf-8' },
  body: `<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\${exception}</s:exception><s:message>${message}</s:message></d:error>`,
})
const storageDown = sabreError(503, 'ServiceUnavailable', 'Storage is temporarily not available')
const FAULTY_LISTINGS = {
  'is 500': { do: 'reply', reply: { status: 500 } },
  'is 403': { do: 'reply', reply: { status: 403 } },
  'is 404': { do: 'reply', reply: { status: 404 } },
  'is 404 without a word from the server': { do: 'reply', reply: { status: 404, body: '<html>nginx</html>' } },
  'is a 404 by the server itself': { do: 'reply', reply: sabreError(404, 'NotFound', 'not there') },
  'is external storage that is down': { do: 'reply', reply: storageDown },
  'is a login page': { do: 'reply', reply: htmlLoginPage() },
  'is 200 instead of 207': { do: 'edit', edit: (reply: Reply) => ({ ...reply, status: 200 }) },
  'is cut off': { do: 'cut-reply', bytes: 300 },
  'is cut off, with the length that is left': { do: 'edit', edit: truncated(700) },
  'is not XML': { do: 'edit', edit: (reply: Reply) => ({ ...reply, body: `${reply.body}<oops>` }) },
  'has another type': { do: 'edit', edit: withHeaders({ 'Content-Type': 'text/plain' }) },
  'is about another place': {
    do: 'edit',
    edit: (reply: Reply) => ({ ...reply, body: String(reply.body).replaceAll('/alice/d', '/alice/q') }),
  },
  'never comes': { do: 'lose-reply' },
} as const

describe.each(Object.entries(FAULTY_LISTINGS))('a listing that %s', (_, act) => {
  test('leaves that directory unreadable and everything else as it is', async () => {
    server.faults.add({ method: 'PROPFIND', path: 'd', act })
    const found = await bench.observe()
    expect(found.get('d' as Path)?.as).toBe('unreadable')
    expect(childrenOf(found, 'other')?.size).toBe(1)
    expect(found.has('d/e' as Path)).toBe(false)
  })

  test('of the root ends the run', async () => {
    const elsewhere = (reply: Reply): Reply => ({ ...reply, body: String(reply.body).replaceAll('/alice/', '/bob/') })
    const other = act.do === 'edit' && act.edit === FAULTY_LISTINGS['is about another place'].edit
    server.faults.add({ method: 'PROPFIND', path: '', act: other ? { do: 'edit', edit: elsewhere } : act })
    await expect(bench.observe()).rejects.toHaveProperty('code')
  })
})

describe('what ends a run', () => {
  test.each(['owncloud', 'nextcloud'] as const)('%s in maintenance, also in the middle', async flavour => {
    await using other = await startFakeOwncloud({ flavour })
    const its = await benchOn(other)
    other.tree.put('d/a', '1')
    const hold = other.faults.add({ method: 'PROPFIND', path: 'd', act: { do: 'hold' } })
    const observing = its.observe()
    await hold.reached
    other.maintenance = true
    hold.release()
    await expect(observing).rejects.toMatchObject({ code: 'maintenance' })
    await its.replica.close()
  })

  test('a password that is refused in the middle', async () => {
    const hold = server.faults.add({ method: 'PROPFIND', path: 'd', act: { do: 'hold' } })
    const observing = bench.observe()
    await hold.reached
    server.setPassword('alice', 'another')
    hold.release()
    await expect(observing).rejects.toMatchObject({ code: 'unauthorized' })
  })

  test('a server that stops answering altogether', async () => {
    for (let i = 0; i < 10; i += 1) server.tree.mkdir(`many/${i}`)
    server.faults.add({ method: 'PROPFIND', path: /many\/\d/, act: { do: 'lose-reply' } })
    await expect(bench.observe()).rejects.toMatchObject({ code: 'offline' })
  })

  test('a root that is another directory than before, under the same name', async () => {
    server.tree.mkdir('mine')
    const memory = new Map<string, string>()
    const first = await benchOn(server, { directory: 'mine', memory })
    await first.observe()
    server.tree.remove('mine')
    server.tree.mkdir('mine')
    const second = await benchOn(server, { directory: 'mine', memory })
    await expect(second.observe()).rejects.toMatchObject({ code: 'wrong-place' })
    server.tree.remove('mine')
    await expect(second.observe()).rejects.toMatchObject({ code: 'wrong-place' })
    await Promise.all([first.replica.close(), second.replica.close()])
  })
})

describe('a server that was restored from a backup', () => {
  test('is told until the caller has acted, and nothing is skipped as unchanged meanwhile', async () => {
    const seen = await agreed()
    expect(bench.replica.restored).toBe(false)
    server.fingerprint = 'restored-1'
    const found = await bench.observe(seen)
    expect(bench.replica.restored).toBe(true)
    expect([...found.values()].map(({ as }) => as)).toEqual(['listing', 'listing', 'listing', 'listing'])

    const later = await benchOn(server, { memory: bench.memory })
    await later.observe(seen)
    expect(later.replica.restored).toBe(true)
    later.replica.acknowledgeRestored?.()
    await later.observe(seen)
    expect(later.replica.restored).toBe(false)
    await later.replica.close()
  })

  test('is not told on the first meeting', async () => {
    server.fingerprint = 'restored-long-ago'
    await bench.observe()
    expect(bench.replica.restored).toBe(false)
  })
})
