// Real daemons: started, asked, killed, and what becomes of the files.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import type { ServiceClient } from '../../src/api/client.ts'
import type { Event } from '../../src/api/shapes/events.ts'
import { APACHE, startApache } from '../interop/servers/apache.ts'
import { describePeer } from '../peers.ts'
import { smallDisk } from '../small-disk.ts'
import { openStage, read, type Stage, settled, tree, until, write } from './daemon-process.ts'

const NO_SIGNAL = new AbortController().signal

/** Adds the folder `docs` with directories as remotes. */
async function setUp(stage: Stage, client: ServiceClient, remotes: readonly string[]): Promise<void> {
  await client.folders.add({ path: stage.at('docs'), id: 'docs' })
  for (const remote of remotes) await client.remotes.add('docs', { address: stage.at(remote), id: remote }, NO_SIGNAL)
  await settled(client)
}

const stateOf = async (client: ServiceClient, remote: string) =>
  (await client.folders.status('docs')).remotes.find(({ id }) => id === remote)?.state

test('a first start with nothing configured makes a home and a folder, and says what to open', async () => {
  await using stage = openStage()
  const daemon = await stage.start()
  expect(daemon.out).toMatch(/^Syncline is running: open http:\/\/127\.0\.0\.1:\d+\/ .*~\/Syncline.*\n$/)
  const [folder] = await daemon.client.folders.list()
  expect(folder).toMatchObject({ id: 'Syncline', path: stage.at('user', 'Syncline'), remotes: [] })
  await until(async () => (await daemon.client.folders.status('Syncline')).state === 'idle', 'the folder')
  const modes = readdirSync(daemon.home).map(name => statSync(stage.at('home', name)).mode & 0o007)
  expect(statSync(daemon.home).mode & 0o777).toBe(0o700)
  expect(statSync(stage.at('home', 'api.sock')).mode & 0o777).toBe(0o600)
  expect(modes.length).toBeGreaterThan(5)
  expect(await fetch(daemon.url).then(answer => answer.status)).toBe(200)
  expect(await fetch(`${daemon.url}api/v1/status`).then(answer => answer.status)).toBe(401)
  expect(await daemon.kill('SIGTERM')).toMatchObject({ status: 0, err: '' })
  const again = await stage.start()
  expect(await again.client.folders.list()).toHaveLength(1)
  expect(again.out).not.toContain('~/Syncline')
})

test('synced files have the mode that the user wants, not that of the daemon', async () => {
  await using stage = openStage()
  const { client } = await stage.start()
  await setUp(stage, client, ['a'])
  write(stage.at('a', 'dir', 'file.txt'), 'x')
  await until(() => read(stage.at('docs', 'dir', 'file.txt')) === 'x', 'the file')
  const mask = process.umask()
  expect(statSync(stage.at('docs', 'dir', 'file.txt')).mode & 0o777).toBe(0o666 & ~mask)
  expect(statSync(stage.at('docs', 'dir')).mode & 0o777).toBe(0o777 & ~mask)
})

describePeer('Apache', APACHE, () => {
  test('a file dropped into a directory arrives in the folder and on a WebDAV server, and the other way round', async () => {
    await using stage = openStage()
    // The server runs under an account of its own.
    chmodSync(stage.root, 0o755)
    mkdirSync(stage.at('apache'))
    const server = await startApache(stage.at('apache'))
    if ('missing' in server) throw new Error(server.missing)
    stage.onEnd(() => server.stop())
    const { client } = await stage.start()
    await setUp(stage, client, ['a'])
    await client.remotes.add('docs', { address: server.url.href, id: 'dav' }, NO_SIGNAL)
    await client.remotes.change('docs', 'dav', { pollSeconds: 1 })
    await settled(client)
    write(stage.at('a', 'sub', 'one.txt'), 'from the directory')
    await until(() => read(`${server.root}/sub/one.txt`) === 'from the directory', 'the file on the server')
    expect(read(stage.at('docs', 'sub', 'one.txt'))).toBe('from the directory')
    const answer = await fetch(new URL('two.txt', server.url), { method: 'PUT', body: 'from the server' })
    expect(answer.status).toBe(201)
    await until(() => read(stage.at('a', 'two.txt')) === 'from the server', 'the file in the directory')
    await settled(client)
    expect(tree(stage.at('docs'))).toEqual(tree(stage.at('a')))
  })
})

