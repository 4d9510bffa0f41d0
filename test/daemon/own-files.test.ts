// An account's own files over HTTP, as its browser asks for them: what it may do there, and that nothing leads to what is not its own.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStage, type RunningDaemon, read, type Stage, tree, until, write } from './daemon-process.ts'

const WAIT = { timeout: 120_000 }

let stage: Stage
let daemon: RunningDaemon

beforeAll(async () => {
  stage = openStage()
  write(stage.at('photos', 'beach.jpg'), 'a beach')
  write(stage.at('letters', 'rent.txt'), 'the rent')
  daemon = await stage.start()
  const { accounts, folders, grants } = daemon.client
  await folders.add({ path: stage.at('photos'), id: 'photos' })
  await folders.add({ path: stage.at('letters'), id: 'letters' })
  for (const name of ['anna', 'ben']) await accounts.add({ name, password: `password of ${name}`, quotaBytes: 100_000 })
  await grants.add({ folder: 'photos', account: 'anna', rights: 'read', mount: 'Photos' })
  await grants.add({ folder: 'letters', account: 'anna', rights: 'write', mount: 'Letters' })
  const anna = await signIn('anna')
  const shows = async (place: string, name: string) => {
    const { json } = await anna.ask('GET', `/browse?place=${place}`)
    return (json['items'] as { name: string }[] | undefined)?.some(each => each.name === name) ?? false
  }
  const areThere = async () => (await shows('Photos', 'beach.jpg')) && (await shows('Letters', 'rent.txt'))
  await until(areThere, 'the granted folders to be served')
}, 120_000)

afterAll(async () => {
  await stage[Symbol.asyncDispose]()
})

interface Answer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
  readonly text: string
}

interface Browser {
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
  put(path: string, text: string, etag?: string): Promise<Answer>
  /** The names in a directory. */
  names(place?: string): Promise<readonly string[]>
}

