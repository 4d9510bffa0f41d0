// Where a protocol that stands on WebDAV hangs in: properties, headers, uploads, methods, refusals; and trees of which a user may not change all.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sendEmpty } from '../../src/dav/answer.ts'
import type { DavCall, LiveProperty, PropertySource } from '../../src/dav/call.ts'
import { DavFault } from '../../src/dav/fault.ts'
import { type Checksum, parseChecksum } from '../../src/model/content.ts'
import type { SpaceNode } from '../../src/store/space.ts'
import { parseMultistatus } from '../../src/wire/dav/multistatus.ts'
import { dav, oc } from '../../src/wire/dav/names.ts'
import { writePropfind } from '../../src/wire/dav/propfind.ts'
import { writeProppatch } from '../../src/wire/dav/proppatch.ts'
import { type Answer, ask, type Question } from './ask.ts'
import { type DavServer, startDav } from './dav-server.ts'

/** How many nodes each property was asked for. */
const asked = new Map<string, number>()
const favourites = new Set<number>()

function counted(name: string, tell: (node: SpaceNode) => string | undefined) {
  return {
    read: async (nodes: readonly SpaceNode[]) => {
      asked.set(name, (asked.get(name) ?? 0) + nodes.length)
      return tell
    },
  }
}

const properties: PropertySource = new Map<string, LiveProperty>([
  [oc('id'), counted('id', ({ id }) => String(id))],
  [oc('size'), { ...counted('size', ({ size }) => String(size)), inAllprop: true as const }],
  [
    oc('favorite'),
    {
      ...counted('favorite', ({ id }) => (favourites.has(id) ? '1' : '0')),
      write: {
        refuses: (_node: SpaceNode, value: string | undefined) => (value === '0' || value === '1' ? undefined : 409),
        write: async ({ id }: SpaceNode, value: string | undefined) => {
          if (value === '1') favourites.add(id)
          else favourites.delete(id)
        },
      },
    },
  ],
])

const sumsOf = ({ request }: DavCall): readonly Checksum[] => {
  const sum = parseChecksum(String(request.headers['oc-checksum'] ?? ''))
  return sum === undefined ? [] : [sum]
}

let server: DavServer
beforeAll(async () => {
  server = await startDav({
    root: '/remote.php/dav/files/al%20ice',
    properties,
    quotaBytes: 1_000_000,
    extensions: {
      features: ['extended-mkcol'],
      methods: new Map([['REPORT', async call => sendEmpty(call, 200, { 'X-Place': call.place })]]),
      headersOf: ({ id, etag }) => ({ 'OC-ETag': `"${etag}"`, 'OC-FileId': String(id) }),
      upload: call => {
        const mtime = call.request.headers['x-oc-mtime']
        if (mtime === undefined) return { sums: sumsOf(call) }
        return { mtimeMs: Number(mtime) * 1000, sums: sumsOf(call), headers: { 'X-OC-MTime': 'accepted' } }
      },
      permit: intent => {
        if ('at' in intent && intent.at.endsWith('.htaccess')) throw new DavFault(403, 'Not this name.')
      },
      refuse: fault => (fault.status === 409 ? new DavFault(404, fault.message) : fault),
    },
  })
})
afterAll(() => server.stop())

const to = (method: string, path: string, rest: Omit<Question, 'path'> = {}): Promise<Answer> =>
  ask(server.url, method, { path, ...rest })

test('a property is only computed for those who ask for it', async () => {
  await to('PUT', 'a', { body: '12345' })
  asked.clear()
  const body = writePropfind([oc('id'), dav('getetag')])
  const { text } = await to('PROPFIND', '', { headers: { depth: '1' }, body })
  expect([...asked]).toEqual([['id', 2]])
  const found = parseMultistatus(text)
  expect(found.map(({ href }) => href)).toEqual(['/remote.php/dav/files/al%20ice/', '/remote.php/dav/files/al%20ice/a'])
  expect(Number(found[1]?.props.get(oc('id'))?.text)).toBeGreaterThan(0)
  asked.clear()
  await to('PROPFIND', 'a', { headers: { depth: '0' } })
  expect([...asked]).toEqual([['size', 1]])
})

