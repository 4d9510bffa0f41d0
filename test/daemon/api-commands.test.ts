// The command line over a daemon, from end to end: another process, real directories.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Ended, openStage, type Stage } from './daemon-process.ts'

// Each test starts the program many times.
vi.setConfig({ testTimeout: 180_000 })

let stage: Stage
let home: string

beforeAll(async () => {
  stage = openStage()
  home = (await stage.start()).home
  for (const name of ['photos', 'nas']) mkdirSync(stage.at(name))
})
afterAll(() => stage[Symbol.asyncDispose]())

const syncline = (...args: string[]): Promise<Ended> => stage.run(...args, '--home', home)

/** The objects that a command prints with --json. */
async function objects(...args: string[]): Promise<readonly Record<string, unknown>[]> {
  const { out, status, err } = await syncline(...args, '--json')
  expect({ status, err }, args.join(' ')).toEqual({ status: 0, err: '' })
  return out
    .trimEnd()
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Record<string, unknown>)
}

test('rates and hours are set and told, and a remote outside its hours says until when it waits', async () => {
  mkdirSync(stage.at('notes'))
  await objects('folder', 'add', stage.at('notes'), '--id', 'notes')
  mkdirSync(stage.at('usb'))
  await objects('remote', 'add', 'notes', stage.at('usb'), '--id', 'usb')
  const [all] = await objects('limit', '--upload', '2MB', '--local-network', 'limited')
  expect(all).toMatchObject({ type: 'limits', uploadBytesPerSecond: 2_000_000, localNetwork: 'limited' })
  expect((await syncline('limit', 'notes', '--download', '500kB/s')).out).toBe('usb: up unlimited, down 500 KB/s\n')
  expect((await syncline('limit', '--upload', '12')).status).toBe(2)

  const hours = await syncline('schedule', 'notes', 'usb', '--rest', 'daily', '--rate', 'sat,sun 8-24:00 1MB')
  expect(hours.out).toBe('daily 00:00-24:00: not synced\nsat,sun 08:00-24:00: up 1.0 MB/s, down unlimited\nResting.\n')
  expect((await syncline('schedule', 'notes', '--sync', 'someday')).err).toContain('are no hours')
  const status = () => syncline('status').then(({ out }) => out)
  await vi.waitFor(async () => expect(await status()).toContain('usb: Waits for its hours'), 60_000)
  expect((await syncline('why', 'notes', 'any.txt')).out).toContain('Waits for its hours')
  expect((await syncline('sync', stage.at('notes'), stage.at('usb'))).out).toContain('Waits for its hours')
  expect(readFileSync(`${home}/config.yaml`, 'utf8')).toContain('- days: sat,sun\n')
  expect(await objects('schedule', 'notes', 'usb', '--inherit')).toMatchObject([
    { folder: 'notes', now: { sync: true } },
  ])
  expect((await syncline('sync', stage.at('notes'), stage.at('usb'))).status).toBe(0)
  expect((await syncline('folder', 'remove', 'notes')).status).toBe(0)
})

test('the host is put into maintenance and back, and told that it was brought back from a backup', async () => {
  expect((await syncline('host', 'maintenance', 'on')).out).toContain('apps wait')
  expect(await objects('host')).toMatchObject([{ type: 'host', isInMaintenance: true }])
  expect((await syncline('host', 'maintenance', 'off')).out).toContain('Apps are served.')
  expect((await syncline('host', 'restored')).out).toContain('keep what is newer')
})