test('killed in the middle of a transfer and started again, it goes on and loses nothing', async () => {
  await using stage = openStage()
  const first = await stage.start()
  await setUp(stage, first.client, ['a', 'b'])
  for (let i = 0; i < 400; i += 1) write(stage.at('a', `${i % 7}`, `${i}.txt`), `content ${i}`)
  await until(() => readdirSync(stage.at('docs')).length > 1, 'the first files')
  await first.kill('SIGKILL')
  const second = await stage.start()
  await until(() => Object.keys(tree(stage.at('b'))).length === 407, 'all files')
  await settled(second.client)
  expect(tree(stage.at('docs'))).toEqual(tree(stage.at('a')))
  expect(tree(stage.at('b'))).toEqual(tree(stage.at('a')))
})

test('SIGTERM in the middle of a transfer ends it within ten seconds', async () => {
  await using stage = openStage()
  const first = await stage.start()
  await setUp(stage, first.client, ['a'])
  for (let i = 0; i < 3; i += 1) writeFileSync(stage.at('a', `${i}.bin`), Buffer.alloc(30_000_000, i))
  const from = performance.now()
  expect((await first.kill('SIGTERM')).status).toBe(0)
  expect(performance.now() - from).toBeLessThan(10_000)
  const second = await stage.start()
  await until(() => read(stage.at('docs', '2.bin'))?.length === 30_000_000, 'the files')
  expect((await second.kill('SIGINT')).status).toBe(0)
})

test('a folder that is moved away is unavailable, its remote keeps everything, and it comes back by itself', async () => {
  await using stage = openStage()
  const { client } = await stage.start()
  await setUp(stage, client, ['a'])
  write(stage.at('docs', 'kept.txt'), 'kept')
  await until(() => read(stage.at('a', 'kept.txt')) === 'kept', 'the file')
  renameSync(stage.at('docs'), stage.at('away'))
  await until(async () => (await client.folders.status('docs')).state === 'unavailable', 'the folder to be missed')
  write(stage.at('a', 'meanwhile.txt'), 'm')
  expect(read(stage.at('a', 'kept.txt'))).toBe('kept')
  expect(read(stage.at('docs', 'meanwhile.txt'))).toBeUndefined()
  renameSync(stage.at('away'), stage.at('docs'))
  await until(() => read(stage.at('docs', 'meanwhile.txt')) === 'm', 'what happened meanwhile')
  await settled(client)
  expect(tree(stage.at('a'))).toEqual({ 'kept.txt': 'kept', 'meanwhile.txt': 'm' })
})

test('a folder that cannot be used does not stop the others', async () => {
  await using stage = openStage()
  const { client } = await stage.start()
  await client.folders.add({ path: stage.at('bad'), id: 'bad' })
  await until(async () => (await client.folders.status('bad')).state === 'idle', 'the folder')
  renameSync(stage.at('bad'), stage.at('bad-away'))
  await until(async () => (await client.folders.status('bad')).state === 'unavailable', 'the folder to be missed')
  await client.folders.add({ path: stage.at('docs'), id: 'docs' })
  await until(async () => (await client.folders.status('docs')).state === 'idle', 'the other folder to open')
  await client.remotes.add('docs', { address: stage.at('a') }, NO_SIGNAL)
  write(stage.at('docs', 'one.txt'), '1')
  await until(() => read(stage.at('a', 'one.txt')) === '1', 'the other folder')
})

test('a paused remote and a paused folder do nothing until they are resumed, also over a restart', async () => {
  await using stage = openStage()
  const first = await stage.start()
  await setUp(stage, first.client, ['a', 'b'])
  await first.client.remotes.pause('docs', 'a')
  write(stage.at('docs', 'one.txt'), '1')
  await until(() => read(stage.at('b', 'one.txt')) === '1', 'the other remote')
  expect(read(stage.at('a', 'one.txt'))).toBeUndefined()
  await first.client.folders.pause('docs')
  write(stage.at('docs', 'two.txt'), '2')
  await first.kill('SIGTERM')
  const { client } = await stage.start()
  expect((await client.folders.status('docs')).state).toBe('paused')
  await client.folders.resume('docs')
  await until(() => read(stage.at('b', 'two.txt')) === '2', 'the folder')
  expect(read(stage.at('a', 'two.txt'))).toBeUndefined()
  await client.remotes.resume('docs', 'a')
  await until(() => read(stage.at('a', 'two.txt')) === '2', 'the remote')
})

