// Two devices of a mesh that have the same server as a remote of the folder they share: whichever way a change comes first, it is one change.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { APACHE, startApache } from '../interop/servers/apache.ts'
import { describePeer } from '../peers.ts'
import { openStage, read, type Stage, settled, tree, until, write } from './daemon-process.ts'
import { isThere, paired, quiet, type Side, side } from './mesh-side.ts'

const NO_SIGNAL = new AbortController().signal

interface Server {
  readonly url: string
  readonly login?: Login
  /** What is on it; undefined: nothing. */
  get(name: string): Promise<string | undefined>
  put(name: string, text: string): Promise<void>
  remove(name: string): Promise<void>
}

interface Login {
  readonly user: string
  readonly password: string
}

function client(url: string, login?: Login): Server {
  const basic = Buffer.from(`${login?.user}:${login?.password}`).toString('base64')
  const headers: Record<string, string> = login === undefined ? {} : { authorization: `Basic ${basic}` }
  const ask = async (method: string, name: string, body?: string) => {
    const answer = await fetch(new URL(name, url), { method, headers, ...(body === undefined ? {} : { body }) })
    const text = await answer.text()
    if (!answer.ok && answer.status !== 404) throw new Error(`${method} ${name}: ${answer.status} ${text}`)
    return answer.ok ? text : undefined
  }
  return {
    ...{ url, ...(login === undefined ? {} : { login }) },
    get: name => ask('GET', name),
    put: async (name, text) => void (await ask('PUT', name, text)),
    remove: async name => void (await ask('DELETE', name)),
  }
}

async function apache(stage: Stage): Promise<Server> {
  // Its account can go nowhere below the directory of the test.
  const directory = mkdtempSync(join(tmpdir(), 'syncline-apache-'))
  stage.onEnd(() => rmSync(directory, { recursive: true, force: true }))
  const server = await startApache(directory)
  if ('missing' in server) throw new Error(server.missing)
  stage.onEnd(() => server.stop())
  return client(server.url.href)
}

/** A folder of a third daemon, in the tree of an account. */
async function grant(stage: Stage): Promise<Server> {
  const host = await stage.start('host')
  const login = { user: 'anna', password: 'correct horse battery' }
  await host.client.folders.add({ path: stage.at('hosted'), id: 'hosted' })
  await host.client.accounts.add({ name: login.user, password: login.password })
  await host.client.grants.add({ folder: 'hosted', account: 'anna', rights: 'write', mount: 'Shared' })
  const server = client(`${host.url}remote.php/dav/files/anna/Shared/`, login)
  await until(
    () =>
      server
        .put('ready', '')
        .then(() => true)
        .catch(() => false),
    'the folder to be served',
  )
  await server.remove('ready')
  return server
}

async function bridges(stage: Stage, { url, login }: Server): Promise<readonly [Side, Side]> {
  const [a, b] = [await side(stage, 'a'), await side(stage, 'b')]
  await paired(stage, a, b)
  for (const { daemon } of [a, b])
    await daemon.client.remotes.add('docs', { address: url, id: 'server', ...(login ?? {}) }, NO_SIGNAL)
  return [a, b]
}

/** One change at each of the three places, and then nothing moves (M07, M09). */
async function oneChangeEach(stage: Stage, server: Server, a: Side, b: Side): Promise<void> {
  const everywhere = async (name: string, text: string) => {
    await isThere(text, stage.at('docs-a', name), stage.at('docs-b', name))
    await until(async () => (await server.get(name)) === text, `${name} on the server`)
  }
  // One of the two finds it by looking, the other may hear of it from that one.
  const put = async (name: string, text: string) => {
    await server.put(name, text)
    await a.daemon.client.remotes.sync('docs', 'server')
  }
  await put('server.txt', 'of the server')
  write(stage.at('docs-a', 'a.txt'), 'of a')
  write(stage.at('docs-b', 'deep/b.txt'), 'of b')
  await everywhere('server.txt', 'of the server')
  await everywhere('a.txt', 'of a')
  await everywhere('deep/b.txt', 'of b')
  await quiet([a, b], 1500)
  await put('a.txt', 'edited there')
  write(stage.at('docs-b', 'server.txt'), 'edited by b')
  rmSync(stage.at('docs-a', 'deep'), { recursive: true })
  await everywhere('a.txt', 'edited there')
  await everywhere('server.txt', 'edited by b')
  const isGone = async () => (await server.get('deep/b.txt')) === undefined
  await until(async () => read(stage.at('docs-b', 'deep/b.txt')) === undefined && (await isGone()), 'the deletion')
  await quiet([a, b], 1500)
  expect([tree(a.folder), tree(b.folder)]).toEqual([EXPECTED, EXPECTED])
}

const EXPECTED = { 'a.txt': 'edited there', 'server.txt': 'edited by b' }

/** After a restart everything is known as it was (M08). */
async function nothingAfterRestart(stage: Stage, a: Side, b: Side): Promise<void> {
  const before = (await b.daemon.client.status()).lastEventId
  await b.daemon.kill('SIGKILL')
  const again = await side(stage, 'b', b.address)
  const { client } = again.daemon
  await until(async () => (await client.status()).devices[0]?.state === 'connected', 'the connection')
  await Promise.all([settled(a.daemon.client), settled(client)])
  await quiet([a, again], 1500)
  const done: string[] = []
  for await (const event of client.events(before, AbortSignal.timeout(500)))
    if (event.type === 'outcome') done.push(event.words)
  expect(done).toEqual([])
  expect([tree(a.folder), tree(again.folder)]).toEqual([EXPECTED, EXPECTED])
}

test('two bridges to a folder that a third daemon serves', async () => {
  await using stage = openStage()
  const server = await grant(stage)
  const [a, b] = await bridges(stage, server)
  await oneChangeEach(stage, server, a, b)
  await nothingAfterRestart(stage, a, b)
}, 240_000)

describePeer('two bridges to an Apache', APACHE, () => {
  test('change what is there, and there is one change each', async () => {
    await using stage = openStage()
    const server = await apache(stage)
    const [a, b] = await bridges(stage, server)
    await oneChangeEach(stage, server, a, b)
  }, 240_000)
})