test('the prefix is the same in whatever way it is encoded', async () => {
  const path = '/remote.php/dav/files/%61l%20ice/a'
  expect((await to('GET', path)).text).toBe('12345')
  expect((await to('GET', '/remote.php/dav/files/alice/a')).status).toBe(404)
})

test('a property that can be written is, all or none', async () => {
  const set = (values: Readonly<Record<string, string>>) =>
    to('PROPPATCH', 'a', { body: writeProppatch(new Map(Object.entries(values))) })
  const mixed = parseMultistatus((await set({ [oc('favorite')]: '1', [oc('id')]: '7' })).text)[0]
  expect([...(mixed?.failed ?? [])]).toEqual([
    [oc('favorite'), 424],
    [oc('id'), 403],
  ])
  expect(favourites.size).toBe(0)
  expect((await set({ [oc('favorite')]: 'x' })).text).toContain('409')
  expect(parseMultistatus((await set({ [oc('favorite')]: '1' })).text)[0]?.failed.size).toBe(0)
  expect(favourites.size).toBe(1)
})

test('answers bring what the clients need to know', async () => {
  const made = await to('PUT', 'b', { body: 'x', headers: { 'x-oc-mtime': '1700000000' } })
  expect(made.headers).toMatchObject({ 'oc-etag': made.headers['etag'], 'x-oc-mtime': 'accepted' })
  const id = made.headers['oc-fileid']
  const got = await to('GET', 'b')
  expect(got.headers).toMatchObject({ 'oc-fileid': id, 'last-modified': 'Tue, 14 Nov 2023 22:13:20 GMT' })
  const destination = `${server.url.pathname}c`
  expect((await to('MOVE', 'b', { headers: { destination } })).headers['oc-fileid']).toBe(id)
  expect((await to('MKCOL', 'd')).headers['oc-fileid']).toMatch(/^\d+$/)
  const options = await to('OPTIONS', '')
  expect(options.headers['dav']).toBe('1, 2, 3, extended-mkcol')
  expect(options.headers['allow']).toContain('REPORT')
  expect((await to('REPORT', 'd/')).headers['x-place']).toBe('d')
})

test('an upload that does not add up to what was promised leaves nothing', async () => {
  const headers = { 'oc-checksum': 'SHA1:da39a3ee5e6b4b0d3255bfef95601890afd80709' }
  const refused = await to('PUT', 'wrong', { body: 'x', headers })
  expect(refused.status).toBe(400)
  expect(refused.text).toContain('<s:exception>Sabre\\DAV\\Exception\\BadRequest</s:exception>')
  expect((await to('HEAD', 'wrong')).status).toBe(404)
  expect((await to('PUT', 'right', { body: '', headers })).status).toBe(201)
})

test('a protocol has the last word, and words of its own', async () => {
  expect((await to('PUT', '.htaccess', { body: 'x' })).status).toBe(403)
  expect((await to('MKCOL', '.htaccess')).status).toBe(403)
  expect((await to('PUT', 'no/such', { body: 'x' })).status).toBe(404)
})

test('what does not fit is refused before or after it came', async () => {
  const { status, text } = await to('PUT', 'big', { body: Buffer.alloc(1_200_000) })
  expect(status).toBe(507)
  expect(text).toContain('Sabre\\DAV\\Exception\\InsufficientStorage')
  expect((await to('HEAD', 'big')).status).toBe(404)
  const quota = await to('PROPFIND', '', {
    headers: { depth: '0' },
    body: writePropfind([dav('quota-available-bytes'), dav('quota-used-bytes')]),
  })
  const [root] = parseMultistatus(quota.text)
  expect(Number(root?.props.get(dav('quota-available-bytes'))?.text)).toBeLessThan(1_000_000)
})
