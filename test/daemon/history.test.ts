// The past of a folder with a real daemon: versions, the folder as it was, what happened and by whom, and the way back.
import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Change } from '../../src/api/shapes/history.ts'
import { type RunningDaemon, read, type Stage, settled, tree, until, write } from './daemon-process.ts'
import { NO_SIGNAL, openOneFolder, PATIENCE_MS } from './one-folder.ts'

vi.setConfig({ testTimeout: 3 * PATIENCE_MS })

let stage: Stage
let daemon: RunningDaemon
let root: string
let remote: string
const folder = 'h'
const PAGE = { after: undefined, limit: 100 }

beforeAll(async () => {
  ;({ stage, daemon, root, remote } = await openOneFolder(folder))
})
afterAll(() => stage[Symbol.asyncDispose]())

const token = () => readFileSync(join(daemon.home, 'api-token'), 'utf8').trim()
const changesIn = async (place: string) => (await daemon.client.history.changes(folder, place as never, PAGE)).items
const versionsOf = async (path: string) => (await daemon.client.history.file(folder, path as never, PAGE)).versions
const bytesOf = async (path: string, revision: string, headers: Record<string, string> = {}) => {
  const query = new URLSearchParams({ path, revision })
  return fetch(`${new URL(daemon.url).origin}/api/v1/folders/${folder}/history/content?${query}`, {
    headers: { authorization: `Bearer ${token()}`, ...headers },
  })
}

/** Written at one side; resolves when the other has it. */
async function written(side: string, path: string, text: string): Promise<void> {
  const other = side === root ? remote : root
  write(join(side, path), text)
  await until(() => read(join(other, path)) === text, `${path} to be on both sides`, PATIENCE_MS)
}

async function changed(place: string, isWanted: (change: Change) => boolean): Promise<Change> {
  let found: Change | undefined
  await until(
    async () => {
      found = (await changesIn(place)).find(isWanted)
      return found !== undefined
    },
    `a change of ${place} to be told`,
    PATIENCE_MS,
  )
  return found as Change
}

/** What is kept bears its time to about a second: a moment that nothing else is near. */
async function moment(): Promise<number> {
  const at = Date.now()
  await until(() => Date.now() > at + 1500, 'the clock to go on')
  return at
}

test('versions of a file are told with who replaced them, read, and put back', async () => {
  await written(root, 'v.txt', 'one')
  await written(remote, 'v.txt', 'two, longer')
  await written(remote, 'v.txt', 'three, longer still')
  await until(async () => (await versionsOf('v.txt')).length === 2, 'both versions to be kept', PATIENCE_MS)
  await settled(daemon.client)
  const versions = await versionsOf('v.txt')
  expect(versions.map(({ sizeBytes, why, store }) => [sizeBytes, why, store])).toEqual([
    [11, 'replaced', 'trash'],
    [3, 'replaced', 'trash'],
  ])
  const first = versions[1]?.revision ?? ''
  expect(await (await bytesOf('v.txt', first)).text()).toBe('one')
  expect(await (await bytesOf('v.txt', first, { range: 'bytes=1-1' })).text()).toBe('n')
  expect((await bytesOf('v.txt', 'nothing of ours')).status).toBe(404)
  await until(async () => (await versionsOf('v.txt'))[0]?.by?.kind === 'remote', 'it to be told who', PATIENCE_MS)
  await daemon.client.history.restore(folder, 'v.txt' as never, first, NO_SIGNAL)
  await until(() => read(join(remote, 'v.txt')) === 'one', 'the old version to be with the remote', PATIENCE_MS)
  expect((await versionsOf('v.txt')).map(({ sizeBytes }) => sizeBytes)).toEqual([19, 11, 3])
})

