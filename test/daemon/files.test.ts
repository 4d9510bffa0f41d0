// Files of a folder through the API of a real daemon: looked at, fetched, sent, moved and deleted.
import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type RunningDaemon, read, type Stage, settled, tree, until, write } from './daemon-process.ts'
import { NO_SIGNAL, openOneFolder, PATIENCE_MS } from './one-folder.ts'

vi.setConfig({ testTimeout: 3 * PATIENCE_MS })

let stage: Stage
let daemon: RunningDaemon
let root: string
let remote: string
const folder = 'files'

beforeAll(async () => {
  ;({ stage, daemon, root, remote } = await openOneFolder(folder))
})
afterAll(() => stage[Symbol.asyncDispose]())

const token = () => readFileSync(join(daemon.home, 'api-token'), 'utf8').trim()

function ask(method: string, path: string, options: { body?: string; headers?: Record<string, string> } = {}) {
  return fetch(`${new URL(daemon.url).origin}/api/v1/folders/${folder}${path}`, {
    method,
    headers: { authorization: `Bearer ${token()}`, ...options.headers },
    ...(options.body === undefined ? {} : { body: options.body }),
  })
}

const post = (path: string, body: unknown) =>
  ask('POST', path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })

const put = (path: string, body: string, headers: Record<string, string> = {}) =>
  ask('PUT', `/content?path=${encodeURIComponent(path)}`, { body, headers })

const list = async (place: string, query: Partial<Parameters<typeof daemon.client.browse.list>[2]> = {}) =>
  daemon.client.browse.list(
    folder,
    place as never,
    { start: { at: 0 }, limit: 100, sort: 'name', order: 'up', ...query },
    NO_SIGNAL,
  )
const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code

test('a directory is listed in the order of people, with sizes and states, and paged from either side', async () => {
  for (const n of [1, 2, 10, 11]) write(join(root, 'listed', `a${n}`), 'x'.repeat(n))
  write(join(root, 'listed', 'Z', 'deep'), 'deep')
  symlinkSync('a1', join(root, 'listed', 'link'))
  await until(
    async () => (await list('listed').catch(() => undefined))?.total === 6,
    'the files to be listed',
    PATIENCE_MS,
  )
  await settled(daemon.client)
  const all = await list('listed')
  expect(all.items.map(({ name }) => name)).toEqual(['Z', 'a1', 'a2', 'a10', 'a11', 'link'])
  expect(all).toMatchObject({ total: 6, directories: 1, sizeBytes: 28 })
  expect(all.items[0]).toMatchObject({ kind: 'directory', sizeBytes: 4, state: 'in-sync' })
  expect(all.items[1]).toMatchObject({ kind: 'file', sizeBytes: 1, state: 'in-sync' })
  expect(all.next).toBeUndefined()
  const middle = await list('listed', { start: { at: 2 }, limit: 2 })
  expect(middle.items.map(({ name }) => name)).toEqual(['a2', 'a10'])
  const after = await list('listed', { start: { after: middle.next ?? '' }, limit: 2 })
  expect(after.items.map(({ name }) => name)).toEqual(['a11', 'link'])
  const before = await list('listed', { start: { before: middle.previous ?? '' }, limit: 2 })
  expect(before.items.map(({ name }) => name)).toEqual(['Z', 'a1'])
  const bySize = await list('listed', { sort: 'size', order: 'down', limit: 3 })
  expect(bySize.items.map(({ name }) => name)).toEqual(['Z', 'a11', 'a10'])
  expect((await list('listed', { start: { name: 'a3' }, limit: 1 })).items[0]?.name).toBe('a10')
})

test('a search finds names anywhere', async () => {
  write(join(root, 'far', 'away', 'The Needle.txt'), 'here')
  const search = () =>
    daemon.client.browse.search(folder, { text: 'needle', place: '', after: undefined, limit: 10 }, NO_SIGNAL)
  await until(async () => (await search()).items.length === 1, 'the needle to be found', PATIENCE_MS)
  expect((await search()).items[0]).toMatchObject({ path: 'far/away/The Needle.txt' })
})

test('what is sent is on disk and with the remote, and is fetched whole, in part, or not again', async () => {
  expect(await codeOf(await put('no such/place.txt', 'hello world'))).toBe('wrong-state')
  expect((await post('/content/directory', { path: 'sent' })).status).toBe(201)
  const made = (await (await put('sent/héllo "1".html', 'hello world')).json()) as { etag: string; as: string }
  expect(made.as).toBe('created')
  expect(readFileSync(join(root, 'sent', 'héllo "1".html'), 'utf8')).toBe('hello world')
  await until(
    () => read(join(remote, 'sent/héllo "1".html')) === 'hello world',
    'the file to be at the remote',
    PATIENCE_MS,
  )
  const at = `/content?path=${encodeURIComponent('sent/héllo "1".html')}`
  const whole = await ask('GET', at)
  expect(await whole.text()).toBe('hello world')
  expect(whole.headers.get('content-type')).toBe('application/octet-stream')
  expect(whole.headers.get('content-security-policy')).toContain('sandbox')
  expect(whole.headers.get('x-content-type-options')).toBe('nosniff')
  expect(whole.headers.get('content-disposition')).toBe(
    `attachment; filename="h_llo _1_.html"; filename*=UTF-8''h%C3%A9llo%20%221%22.html`,
  )
  const part = await ask('GET', at, { headers: { range: 'bytes=6-' } })
  expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, 'world', 'bytes 6-10/11'])
  const last = await ask('GET', at, { headers: { range: 'bytes=-3', 'if-range': whole.headers.get('etag') ?? '' } })
  expect([last.status, await last.text()]).toEqual([206, 'rld'])
  expect((await ask('GET', at, { headers: { range: 'bytes=11-' } })).status).toBe(416)
  expect((await ask('GET', at, { headers: { 'if-none-match': whole.headers.get('etag') ?? '' } })).status).toBe(304)
})

