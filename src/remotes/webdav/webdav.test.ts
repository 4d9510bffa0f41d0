import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { startPlainDav } from '../../../test/fakes/plain-dav/server.ts'
import type { Path } from '../../model/path.ts'
import type { World } from '../../platform/world.ts'
import type { Memory, Observation, Replica, Seen } from '../../replica/replica.ts'
import { httpClient } from '../http/client.ts'
import { connectWebdav, type WebdavOptions } from './connect.ts'

const SIGNAL = new AbortController().signal
const SEEN: Seen = { directory: () => undefined, skips: () => false }
const DATE = 'Sat, 21 Nov 2026 20:39:57 GMT'
const LATER = 'Sat, 21 Nov 2026 20:40:57 GMT'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Slept extends World {
  readonly pauses: number[]
}

function fastWorld(): Slept {
  const pauses: number[] = []
  return {
    pauses,
    clock: {
      now: Date.now,
      sleep: async (ms, signal) => {
        pauses.push(ms)
        await sleep(1, undefined, { signal })
      },
    },
    random: { bytes: count => new Uint8Array(count).fill(1), below: () => 0 },
    log: () => {},
  }
}

function memoryIn(kept: Map<string, string>): Memory {
  return {
    get: key => kept.get(key),
    set: (key, value) => (value === undefined ? kept.delete(key) : kept.set(key, value)),
  }
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/** A server that answers as told: by path for `PROPFIND` and `GET`, and refuses everything that writes. */
async function serve(answers: Readonly<Record<string, string | Handle>>): Promise<{ url: URL; asked: string[] }> {
  const asked: string[] = []
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    request.resume()
    response.setHeader('date', LATER)
    const answer = answers[request.url ?? '']
    if (request.method !== 'PROPFIND' && request.method !== 'GET') response.writeHead(403).end()
    else if (answer === undefined) response.writeHead(404).end()
    else if (typeof answer === 'function') answer(request, response)
    else response.writeHead(207, { 'content-type': 'application/xml; charset=utf-8' }).end(answer)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/dav/`), asked }
}

async function connect(url: URL, options: Partial<WebdavOptions> & { idleMs?: number } = {}): Promise<Replica> {
  const world = options.world ?? fastWorld()
  const client = httpClient({
    base: url,
    world,
    ...(options.idleMs && { idleMs: options.idleMs, answerMs: options.idleMs }),
  })
  closing.push(() => client.close())
  return connectWebdav({ client, root: url, world, memory: memoryIn(new Map()), mode: 'read-only', ...options })
}

const collection = (href: string) =>
  `<d:response><d:href>${href}</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`

const file = (
  href: string,
  props = `<d:getcontentlength>3</d:getcontentlength><d:getlastmodified>${DATE}</d:getlastmodified>`,
) =>
  `<d:response><d:href>${href}</d:href><d:propstat><d:prop><d:resourcetype/>${props}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`

const multistatus = (...responses: string[]) =>
  `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">${responses.join('')}</d:multistatus>`

async function observeAll(replica: Replica): Promise<Map<string, Observation>> {
  const all = new Map<string, Observation>()
  for await (const observation of replica.observe(SEEN, SIGNAL)) all.set(observation.place, observation)
  return all
}

test('a part of the server that cannot be listed is unreadable, and the rest goes on', async () => {
  const bad: Record<string, string | Handle> = {
    cut: multistatus(collection('/dav/cut/'), file('/dav/cut/a')).slice(0, -30),
    login: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>'),
    denied: (_, response) => response.writeHead(403).end(),
    broken: (_, response) => response.writeHead(500).end(),
    short: (_, response) =>
      response.writeHead(207, { 'content-length': '5000' }).end('<?xml version="1.0"?>', () => response.destroy()),
    selfless: multistatus(file('/dav/selfless/a')),
    empty: multistatus(),
    html: '<html><body></body></html>',
    other: multistatus(collection('/elsewhere/'), file('/elsewhere/a')),
    stuck: () => {},
  }
  const names = Object.keys(bad)
  const { url } = await serve({
    '/dav/': multistatus(
      collection('/dav/'),
      file('/dav/ok'),
      ...['gone', 'fine', ...names].map(name => collection(`/dav/${name}/`)),
    ),
    '/dav/fine/': multistatus(collection('/dav/fine/'), file('/dav/fine/b')),
    ...Object.fromEntries(names.map(name => [`/dav/${name}/`, bad[name] as string | Handle])),
  })
  const all = await observeAll(await connect(url, { idleMs: 200 }))
  expect(all.get('')?.as).toBe('listing')
  expect(all.get('fine')?.as).toBe('listing')
  for (const name of ['gone', ...names]) expect(all.get(name)?.as, name).toBe('unreadable')
})

test('when the root cannot be listed nothing is observed', async () => {
  const root = multistatus(collection('/dav/'))
  for (const answer of [root.slice(0, -9), '<html></html>', multistatus()]) {
    let first = true
    const { url } = await serve({
      '/dav/': (_, response) => {
        response.writeHead(207).end(first ? root : answer)
        first = false
      },
    })
    await expect(observeAll(await connect(url))).rejects.toMatchObject({ code: 'protocol' })
  }
})

test('an address that is no WebDAV directory is told so at once', async () => {
  const { url } = await serve({
    '/page/': (_, response) => response.end('<html></html>'),
    '/file/': multistatus(file('/file')),
  })
  await expect(connect(new URL('/none/', url))).rejects.toMatchObject({ code: 'wrong-place' })
  await expect(connect(new URL('/file/', url))).rejects.toMatchObject({ code: 'wrong-place' })
  await expect(connect(new URL('/page/', url))).rejects.toMatchObject({ code: 'protocol' })
})

test('maintenance stops the whole run, wherever it shows', async () => {
  const { url } = await serve({
    '/dav/': multistatus(collection('/dav/'), collection('/dav/a/')),
    '/dav/a/': (_, response) => response.writeHead(503, { 'x-nextcloud-maintenance-mode': '1' }).end(),
  })
  await expect(observeAll(await connect(url))).rejects.toMatchObject({ code: 'maintenance' })
})

test('names that lead astray are unusable, doubles are blocked, our own temporary files are not shown', async () => {
  const { url } = await serve({
    '/dav/': multistatus(
      collection('/dav/'),
      ...['/dav/%2e%2e', '/dav/..%2fetc', '/dav/a/b', '/etc/passwd', '/dav/%ff'].map(href => file(href)),
      file('/dav/twice'),
      file('/dav/twice'),
      file('/dav/.syncline-upload-0101'),
      file('/dav/.syncline-probe-0101'),
      file('/dav/bare', '<d:getcontentlength>3</d:getcontentlength>'),
      file('/dav/good'),
    ),
  })
  const root = (await observeAll(await connect(url))).get('')
  if (root?.as !== 'listing') throw new Error('no listing')
  expect(root.unusable).toHaveLength(5)
  expect([...root.children].map(([name, entry]) => [name, entry.kind])).toEqual([
    ['twice', 'blocked'],
    ['bare', 'blocked'],
    ['good', 'file'],
  ])
})

test('hrefs may come under another prefix than the one that was asked, as behind a proxy', async () => {
  const { url } = await serve({
    '/dav/': multistatus(collection('https://inside/real/place/'), file('https://inside/real/place/a')),
  })
  let first = true
  const { url: proxied } = await serve({
    '/dav/': (_, response) => {
      const rest = first ? '' : file('/real/a')
      first = false
      response.writeHead(207).end(multistatus(collection('/real/'), rest))
    },
  })
  const root = (await observeAll(await connect(proxied))).get('')
  expect(root).toMatchObject({ as: 'listing', children: new Map([['a', expect.objectContaining({ kind: 'file' })]]) })
  await expect(observeAll(await connect(url))).rejects.toMatchObject({ code: 'protocol' })
})

test('a weak etag and a strong one are one state', async () => {
  let etag = 'W/"1"'
  const props = () =>
    `<d:getcontentlength>3</d:getcontentlength><d:getlastmodified>${DATE}</d:getlastmodified><d:getetag>${etag.replaceAll('"', '&quot;')}</d:getetag>`
  const { url } = await serve({
    '/dav/': multistatus(collection('/dav/')),
    '/dav/a': (_, response) => response.writeHead(207).end(multistatus(file('/dav/a', props()))),
  })
  const replica = await connect(url)
  const weak = await replica.look('a' as Path, SIGNAL)
  etag = '"1"'
  expect(await replica.look('a' as Path, SIGNAL)).toEqual(weak)
  etag = '"2"'
  expect(await replica.look('a' as Path, SIGNAL)).not.toEqual(weak)
})

test('a state as young as the clock is coarse is looked at again when it has settled, and doubted when it has not', async () => {
  const young = `<d:getcontentlength>3</d:getcontentlength><d:getlastmodified>${LATER}</d:getlastmodified>`
  const { url } = await serve({
    '/dav/': multistatus(collection('/dav/'), file('/dav/old'), file('/dav/young', young)),
    '/dav/old': multistatus(file('/dav/old')),
    '/dav/young': multistatus(file('/dav/young', young)),
  })
  const world = fastWorld()
  const replica = await connect(url, { world })
  const root = (await observeAll(replica)).get('')
  if (root?.as !== 'listing') throw new Error('no listing')
  expect(world.pauses).toEqual([2000])
  const settled = await replica.look('young' as Path, SIGNAL)
  expect(root.children.get('young')).not.toEqual(settled)
  expect(root.children.get('old')).toEqual(await replica.look('old' as Path, SIGNAL))
})

test('bytes that are not those of the expected state are not taken for them', async () => {
  let serveFile: Handle = () => {}
  const { url } = await serve({
    '/dav/': multistatus(collection('/dav/')),
    '/dav/a': (request, response) =>
      request.method === 'PROPFIND'
        ? response.writeHead(207).end(multistatus(file('/dav/a')))
        : serveFile(request, response),
  })
  const replica = await connect(url, { idleMs: 200 })
  const entry = await replica.look('a' as Path, SIGNAL)
  if (entry?.kind !== 'file') throw new Error('no file')
  const read = async () => {
    let text = ''
    for await (const chunk of replica.read('a' as Path, entry.stamp, 0, SIGNAL)) text += Buffer.from(chunk).toString()
    return text
  }
  serveFile = (_, response) => response.end('abc')
  expect(await read()).toBe('abc')
  const wrong: Handle[] = [
    (_, response) => response.end('abcd'),
    (_, response) => response.writeHead(200, { 'transfer-encoding': 'chunked' }).end('ab'),
    (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>'),
    (_, response) => response.writeHead(200, { 'last-modified': LATER }).end('abc'),
  ]
  for (serveFile of wrong) await expect(read()).rejects.toMatchObject({ code: 'changed' })
  serveFile = (_, response) => response.writeHead(200, { 'content-length': '3' }).write('a')
  await expect(read()).rejects.toMatchObject({ code: 'offline' })
  serveFile = (_, response) => response.writeHead(423).end()
  await expect(read()).rejects.toMatchObject({ code: 'locked' })
})

test('a replica that is only read from writes nothing, not even to try', async () => {
  const { url, asked } = await serve({ '/dav/': multistatus(collection('/dav/'), file('/dav/a')) })
  const replica = await connect(url)
  await observeAll(replica)
  await expect(replica.commit({ do: 'make-directory', path: 'd' as Path }, SIGNAL)).rejects.toMatchObject({
    code: 'denied',
  })
  expect(asked.every(line => line.startsWith('PROPFIND'))).toBe(true)
})

test('nothing is remembered of a server that refuses the first write, and it can be read from', async () => {
  const { url } = await serve({ '/dav/': multistatus(collection('/dav/'), file('/dav/a')) })
  const kept = new Map<string, string>()
  const replica = await connect(url, { mode: 'read-write', memory: memoryIn(kept) })
  expect((await observeAll(replica)).get('')?.as).toBe('listing')
  const make = () => replica.commit({ do: 'make-directory', path: 'd' as Path }, SIGNAL)
  await expect(make()).rejects.toMatchObject({ code: 'denied', scope: 'entry' })
  await expect(make()).rejects.toMatchObject({ code: 'denied' })
  expect(kept).toEqual(new Map())
})

test('what names a server can hold is known as soon as it was looked at, and asked once', async () => {
  const server = await startPlainDav({ caseSensitive: false })
  closing.push(() => server.stop())
  const url = new URL(`${server.url}/`)
  const memory = memoryIn(new Map())
  const namesOf = async (mode: WebdavOptions['mode']) => {
    const replica = await connect(url, { mode, memory })
    await observeAll(replica)
    return replica.can.names
  }
  expect((await namesOf('read-only')).caseSensitive).toBe(true)
  expect((await namesOf('read-write')).caseSensitive).toBe(false)
  const before = server.count()
  expect((await namesOf('read-write')).caseSensitive).toBe(false)
  expect(server.count() - before).toBe(2)
})

test('what a look at a server left behind that was killed in the middle is removed by the next one', async () => {
  const server = await startPlainDav()
  closing.push(() => server.stop())
  const url = new URL(`${server.url}/`)
  const memory = memoryIn(new Map())
  const hold = server.faults.add({ method: 'PROPPATCH', act: { do: 'hold' } })
  const kill = new AbortController()
  const connected = connect(url, { mode: 'read-write', memory, signal: kill.signal })
  const killed = connected.then(observeAll).catch(error => error)
  await hold.reached
  kill.abort(new Error('killed'))
  hold.release()
  expect(await killed).toBeInstanceOf(Error)
  const left = server.tree.list().filter(path => path.startsWith('.syncline-probe-'))
  expect(left.length).toBeGreaterThan(0)
  server.tree.put('.syncline-probe-somebody-elses', 'stays')
  // Chance gives another name.
  const world = { ...fastWorld(), random: { bytes: (count: number) => new Uint8Array(count).fill(2), below: () => 0 } }
  await observeAll(await connect(url, { mode: 'read-write', memory, world }))
  expect(server.tree.list()).toEqual(['.syncline-probe-somebody-elses'])
  expect(memory.get('webdav-probe')).toBeUndefined()
})