test('a folder and a remote are added, synced, looked into, and removed again', async () => {
  writeFileSync(stage.at('photos', 'sea.jpg'), 'the sea')
  const [folder] = await objects('folder', 'add', stage.at('photos'), '--label', 'My photos')
  expect(folder).toMatchObject({ type: 'folder', id: 'photos', label: 'My photos' })
  const [remote] = await objects('remote', 'add', 'photos', stage.at('nas'), '--id', 'nas')
  expect(remote).toMatchObject({ type: 'remote', id: 'nas', found: { kind: 'directory' } })
  expect((await syncline('sync', stage.at('photos'), stage.at('nas'))).status).toBe(0)
  expect(readFileSync(stage.at('nas', 'sea.jpg'), 'utf8')).toBe('the sea')
  expect(await objects('folder', 'list')).toEqual(
    expect.arrayContaining([expect.objectContaining({ id: 'photos', remotes: [expect.anything()] })]),
  )
  expect(await objects('remote', 'list', 'photos')).toMatchObject([{ folder: 'photos', id: 'nas' }])

  const why = await syncline('why', 'photos', 'sea.jpg')
  expect(why.out).toContain('next run: nothing: both sides are as they last agreed')
  expect(await syncline('conflicts', 'photos')).toMatchObject({ status: 0, out: 'No conflict copies.\n' })

  rmSync(stage.at('nas', 'sea.jpg'))
  expect((await syncline('sync', stage.at('photos'), stage.at('nas'))).status).toBe(0)
  expect(existsSync(stage.at('photos', 'sea.jpg'))).toBe(false)
  expect(await objects('trash', 'photos')).toMatchObject([{ type: 'revision', path: 'sea.jpg', why: 'deleted' }])
  expect((await syncline('restore', 'photos', 'sea.jpg')).out).toMatch(/^sea.jpg is back/)
  expect((await syncline('sync', stage.at('photos'), stage.at('nas'))).status).toBe(0)
  expect(readFileSync(stage.at('nas', 'sea.jpg'), 'utf8')).toBe('the sea')

  expect((await syncline('folder', 'pause', 'photos')).status).toBe(0)
  expect((await syncline('status')).out).toContain('photos: Paused')
  expect((await syncline('folder', 'resume', stage.at('photos'))).status).toBe(0)
  expect((await syncline('remote', 'remove', 'photos', 'nas')).status).toBe(0)
  expect((await syncline('folder', 'remove', 'photos')).status).toBe(0)
  expect(readdirSync(stage.at('photos'))).toContain('sea.jpg')
})

test('a plan that a brake stopped goes on after it was approved', async () => {
  mkdirSync(stage.at('many'))
  mkdirSync(stage.at('copy'))
  for (let n = 0; n < 5; n += 1) writeFileSync(stage.at('many', `${n}.txt`), String(n))
  await objects('folder', 'add', stage.at('many'))
  await objects('remote', 'add', 'many', stage.at('copy'))
  expect((await syncline('sync', stage.at('many'), stage.at('copy'))).status).toBe(0)
  for (let n = 0; n < 5; n += 1) rmSync(stage.at('copy', `${n}.txt`))
  expect((await syncline('sync', stage.at('many'), stage.at('copy'))).status).toBe(4)
  expect((await syncline('status')).out).toContain('syncline approve many')
  expect((await syncline('approve')).status).toBe(4)
  expect((await syncline('approve', 'many')).status).toBe(0)
  expect((await syncline('sync', stage.at('many'), stage.at('copy'))).status).toBe(0)
  expect(readdirSync(stage.at('many')).filter(name => name.endsWith('.txt'))).toEqual([])
  expect((await syncline('approve', 'many')).status).toBe(1)
})

test('what a stopped plan would delete comes back where that is asked for', async () => {
  const names = ['0.txt', '1.txt', '2.txt', '3.txt', '4.txt']
  mkdirSync(stage.at('dear', 'all'), { recursive: true })
  for (const name of names) writeFileSync(stage.at('dear', 'all', name), name)
  await objects('folder', 'add', stage.at('dear'))
  await objects('remote', 'add', 'dear', stage.at('dear-copy'))
  expect((await syncline('sync', stage.at('dear'), stage.at('dear-copy'))).status).toBe(0)
  // Of one moment: of files that go one after the other, the first may be taken for what somebody meant.
  renameSync(stage.at('dear-copy', 'all'), stage.at('taken-away'))
  expect((await syncline('sync', stage.at('dear'), stage.at('dear-copy'))).status).toBe(4)
  expect((await syncline('approve', '--restore')).status).toBe(2)
  expect((await syncline('approve', 'dear', '--restore')).status).toBe(0)
  expect((await syncline('sync', stage.at('dear'), stage.at('dear-copy'))).status).toBe(0)
  for (const side of ['dear', 'dear-copy']) expect(readdirSync(stage.at(side, 'all')).sort()).toEqual(names)
})

test('accounts, app passwords and grants', async () => {
  writeFileSync(stage.at('password'), 'correct horse battery\n')
  mkdirSync(stage.at('shared'))
  await objects('folder', 'add', stage.at('shared'))
  const [account] = await objects('user', 'add', 'ada', '--password-file', stage.at('password'), '--quota', '2GB')
  expect(account).toMatchObject({ type: 'account', name: 'ada', quotaBytes: 2e9 })
  expect((await syncline('user', 'add', 'ADA', '--password-file', stage.at('password'))).status).not.toBe(0)
  const [made] = await objects('user', 'app-password', 'add', 'ada', 'phone')
  const [listed] = await objects('user', 'app-password', 'list', 'ada')
  expect(listed).toMatchObject({ label: 'phone', id: made?.['id'] })
  expect(listed).not.toHaveProperty('password')
  await objects('user', 'app-password', 'remove', 'ada', String(made?.['id']))
  expect(await objects('grant', 'shared', 'ada', '--read-only')).toMatchObject([{ rights: 'read', account: 'ada' }])
  expect(await objects('grant', 'list')).toMatchObject([{ folder: 'shared', account: 'ada', rights: 'read' }])
  await objects('grant', 'remove', 'shared', 'ada')
  await objects('user', 'remove', 'ada')
  expect(await objects('user', 'list')).toEqual([])
})