test('a file is replaced only by who has seen what is there', async () => {
  const first = (await (await put('guarded.txt', 'one')).json()) as { etag: string }
  expect(await codeOf(await put('guarded.txt', 'two'))).toBe('exists')
  expect(await codeOf(await put('guarded.txt', 'two', { 'if-match': '"another"' }))).toBe('stale')
  expect((await put('guarded.txt', 'two', { 'if-match': `"${first.etag}"` })).status).toBe(200)
  expect(await codeOf(await put('guarded.txt', 'three', { 'if-match': `"${first.etag}"` }))).toBe('stale')
  expect(readFileSync(join(root, 'guarded.txt'), 'utf8')).toBe('two')
  const { items } = await daemon.client.revisions.list(folder, 'guarded.txt' as never, { after: undefined, limit: 10 })
  expect(items).toMatchObject([{ path: 'guarded.txt', why: 'replaced', sizeBytes: 3 }])
})

test('many bytes are received as they come, and half of them leave nothing behind', async () => {
  const bytes = Buffer.alloc(20_000_000, 'abcdefg')
  const url = `${new URL(daemon.url).origin}/api/v1/folders/${folder}/content?path=large.bin`
  const headers = { authorization: `Bearer ${token()}`, 'content-type': 'application/octet-stream' }
  const answer = await fetch(url, { method: 'PUT', headers, body: bytes })
  expect(answer.status).toBe(200)
  expect(readFileSync(join(root, 'large.bin')).equals(bytes)).toBe(true)
  const broken = new ReadableStream({
    start: controller => controller.enqueue(bytes.subarray(0, 100_000)),
    pull: controller => controller.error(new Error('the line is cut')),
  })
  const cut = fetch(url.replace('large', 'cut'), {
    method: 'PUT',
    headers,
    body: broken,
    duplex: 'half',
  } as RequestInit)
  await expect(cut).rejects.toThrow()
  await until(
    () => readdirSync(join(root, '.syncline', 'staging')).length === 0,
    'what came of it to be gone',
    PATIENCE_MS,
  )
  expect(read(join(root, 'cut.bin'))).toBeUndefined()
})

test('a rename replaces nothing unasked, and what is deleted is in the trash', async () => {
  await put('from.txt', 'from')
  await put('to.txt', 'to')
  expect(await codeOf(await post('/content/move', { from: 'from.txt', to: 'to.txt' }))).toBe('exists')
  expect((await post('/content/move', { from: 'from.txt', to: 'to.txt', replace: true })).status).toBe(200)
  expect(tree(root)).toMatchObject({ 'to.txt': 'from' })
  expect(read(join(root, 'from.txt'))).toBeUndefined()
  const deleted = await post('/content/delete', { items: [{ path: 'to.txt' }, { path: 'never.txt' }] })
  expect(await deleted.json()).toMatchObject({
    deleted: ['to.txt'],
    failed: [{ path: 'never.txt', code: 'not-found' }],
  })
  const { items } = await daemon.client.revisions.list(folder, 'to.txt' as never, { after: undefined, limit: 10 })
  expect(items.map(({ why, sizeBytes }) => [why, sizeBytes])).toEqual([
    ['deleted', 4],
    ['deleted', 2],
  ])
})

test.each(['../outside', '/etc/passwd', '.syncline/index.db', 'a//b', 'a/../../b', 'a\0b', ''])(
  'nothing outside the folder is read or written: %j',
  async path => {
    expect((await put(path, 'x')).status).toBe(400)
    expect((await ask('GET', `/content?path=${encodeURIComponent(path)}`)).status).toBe(400)
    expect((await post('/content/move', { from: 'large.bin', to: path })).status).toBe(400)
    expect((await post('/content/delete', { items: [{ path }] })).status).toBe(400)
  },
)

test('a link is neither followed nor replaced by what is sent', async () => {
  symlinkSync('/etc/passwd', join(root, 'out'))
  symlinkSync('/tmp', join(root, 'tmp-link'))
  await until(
    async () => (await list('')).items.some(({ name }) => name === 'tmp-link'),
    'the links to be seen',
    PATIENCE_MS,
  )
  expect((await ask('GET', '/content?path=out')).status).toBe(404)
  expect((await put('out', 'x')).ok).toBe(false)
  expect((await put('tmp-link/x', 'x')).ok).toBe(false)
})