test('a folder takes the same remote once, however it is spelt', async () => {
  await using stage = openStage()
  const { client } = await stage.start()
  await setUp(stage, client, ['a'])
  symlinkSync(stage.at('a'), stage.at('link'))
  for (const address of [stage.at('a'), `${stage.at('a')}/`, `file://${stage.at('a')}`, stage.at('link')])
    await expect(client.remotes.add('docs', { address }, NO_SIGNAL)).rejects.toMatchObject({ code: 'exists' })
  expect(await client.remotes.list('docs')).toHaveLength(1)
})

test('a brake holds everything of its remote until a person says yes to it', async () => {
  await using stage = openStage()
  const { client } = await stage.start()
  await setUp(stage, client, ['a', 'b'])
  for (let i = 0; i < 5; i += 1) write(stage.at('docs', `${i}.txt`), `${i}`)
  await until(() => read(stage.at('a', '4.txt')) === '4' && read(stage.at('b', '4.txt')) === '4', 'the files')
  await settled(client)
  for (let i = 0; i < 5; i += 1) unlinkSync(stage.at('docs', `${i}.txt`))
  await until(async () => (await client.brakes.list()).length === 2, 'the brakes')
  const [brake] = (await client.brakes.list()).filter(({ remote }) => remote === 'a')
  expect(brake).toMatchObject({ folder: 'docs', because: 'root-emptied', count: 5, of: 5, on: 'there' })
  await expect(client.brakes.approve('another')).rejects.toMatchObject({ code: 'stale' })
  await client.brakes.approve(brake?.id ?? '')
  await until(() => read(stage.at('a', '4.txt')) === undefined, 'the deletions')
  expect(read(stage.at('b', '4.txt'))).toBe('4')
  expect(await stateOf(client, 'b')).toBe('braked')
})

test('a bad config.yaml changes nothing, is told of with its line, and a good one holds at once', async () => {
  await using stage = openStage()
  const { client, home } = await stage.start()
  await setUp(stage, client, ['a'])
  const config = `${home}/config.yaml`
  const good = read(config) ?? ''
  writeFileSync(config, `${good}\nfolders: [what\n`)
  await until(async () => (await client.config.read()).problems.length > 0, 'the problem')
  expect((await client.config.read()).problems[0]?.line).toBeGreaterThan(1)
  expect(await client.status()).toMatchObject({
    state: 'attention',
    sentence: expect.stringMatching(/^config\.yaml line \d+: .*What was valid before it holds\.$/),
  })
  write(stage.at('docs', 'still.txt'), 'synced')
  await until(() => read(stage.at('a', 'still.txt')) === 'synced', 'the file')
  mkdirSync(stage.at('more'))
  writeFileSync(config, good.replace(/^folders:\n/m, `folders:\n  more:\n    path: ${stage.at('more')}\n`))
  await until(async () => (await client.folders.list()).some(({ id }) => id === 'more'), 'the new folder')
  expect((await client.config.read()).problems).toEqual([])
})

test('an editor that saves by rename, twenty times in a row, makes few transfers and no conflict', async () => {
  await using stage = openStage()
  const { client } = await stage.start()
  await setUp(stage, client, ['a'])
  const { lastEventId } = await client.status()
  for (let i = 1; i <= 20; i += 1) {
    write(stage.at('docs', '.note.txt.swp'), `text ${i}`)
    renameSync(stage.at('docs', '.note.txt.swp'), stage.at('docs', 'note.txt'))
  }
  await until(() => read(stage.at('a', 'note.txt')) === 'text 20', 'the last text')
  await settled(client)
  const outcomes = (await eventsSince(client, lastEventId)).filter(event => event.type === 'outcome')
  expect(outcomes.length).toBeLessThanOrEqual(3)
  expect(tree(stage.at('a'))).toEqual({ 'note.txt': 'text 20' })
})