test('events are told from an id on, each once', async () => {
  const all = await objects('events')
  const ids = all.map(event => Number(event['id']))
  expect(ids).toEqual([...ids].sort((a, b) => a - b))
  const middle = ids[Math.floor(ids.length / 2)] ?? 0
  const rest = await objects('events', '--since', String(middle))
  expect(rest.slice(0, 3).map(event => event['id'])).toEqual(ids.filter(id => id > middle).slice(0, 3))
})

test('what cannot be done is said in a sentence, with a status that tells which kind it is', async () => {
  const unknown = await syncline('folder', 'remove', 'nowhere')
  expect(unknown).toMatchObject({ status: 2, err: expect.stringContaining("no folder 'nowhere'") })
  const away = await stage.run('status', '--home', stage.at('elsewhere'))
  expect(away).toMatchObject({ status: 6, err: expect.stringContaining('syncline start') })
  const secret = await syncline('remote', 'add', 'shared', 'https://ada:hunter2@cloud.invalid/')
  expect(secret.status).toBe(2)
  expect(secret.err).not.toContain('hunter2')
  const json = await stage.run('status', '--json', '--home', stage.at('elsewhere'))
  expect(JSON.parse(json.out)).toMatchObject({ type: 'error', code: 'not-running' })
})

test('a folder that the daemon has is checked after it was paused there, and that is what is said', async () => {
  mkdirSync(stage.at('checked'))
  await objects('folder', 'add', stage.at('checked'), '--id', 'checked')
  await vi.waitFor(async () => expect((await syncline('status')).out).toContain('checked: Up to date.'), 60_000)
  const held = await syncline('doctor', stage.at('checked'))
  expect(held).toMatchObject({ status: 5, err: expect.stringContaining('syncline folder pause checked') })
  expect((await syncline('folder', 'pause', 'checked')).status).toBe(0)
  await vi.waitFor(async () => expect((await syncline('doctor', stage.at('checked'))).status).toBe(0), 60_000)
  expect((await syncline('folder', 'remove', 'checked')).status).toBe(0)
})

test('the devices that share a folder are asked to look at it now like any remote, but are none to pause', async () => {
  const id = (await stage.run('id', '--home', stage.at('of-another'))).out.trim()
  expect((await syncline('device', 'add', id, '--name', 'another')).status).toBe(0)
  mkdirSync(stage.at('meshed'))
  await objects('folder', 'add', stage.at('meshed'), '--id', 'meshed')
  // Before it is open, that is what is said.
  await vi.waitFor(async () => {
    const alone = await syncline('remote', 'sync', 'meshed', 'mesh')
    expect(alone).toMatchObject({ status: 2, err: expect.stringContaining("no remote 'mesh'") })
  }, 60_000)
  expect((await syncline('share', 'meshed', 'another')).status).toBe(0)
  await vi.waitFor(async () => {
    const pressed = await syncline('remote', 'sync', 'meshed', 'mesh')
    expect(pressed).toMatchObject({ status: 0, err: '', out: expect.stringContaining("'mesh'") })
  }, 60_000)
  expect((await syncline('remote', 'pause', 'meshed', 'mesh')).status).toBe(2)
  expect((await syncline('folder', 'remove', 'meshed')).status).toBe(0)
})

test('names with control characters do not reach the terminal', async () => {
  mkdirSync(stage.at('odd'))
  mkdirSync(stage.at('odd-copy'))
  writeFileSync(stage.at('odd', 'a\u001b[2Jb (conflicted copy 2026-11-20 180000).txt'), 'x')
  await objects('folder', 'add', stage.at('odd'))
  await objects('remote', 'add', 'odd', stage.at('odd-copy'))
  await syncline('sync', stage.at('odd'), stage.at('odd-copy'))
  for (const args of [['status'], ['folder', 'list'], ['conflicts', 'odd'], ['events'], ['remote', 'list']]) {
    const { out, err } = await syncline(...args)
    expect(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(out + err), args.join(' ')).toBe(false)
  }
})