test('the folder goes back to how it was, and that can be undone', async () => {
  await written(remote, 'past/stays', 'stays')
  await written(remote, 'past/changes', 'before')
  await written(remote, 'past/goes', 'goes')
  await written(remote, 'past/deep/moves', 'moves')
  await settled(daemon.client)
  const at = await moment()
  await written(remote, 'past/changes', 'after, longer')
  rmSync(join(remote, 'past', 'goes'))
  await until(() => read(join(root, 'past/goes')) === undefined, 'the deletion to be here', PATIENCE_MS)
  await written(remote, 'past/comes', 'comes')
  renameSync(join(root, 'past', 'deep', 'moves'), join(root, 'past', 'moved'))
  await until(() => read(join(remote, 'past/moved')) === 'moves', 'the move to be with the remote', PATIENCE_MS)
  await settled(daemon.client)
  const before = tree(root)
  const preview = await daemon.client.history.preview(folder, { at, place: 'past' as never }, PAGE, NO_SIGNAL)
  expect(preview.items.map(({ path, change, from }) => [path, change, ...(from === undefined ? [] : [from])])).toEqual([
    ['past/changes', 'replace'],
    ['past/comes', 'remove'],
    ['past/goes', 'bring-back'],
    ['past/moved', 'move-back', 'past/deep/moves'],
  ])
  expect(preview.counts).toEqual({ bringBack: 1, replace: 1, remove: 1, moveBack: 1, bytes: 10 })
  await moment()
  const restored = await daemon.client.history.restorePast(folder, { at, place: 'past', newer: 'trash' }, NO_SIGNAL)
  expect(restored).toMatchObject({ broughtBack: 1, replaced: 1, removed: 1, movedBack: 1, failed: [] })
  const past = Object.entries(tree(root)).filter(([path, text]) => path.startsWith('past/') && text !== '/')
  expect(Object.fromEntries(past)).toEqual({
    'past/changes': 'before',
    'past/deep/moves': 'moves',
    'past/goes': 'goes',
    'past/stays': 'stays',
  })
  await until(() => read(join(remote, 'past/changes')) === 'before', 'the past to be with the remote', PATIENCE_MS)
  await settled(daemon.client)
  const again = await daemon.client.history.preview(folder, { at, place: 'past' as never }, PAGE, NO_SIGNAL)
  expect(again.items).toEqual([])
  await daemon.client.history.restorePast(folder, { at: restored.undoAt, place: 'past', newer: 'trash' }, NO_SIGNAL)
  expect(tree(root)).toEqual(before)
})

test('what happens is told with what, where and who, and one change is undone without another', async () => {
  write(join(root, 'told', 'mine'), 'by hand')
  const mine = await changed('told', ({ path, what }) => path === 'told/mine' && what === 'created')
  expect(mine).toMatchObject({ kind: 'file', sizeBytes: 7, by: { kind: 'here' } })
  await written(remote, 'told/theirs', 'theirs')
  await changed('told', ({ path, by }) => path === 'told/theirs' && by.kind === 'remote')
  await written(remote, 'told/mine', 'changed over there')
  const edit = await changed(
    'told',
    ({ path, what, by }) => path === 'told/mine' && what === 'changed' && by.kind === 'remote',
  )
  expect(edit).toMatchObject({ canUndo: true, by: { kind: 'remote', remote: 'remote' } })
  renameSync(join(root, 'told', 'theirs'), join(root, 'told', 'renamed'))
  const move = await changed('told', ({ what }) => what === 'moved')
  expect(move).toMatchObject({ path: 'told/renamed', from: 'told/theirs', by: { kind: 'here' } })
  await settled(daemon.client)
  expect(await daemon.client.history.undo(folder, edit.id, NO_SIGNAL)).toEqual({ path: 'told/mine', did: 'restored' })
  expect(tree(root)).toMatchObject({ 'told/mine': 'by hand', 'told/renamed': 'theirs' })
  expect(await daemon.client.history.undo(folder, move.id, NO_SIGNAL)).toEqual({
    path: 'told/theirs',
    did: 'moved-back',
  })
  await expect(daemon.client.history.undo(folder, edit.id, NO_SIGNAL)).rejects.toMatchObject({ code: 'stale' })
  await until(() => read(join(remote, 'told/mine')) === 'by hand', 'what was undone to be with the remote', PATIENCE_MS)
  const undone = await changed('told', ({ path, by }) => path === 'told/mine' && by.kind === 'api')
  expect(undone).toMatchObject({ what: 'changed', canUndo: true })
})

test('a directory that was deleted in the browser comes back with one undo', async () => {
  await written(root, 'dir/a', 'a')
  await written(root, 'dir/b/c', 'c')
  await settled(daemon.client)
  await moment()
  const deleted = await fetch(`${new URL(daemon.url).origin}/api/v1/folders/${folder}/content/delete`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ items: [{ path: 'dir' }] }),
  })
  expect(await deleted.json()).toEqual({ deleted: ['dir'], failed: [] })
  const gone = await changed('dir', ({ path, what }) => path === 'dir' && what === 'deleted')
  expect(gone).toMatchObject({ kind: 'directory', by: { kind: 'api' }, canUndo: true })
  await daemon.client.history.undo(folder, gone.id, NO_SIGNAL)
  expect(tree(root)).toMatchObject({ 'dir/a': 'a', 'dir/b/c': 'c' })
})

test('what is known of the past outlives the daemon, and the loss of its list', async () => {
  const before = await versionsOf('v.txt')
  await daemon.kill('SIGKILL')
  daemon = await stage.start()
  await settled(daemon.client)
  expect(await versionsOf('v.txt')).toEqual(before)
  expect((await changesIn('told')).length).toBeGreaterThan(4)
  await daemon.kill('SIGTERM')
  for (const ending of ['', '-wal', '-shm']) rmSync(join(root, '.syncline', `history.db${ending}`), { force: true })
  daemon = await stage.start()
  await settled(daemon.client)
  expect((await versionsOf('v.txt')).map(({ revision }) => revision)).toEqual(before.map(({ revision }) => revision))
})