/** Everything that was told until now. */
async function eventsSince(client: ServiceClient, since: number): Promise<readonly Event[]> {
  const { lastEventId } = await client.status()
  const events: Event[] = []
  if (since >= lastEventId) return events
  for await (const event of client.events(since, NO_SIGNAL)) {
    events.push(event)
    if (event.id >= lastEventId) break
  }
  return events
}

test('whoever reads events misses nothing over a restart, and is told of a gap after a crash', async () => {
  await using stage = openStage()
  const first = await stage.start()
  await setUp(stage, first.client, ['a'])
  const { lastEventId: seen } = await first.client.status()
  write(stage.at('docs', 'one.txt'), '1')
  await until(() => read(stage.at('a', 'one.txt')) === '1', 'the file')
  await settled(first.client)
  await first.kill('SIGTERM')
  const second = await stage.start()
  const events = await eventsSince(second.client, seen)
  expect(events.map(({ type }) => type)).not.toContain('gap')
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'outcome', path: 'one.txt', do: 'transfer', as: 'done' }),
  )
  expect(events.filter(({ type }) => type === 'daemon').map(event => 'state' in event && event.state)).toEqual([
    'stopping',
    'started',
  ])
  const ids = events.map(({ id }) => id)
  expect(ids).toEqual([...ids].sort((a, b) => a - b))
  const { lastEventId: later } = await second.client.status()
  await second.kill('SIGKILL')
  const third = await stage.start()
  expect((await eventsSince(third.client, later)).map(({ type }) => type)).toContain('gap')
})

test('a port that is taken, and a home that has a daemon, are told as what they are', async () => {
  await using stage = openStage()
  const server = createServer()
  const port = await new Promise<number>(resolve =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
  stage.onEnd(() => new Promise<void>(resolve => server.close(() => resolve())))
  const taken = await stage.run('start', '--home', stage.at('other'), '--listen', `127.0.0.1:${port}`)
  expect(taken).toMatchObject({ status: 2 })
  expect(taken.err).toMatch(/Another program listens at 127\.0\.0\.1:\d+ already\. .*--listen/)
  const { home, pid } = await stage.start()
  const second = await stage.run('start', '--home', home, '--listen', '127.0.0.1:0')
  expect(second.status).toBe(5)
  expect(second.err).toContain(`A daemon is at work already with the home ${home} (process ${pid})`)
  const open = await stage.run('start', '--home', stage.at('third'), '--listen', '0.0.0.0:0')
  expect(open.status).toBe(2)
  expect(open.err).toMatch(/no admin with a password.*TLS is off/)
})

test('stop ends it, restart brings it back, and without one both say so', async () => {
  await using stage = openStage()
  const { home } = await stage.start()
  expect(await stage.run('stop', '--home', home)).toMatchObject({ status: 0, out: 'Stopped.\n' })
  expect(await stage.run('stop', '--home', home)).toMatchObject({ status: 0, out: 'No daemon runs.\n' })
  const config = read(`${home}/config.yaml`) ?? ''
  writeFileSync(`${home}/config.yaml`, config.replace(/^listen: .*$/m, 'listen: 127.0.0.1:0'))
  const restarted = await stage.run('restart', '--home', home)
  stage.onEnd(async () => void (await stage.run('stop', '--home', home)))
  expect(restarted.out).toMatch(/^Started: http:\/\/127\.0\.0\.1:\d+\/\n$/)
  expect((await stage.run('service', 'install', '--print', '--home', home)).out).toContain(`start --home ${home}`)
})

test('a restart listens where the daemon did that was told so when it was started, and neither holds the directory it was started in', async () => {
  await using stage = openStage()
  const first = await stage.start('home', ['--bep-listen', 'tcp://127.0.0.1:0', '--bep-listen', 'tcp://[::1]:0'])
  stage.onEnd(async () => void (await stage.run('stop', '--home', first.home)))
  const [, url = ''] = /^Started: (\S+)\n$/.exec((await stage.run('restart', '--home', first.home)).out) ?? []
  const told = () => JSON.parse(read(`${first.home}/daemon.json`) ?? '{}') as { pid: number }
  await until(() => told().pid !== undefined, 'the new daemon to tell of itself')
  expect(told().pid).not.toBe(first.pid)
  // Any free port was asked for: never the one that the settings name.
  expect(read(`${first.home}/config.yaml`)).toMatch(/^listen: 127\.0\.0\.1:8440$/m)
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d{5}\/$/)
  expect(told()).toMatchObject({ given: { bepListen: ['tcp://127.0.0.1:0', 'tcp://[::1]:0'] } })
  const { listening } = await first.client.devices.self()
  expect(listening.filter(each => !/^tcp:\/\/(127\.0\.0\.1|\[::1\]):\d{5}$/.test(each))).toEqual([])
  if (existsSync('/proc/self/cwd')) expect(readlinkSync(`/proc/${told().pid}/cwd`)).toBe('/')
})

