// Whatever a client sends for a path, a destination or a condition: an answer comes, nothing outside is touched, nothing breaks.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask } from './ask.ts'
import { type DavServer, startDav } from './dav-server.ts'

let server: DavServer
beforeAll(async () => {
  server = await startDav()
  await ask(server.url, 'PUT', { path: 'victim', body: 'untouched' })
  await ask(server.url, 'MKCOL', { path: 'd' })
})
afterAll(() => server.stop())

const piece = fc.constantFrom(
  ...[
    '/',
    '//',
    '.',
    '..',
    '%2e',
    '%2E%2e',
    '%2f',
    '%5c',
    '\\',
    '%00',
    '%',
    '%ff',
    '%c3%bc',
    '%252e',
    'd',
    'a',
    'b',
    '?',
    ';',
    '@',
  ],
  ...[
    '/remote.php/webdav/',
    '/remote.php/',
    'http://127.0.0.1/',
    'http://other/',
    ':',
    '.syncline',
    '%0d%0a',
    'x'.repeat(300),
  ],
)
const path = fc.array(piece, { maxLength: 8 }).map(pieces => pieces.join(''))
const condition = fc
  .array(
    fc.constantFrom(
      '(',
      ')',
      '<',
      '>',
      '[',
      ']',
      '"',
      'Not ',
      'urn:uuid:1',
      'DAV:no-lock',
      'abc',
      ' ',
      '/remote.php/webdav/d',
    ),
    { maxLength: 15 },
  )
  .map(pieces => pieces.join(''))

const headerSafe = (text: string): string => text.replace(/[^\t\x20-\x7e]/g, '')

test('any path gets an answer, and names nothing outside', async () => {
  await fc.assert(
    fc.asyncProperty(path, fc.constantFrom('GET', 'PROPFIND', 'PUT', 'MKCOL', 'LOCK'), async (text, method) => {
      const target = `/remote.php/webdav/d/${text.replace(/[^\x21-\x7e]/g, '')}`
      const { status } = await ask(server.url, method, { path: target, headers: { depth: '0' }, body: '' })
      expect([200, 201, 204, 207, 400, 403, 404, 405, 409, 412, 414, 415, 423]).toContain(status)
    }),
    { numRuns: 400 },
  )
  expect(server.said).toEqual([])
}, 300_000)

test('any destination gets an answer, and what it names lies in the tree', async () => {
  await fc.assert(
    fc.asyncProperty(path, fc.constantFrom('/remote.php/webdav/d/', ''), async (text, base) => {
      await ask(server.url, 'PUT', { path: 'd/source', body: 'x' })
      const destination = headerSafe(base + text)
      const { status } = await ask(server.url, 'COPY', { path: 'd/source', headers: { destination } })
      expect([201, 204, 400, 403, 404, 405, 409, 412, 414, 502]).toContain(status)
    }),
    { numRuns: 400 },
  )
  expect(server.said).toEqual([])
  for await (const page of server.space.list('')) for (const { path: name } of page) expect(name).toMatch(/^[^/\0]+$/)
}, 300_000)

test('any condition gets an answer', async () => {
  await fc.assert(
    fc.asyncProperty(condition, async text => {
      const { status } = await ask(server.url, 'PUT', { path: 'victim', body: 'untouched', headers: { if: text } })
      expect([204, 400, 412]).toContain(status)
    }),
    { numRuns: 400 },
  )
  expect(server.said).toEqual([])
  expect((await ask(server.url, 'GET', { path: 'victim' })).text).toBe('untouched')
}, 300_000)
