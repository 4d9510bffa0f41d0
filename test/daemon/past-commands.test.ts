// The past of a folder and what is wrong, by the command line, over a real daemon.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Ended, type RunningDaemon, read, type Stage, settled, until, write } from './daemon-process.ts'
import { openOneFolder, PATIENCE_MS } from './one-folder.ts'

// Each test starts the program many times.
vi.setConfig({ testTimeout: 3 * PATIENCE_MS })

let stage: Stage
let daemon: RunningDaemon
let root: string
let remote: string

beforeAll(async () => {
  ;({ stage, daemon, root, remote } = await openOneFolder('notes'))
})
afterAll(() => stage[Symbol.asyncDispose]())

const syncline = (...args: string[]): Promise<Ended> => stage.run(...args, '--home', daemon.home)

test('versions are listed and put back, changes are listed and taken back', async () => {
  for (const text of ['one', 'two, longer']) {
    write(join(remote, 'todo.txt'), text)
    await until(() => read(join(root, 'todo.txt')) === text, 'it to be here', PATIENCE_MS)
  }
  await settled(daemon.client)
  const { out } = await syncline('history', 'notes', 'todo.txt')
  expect(out).toMatch(/replaced {2}3 B/)
  const revision = out.trimEnd().split(/ {2,}/).at(-1) ?? ''
  expect((await syncline('history', 'notes', 'todo.txt', '--restore', revision)).status).toBe(0)
  expect(read(join(root, 'todo.txt'))).toBe('one')
  const changes = (await syncline('history', 'notes')).out
  expect(changes).toMatch(/created .*todo\.txt/)
  const newest = /^(\d+) /.exec(changes)?.[1] ?? ''
  expect((await syncline('history', 'notes', '--undo', newest)).out).toBe('todo.txt is as it was.\n')
  expect(read(join(root, 'todo.txt'))).toBe('two, longer')
  expect((await syncline('history', 'notes', 'never.txt')).status).toBe(1)
  expect((await syncline('history', 'notes', 'todo.txt', '--restore')).status).toBe(2)
})

test('a folder is looked at as it was, and goes back', async () => {
  write(join(root, 'kept.txt'), 'kept')
  await until(() => read(join(remote, 'kept.txt')) === 'kept', 'it to be with the remote', PATIENCE_MS)
  await settled(daemon.client)
  const at = Date.now()
  await until(() => Date.now() > at + 1500, 'the clock to go on')
  rmSync(join(remote, 'kept.txt'))
  await until(() => read(join(root, 'kept.txt')) === undefined, 'the deletion to be here', PATIENCE_MS)
  await settled(daemon.client)
  const then = new Date(at).toISOString()
  const looked = await syncline('history', 'notes', '--at', then)
  expect(looked.out).toContain('comes back  4 B  kept.txt')
  expect(looked.out).toContain('To come back: 1.')
  const back = await syncline('history', 'notes', '--at', then, '--restore')
  expect(back.out).toContain('Brought back 1, replaced 0')
  expect(read(join(root, 'kept.txt'))).toBe('kept')
})

test('how versions are kept is set and told', async () => {
  const set = await syncline('folder', 'history', 'notes', 'staggered', '--max-age', '365')
  expect(set.out).toContain('Fewer older versions are kept the older they are; what is older than 365 days may go.')
  await until(
    async () => (await syncline('folder', 'history', 'notes', '--tidy')).status === 0,
    'the folder to be tidied',
    PATIENCE_MS,
  )
  expect((await syncline('folder', 'history', 'notes', '--versions', '3', '--json')).out).toContain(
    '"strategy":"newest"',
  )
  expect((await syncline('folder', 'history', 'notes', 'sometimes')).status).toBe(2)
})

test('what is wrong is told with what to do; what is given away holds no secret', async () => {
  await settled(daemon.client)
  expect((await syncline('problems')).out).toBe('Everything goes as it should.\n')
  rmSync(remote, { recursive: true })
  await daemon.client.remotes.sync('notes', 'remote')
  await until(async () => (await syncline('problems')).status === 1, 'the problem to be told', PATIENCE_MS)
  expect((await syncline('problems')).out).toMatch(/^notes, remote: .*\n {2}\S/)
  const file = stage.at('bundle.json')
  expect((await syncline('support', '--output', file)).status).toBe(0)
  const text = readFileSync(file, 'utf8')
  const bundle = JSON.parse(text) as Record<string, unknown>
  expect(bundle).toMatchObject({ about: { program: 'syncline' }, problems: [{ folder: 'notes', remote: 'remote' }] })
  expect(String(bundle['config'])).toContain('notes:')
  expect(text).not.toContain(readFileSync(join(daemon.home, 'api-token'), 'utf8').trim())
})