const disk = smallDisk(16)
afterAll(() => disk?.remove())

test.skipIf(disk === undefined)(
  'a full disk of the home is told of with what to do, and it goes on by itself',
  async () => {
    if (disk === undefined) return
    await using stage = openStage()
    symlinkSync(disk.path, stage.at('home'))
    const { client, kill } = await stage.start()
    const filler = `${disk.path}/filler`
    // A folder that is new is noted in the home.
    await settled(client)
    expect(() => writeFileSync(filler, Buffer.alloc(32_000_000))).toThrow(/ENOSPC/)
    const { state, fault } = await client.status()
    expect({ state, fault }).toEqual({
      state: 'attention',
      fault: {
        code: 'home',
        message: expect.stringMatching(/^The disk is full that .*home is on: .*cannot be written\.$/),
      },
    })
    expect(await client.diagnosis.problems()).toContainEqual(
      expect.objectContaining({ cause: 'home', severity: 'some', advice: expect.stringMatching(/^Make room/) }),
    )
    expect(await stage.run('status', '--home', stage.at('home'))).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^The disk is full/),
    })
    rmSync(filler)
    await until(async () => (await client.status()).fault === undefined, 'the room to be noticed')
    expect(await kill('SIGTERM')).toMatchObject({ status: 0 })
  },
)

test('a folder that is added again, after it was removed, merges and deletes nothing', async () => {
  await using stage = openStage()
  const { client } = await stage.start()
  await setUp(stage, client, ['a'])
  write(stage.at('docs', 'one.txt'), '1')
  await until(() => read(stage.at('a', 'one.txt')) === '1', 'the file')
  await client.folders.remove('docs')
  expect(await client.folders.list()).toHaveLength(1)
  rmSync(stage.at('docs', 'one.txt'))
  await setUp(stage, client, ['a'])
  write(stage.at('docs', 'two.txt'), '2')
  await until(() => read(stage.at('a', 'two.txt')) === '2', 'the new file')
})

test('a remote that is removed is forgotten, in a paused folder too: another disk at its address is merged then, and nothing is deleted', async () => {
  await using stage = openStage()
  const { client } = await stage.start()
  write(stage.at('docs', 'kept.txt'), 'x')
  await setUp(stage, client, ['a'])
  for (const paused of [false, true]) {
    // In one moment: files that go one after the other would be deletions.
    renameSync(stage.at('a'), stage.at(`old-${paused}`))
    mkdirSync(stage.at('a'))
    await until(async () => (await stateOf(client, 'a')) === 'waiting', 'the other disk to be noticed')
    if (paused) await client.folders.pause('docs')
    if (paused) await until(async () => (await client.folders.status('docs')).state === 'paused', 'the pause')
    await client.remotes.remove('docs', 'a')
    if (paused) await client.folders.resume('docs')
    await until(async () => (await client.folders.status('docs')).state === 'idle', 'the folder')
    await client.remotes.add('docs', { address: stage.at('a'), id: 'a' }, NO_SIGNAL)
    await settled(client)
    expect(tree(stage.at('a'))).toEqual({ 'kept.txt': 'x' })
    expect(tree(stage.at('docs'))).toEqual({ 'kept.txt': 'x' })
  }
})