async function signIn(name: string, password = `password of ${name}`): Promise<Browser> {
  const url = (path: string) => new URL(`/api/v1/me${path}`, daemon.url)
  const answer = await fetch(url('/session'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  })
  expect(answer.status).toBe(200)
  let cookie = (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
  let csrf = ((await answer.json()) as { csrfToken: string }).csrfToken
  const send = async (method: string, path: string, body: unknown, headers: Readonly<Record<string, string>>) => {
    const got = await fetch(url(path), {
      ...{ method, headers: { cookie, 'x-csrf-token': csrf, ...headers } },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await got.text()
    const isJson = /json/.test(got.headers.get('content-type') ?? '')
    const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {}
    if (path === '/password' && got.ok) {
      cookie = (got.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
      csrf = String(json['csrfToken'])
    }
    return { status: got.status, json, text }
  }
  const browser: Browser = {
    ask: (method, path, body, headers = {}) =>
      send(method, path, body, { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }),
    put: (path, text, etag) =>
      send('PUT', `/content?${new URLSearchParams({ path })}`, text, {
        'content-type': 'application/octet-stream',
        ...(etag === undefined ? {} : { 'if-match': `"${etag}"` }),
      }),
    names: async (place = '') => {
      const { json } = await browser.ask('GET', `/browse?${new URLSearchParams({ place })}`)
      return (json['items'] as { name: string }[]).map(({ name }) => name)
    },
  }
  return browser
}

test('files go up and down, get other names, and come back from the trash', WAIT, async () => {
  const anna = await signIn('anna')
  expect((await anna.ask('POST', '/content/directory', { path: 'notes' })).status).toBe(201)
  expect(await anna.put('notes/a10.txt', 'ten')).toMatchObject({ status: 200, json: { as: 'created' } })
  await anna.put('notes/a2.txt', 'two')
  expect(await anna.names()).toEqual(['Letters', 'notes', 'Photos'])
  expect(await anna.names('notes')).toEqual(['a2.txt', 'a10.txt'])
  expect((await anna.ask('GET', '/content?path=notes/a2.txt')).text).toBe('two')
  const range = await anna.ask('GET', '/content?path=notes/a2.txt', undefined, { range: 'bytes=1-1' })
  expect([range.status, range.text]).toEqual([206, 'w'])
  const move = { from: 'notes/a2.txt', to: 'notes/b.txt' }
  expect((await anna.ask('POST', '/content/move', move)).status).toBe(200)
  expect((await anna.put('notes/b.txt', 'other')).json).toMatchObject({ code: 'exists' })
  const gone = await anna.ask('POST', '/content/delete', { items: [{ path: 'notes/b.txt' }, { path: 'none' }] })
  expect(gone.json).toMatchObject({ deleted: ['notes/b.txt'], failed: [{ path: 'none', code: 'not-found' }] })
  const [kept] = (await anna.ask('GET', '/trash')).json['items'] as { id: string; path: string }[]
  expect(kept).toMatchObject({ path: 'notes/b.txt', kind: 'file', sizeBytes: 3 })
  expect((await anna.ask('POST', '/trash/restore', { id: kept?.id })).json).toMatchObject({ path: 'notes/b.txt' })
  expect((await anna.ask('GET', '/content?path=notes/b.txt')).text).toBe('two')
  expect((await anna.ask('POST', '/trash/restore', { id: kept?.id })).status).toBe(404)
  await anna.ask('POST', '/content/delete', { items: [{ path: 'notes' }] })
  expect((await anna.ask('POST', '/trash/empty')).status).toBe(200)
  expect((await anna.ask('GET', '/trash')).json['items']).toEqual([])
})

test('pages of a directory follow each other, in each order', WAIT, async () => {
  const ben = await signIn('ben')
  await ben.ask('POST', '/content/directory', { path: 'many' })
  const all = ['n1', 'n2', 'n3', 'n10']
  for (const name of all) await ben.put(`many/${name}`, 'x'.repeat(20 - name.length))
  const seen: string[] = []
  for (let next: unknown = ''; next !== undefined; ) {
    const query = new URLSearchParams({ place: 'many', limit: '3', ...(next === '' ? {} : { after: String(next) }) })
    const { json } = await ben.ask('GET', `/browse?${query}`)
    expect(json).toMatchObject({ total: 4, directories: 0 })
    seen.push(...(json['items'] as { name: string }[]).map(({ name }) => name))
    next = json['next']
  }
  expect(seen).toEqual(all)
  const down = await ben.ask('GET', '/browse?place=many&order=down&at=1&limit=1')
  expect(down.json).toMatchObject({ from: 1, items: [{ name: 'n3', rights: ['write', 'remove', 'rename'] }] })
  expect((await ben.ask('GET', '/browse?place=many&sort=size&limit=1')).json).toMatchObject({
    items: [{ name: 'n10' }],
  })
  expect((await ben.ask('GET', '/browse?place=many&name=n2&limit=1')).json).toMatchObject({ from: 1 })
  await ben.put('many/n4', 'new')
  expect(await ben.names('many')).toEqual(['n1', 'n2', 'n3', 'n4', 'n10'])
})

test('what is replaced becomes a version, and can become the current one again', WAIT, async () => {
  const anna = await signIn('anna')
  const { json: first } = await anna.put('plan.txt', 'the first plan')
  await anna.put('plan.txt', 'the second', String(first['etag']))
  expect((await anna.put('plan.txt', 'a third', String(first['etag']))).json).toMatchObject({ code: 'stale' })
  const { json } = await anna.ask('GET', '/versions?path=plan.txt')
  expect(json).toMatchObject({ mayRestore: true, versions: [{ sizeBytes: 14 }] })
  const [{ version } = { version: '' }] = json['versions'] as { version: string }[]
  const older = `/versions/content?${new URLSearchParams({ path: 'plan.txt', version })}`
  expect((await anna.ask('GET', older)).text).toBe('the first plan')
  expect((await anna.ask('GET', older, undefined, { range: 'bytes=4-8' })).text).toBe('first')
  expect((await anna.ask('POST', '/versions/restore', { path: 'plan.txt', version })).status).toBe(200)
  expect((await anna.ask('GET', '/content?path=plan.txt')).text).toBe('the first plan')
})

test('a folder that was granted for writing is changed on the disk, and one for reading is not', WAIT, async () => {
  const anna = await signIn('anna')
  const before = tree(stage.at('photos'))
  await anna.put('Letters/new.txt', 'dear landlord')
  await until(() => read(stage.at('letters', 'new.txt')) === 'dear landlord', 'the letter to be there')
  expect(await anna.names('Photos')).toEqual(['beach.jpg'])
  expect((await anna.ask('GET', '/content?path=Photos/beach.jpg')).text).toBe('a beach')
  const { json } = await anna.ask('GET', '/browse?place=Photos')
  expect(json).toMatchObject({ rights: [], items: [{ rights: [], isGranted: false }] })
  const [{ etag }] = json['items'] as [{ etag: string }]
  const refused = [
    await anna.put('Photos/new.jpg', 'x'),
    await anna.put('Photos/beach.jpg', 'x', etag),
    await anna.ask('POST', '/content/directory', { path: 'Photos/new' }),
    await anna.ask('POST', '/content/move', { from: 'Photos/beach.jpg', to: 'Photos/sea.jpg' }),
    await anna.ask('POST', '/content/move', { from: 'Photos/beach.jpg', to: 'sea.jpg' }),
    await anna.ask('POST', '/content/move', { from: 'plan.txt', to: 'Photos/plan.txt' }),
    await anna.ask('POST', '/content/move', { from: 'plan.txt', to: 'Photos/beach.jpg', replace: true }),
    await anna.ask('POST', '/content/move', { from: 'Photos', to: 'Pictures' }),
    await anna.ask('POST', '/versions/restore', { path: 'Photos/beach.jpg', version: '1' }),
  ]
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403))
  const removing = { items: [{ path: 'Photos/beach.jpg' }, { path: 'Photos' }, { path: 'Letters' }] }
  const { json: removed } = await anna.ask('POST', '/content/delete', removing)
  expect(removed).toMatchObject({
    deleted: [],
    failed: removing.items.map(({ path }) => ({ path, code: 'forbidden' })),
  })
  expect(tree(stage.at('photos'))).toEqual(before)
  expect((await anna.ask('GET', '/browse')).json['items']).toMatchObject([
    { name: 'Letters', rights: ['add'], isGranted: true },
    { name: 'Photos', rights: [], isGranted: true },
    { name: 'plan.txt' },
  ])
})

test('no path leads out of one’s own files, and no id to those of others', WAIT, async () => {
  const anna = await signIn('anna')
  const ben = await signIn('ben')
  await anna.put('secret.txt', 'of anna')
  const { json: first } = await anna.put('secret2.txt', 'one')
  await anna.put('secret2.txt', 'two', String(first['etag']))
  await anna.ask('POST', '/content/delete', { items: [{ path: 'secret.txt' }] })
  const [{ id }] = (await anna.ask('GET', '/trash')).json['items'] as [{ id: string }]
  const inHers = [
    ...[await ben.ask('GET', '/content?path=secret2.txt'), await ben.ask('GET', '/content?path=Letters/rent.txt')],
    ...[await ben.ask('GET', '/versions?path=secret2.txt'), await ben.ask('GET', '/browse?place=Letters')],
    await ben.ask('POST', '/trash/restore', { id }),
    await ben.ask('POST', '/trash/delete', { id }),
  ]
  expect(inHers.map(({ status }) => status)).toEqual(inHers.map(() => 404))
  expect((await ben.ask('GET', '/trash')).json['items']).toEqual([])
  expect((await ben.ask('POST', '/trash/empty')).status).toBe(200)
  expect((await anna.ask('POST', '/trash/restore', { id })).json).toMatchObject({ path: 'secret.txt' })
  const outside = [
    '../secret',
    '/etc/passwd',
    'Letters/../../x',
    'Letters//rent.txt',
    './x',
    'a\0b',
    '.syncline/index.db',
  ]
  for (const path of outside) {
    const query = new URLSearchParams({ path })
    const answers = [
      await anna.ask('GET', `/content?${query}`),
      await anna.ask('GET', `/versions?${query}`),
      await anna.ask('GET', `/browse?${new URLSearchParams({ place: path })}`),
      await anna.put(path, 'x'),
      await anna.ask('POST', '/content/directory', { path }),
      await anna.ask('POST', '/content/move', { from: 'secret.txt', to: path }),
      await anna.ask('POST', '/content/move', { from: path, to: 'mine' }),
    ]
    expect(
      answers.map(({ status }) => status),
      path,
    ).toEqual(answers.map(() => 400))
  }
  for (const path of ['Letters/.syncline/index.db', 'Letters/.syncline']) {
    expect((await anna.ask('GET', `/content?${new URLSearchParams({ path })}`)).status, path).toBe(404)
    expect((await anna.put(path, 'x')).status, path).toBeGreaterThanOrEqual(400)
  }
  expect(existsSync(join(stage.root, 'secret'))).toBe(false)
})

test('what an app has locked stays as it is', WAIT, async () => {
  const anna = await signIn('anna')
  const { json } = await anna.put('locked.txt', 'as it is')
  const dav = new URL('/remote.php/dav/files/anna/locked.txt', daemon.url)
  const authorization = `Basic ${Buffer.from('anna:password of anna').toString('base64')}`
  const body = '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>'
  const locked = await fetch(dav, { method: 'LOCK', headers: { authorization }, body })
  expect(locked.status).toBe(200)
  const move = { from: 'locked.txt', to: 'other.txt' }
  expect((await anna.put('locked.txt', 'other', String(json['etag']))).json).toMatchObject({ code: 'locked' })
  expect((await anna.ask('POST', '/content/move', move)).json).toMatchObject({ code: 'locked' })
  const removed = await anna.ask('POST', '/content/delete', { items: [{ path: 'locked.txt' }] })
  expect(removed.json).toMatchObject({ deleted: [], failed: [{ code: 'locked' }] })
  const token = locked.headers.get('lock-token') ?? ''
  expect((await fetch(dav, { method: 'UNLOCK', headers: { authorization, 'lock-token': token } })).status).toBe(204)
  expect((await anna.ask('POST', '/content/move', move)).status).toBe(200)
})

test('the home has the room that its account was given, and no more', WAIT, async () => {
  const ben = await signIn('ben')
  expect((await ben.ask('GET', '')).json).toMatchObject({ account: 'ben', quotaBytes: 100_000, folders: [] })
  const { json } = await ben.put('large', 'x'.repeat(120_000))
  expect(json['code']).toMatch(/quota-exceeded|wrong-state/)
  expect(await ben.names()).not.toContain('large')
})

test('passwords of apps are made, let apps in, and are revoked', WAIT, async () => {
  const anna = await signIn('anna')
  const made = await anna.ask('POST', '/app-passwords', { label: 'Phone' })
  expect(made).toMatchObject({ status: 201, json: { appPassword: { label: 'Phone' } } })
  const password = String(made.json['password'])
  const authorization = `Basic ${Buffer.from(`anna:${password}`).toString('base64')}`
  const dav = new URL('/remote.php/dav/files/anna/', daemon.url)
  const list = () => fetch(dav, { method: 'PROPFIND', headers: { authorization, depth: '0' } })
  expect((await list()).status).toBe(207)
  const { json } = await anna.ask('GET', '/app-passwords')
  expect(JSON.stringify(json)).not.toContain(password)
  const [{ id }] = json['appPasswords'] as [{ id: string }]
  const ben = await signIn('ben')
  expect((await ben.ask('DELETE', `/app-passwords/${id}`)).status).toBe(404)
  expect((await list()).status).toBe(207)
  expect((await anna.ask('DELETE', `/app-passwords/${id}`)).status).toBe(200)
  expect((await list()).status).toBe(401)
})

test('while the host is being maintained, nothing is shown and nothing changes', WAIT, async () => {
  const ben = await signIn('ben')
  await daemon.client.config.change({ isInMaintenance: true })
  const isClosed = async () => (await ben.ask('GET', '/browse')).status === 503
  await until(isClosed, 'the host to be closed')
  expect((await ben.put('late.txt', 'x')).json).toMatchObject({ code: 'unavailable' })
  await daemon.client.config.change({ isInMaintenance: false })
  await until(async () => !(await isClosed()), 'the host to be open')
  expect(await ben.names()).not.toContain('late.txt')
})

test('another password ends all sessions but the one that asked', WAIT, async () => {
  const here = await signIn('ben')
  const elsewhere = await signIn('ben')
  const next = 'quite another password'
  const wrong = await here.ask('POST', '/password', { current: 'not it', next })
  expect(wrong).toMatchObject({ status: 403, json: { detail: 'The current password is wrong.' } })
  expect((await here.ask('POST', '/password', { current: 'password of ben', next: 'short' })).status).toBe(400)
  expect((await here.ask('POST', '/password', { current: 'password of ben', next })).status).toBe(200)
  expect((await here.ask('GET', '')).status).toBe(200)
  expect((await elsewhere.ask('GET', '')).status).toBe(401)
  const again = await signIn('ben', next)
  await daemon.client.accounts.change('ben', { isDisabled: true })
  expect([(await here.ask('GET', '')).status, (await again.ask('GET', '')).status]).toEqual([401, 401])
})
