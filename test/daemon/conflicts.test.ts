// Conflicts as a browser settles them, with a real daemon: looked at, decided one by one, merged, and all at once.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Conflict } from '../../src/api/shapes/conflicts.ts'
import { type RunningDaemon, read, type Stage, settled, tree, until, write } from './daemon-process.ts'
import { NO_SIGNAL, openOneFolder, PATIENCE_MS } from './one-folder.ts'

vi.setConfig({ testTimeout: 3 * PATIENCE_MS })

let stage: Stage
let daemon: RunningDaemon
let root: string
let remote: string
const folder = 'c'

beforeAll(async () => {
  ;({ stage, daemon, root, remote } = await openOneFolder(folder))
})
afterAll(() => stage[Symbol.asyncDispose]())

const list = async () =>
  (await daemon.client.conflicts.list(folder, { after: undefined, limit: 100 }, NO_SIGNAL)).conflicts
const trashOf = async (path: string) =>
  (await daemon.client.revisions.list(folder, path as never, { after: undefined, limit: 10 })).items

/** Both sides change the same files while nobody looks; resolves with their conflicts. */
async function conflictsIn(names: readonly string[]): Promise<readonly Conflict[]> {
  const wanted = (conflicts: readonly Conflict[]) => conflicts.filter(({ origin }) => names.includes(origin ?? ''))
  for (const name of names) write(join(root, name), `agreed ${name}`)
  await until(() => names.every(name => read(join(remote, name)) === `agreed ${name}`), 'both to be equal', PATIENCE_MS)
  await settled(daemon.client)
  await daemon.client.folders.pause(folder)
  const isPaused = async () => (await daemon.client.folders.status(folder)).state === 'paused'
  await until(isPaused, 'the folder to rest', PATIENCE_MS)
  for (const name of names) {
    write(join(root, name), `here ${name}`)
    write(join(remote, name), `there, longer ${name}`)
  }
  await daemon.client.folders.resume(folder)
  await until(
    async () => wanted(await list().catch(() => [])).length === names.length,
    'the conflicts to be told',
    PATIENCE_MS,
  )
  await settled(daemon.client)
  return wanted(await list())
}

function only(conflicts: readonly Conflict[]): Conflict {
  const [conflict] = conflicts
  if (conflict === undefined) throw new Error('there is no conflict')
  return conflict
}

test('a conflict tells both versions and where they came from, and the copy can take the place of the original', async () => {
  const conflict = only(await conflictsIn(['one.txt']))
  expect(conflict).toMatchObject({
    origin: 'one.txt',
    isEqual: false,
    copy: { path: conflict.path, kind: 'file', sizeBytes: 'here one.txt'.length, by: 'This device' },
    original: { path: 'one.txt', kind: 'file', sizeBytes: 'there, longer one.txt'.length },
    remote: 'remote',
  })
  const stale = { path: conflict.path, keep: 'copy', etags: { original: 'another' } } as const
  await expect(daemon.client.conflicts.resolve(folder, stale, NO_SIGNAL)).rejects.toMatchObject({ code: 'stale' })
  const etags = { copy: conflict.copy.etag ?? '', original: conflict.original?.etag ?? '' }
  const resolved = await daemon.client.conflicts.resolve(
    folder,
    { path: conflict.path, keep: 'copy', etags },
    NO_SIGNAL,
  )
  expect(resolved).toEqual({ resolved: 1, paths: ['one.txt'], failed: [] })
  await until(() => read(join(remote, 'one.txt')) === 'here one.txt', 'the decision to be with the remote', PATIENCE_MS)
  await until(() => read(join(remote, conflict.path)) === undefined, 'the copy to be gone from the remote', PATIENCE_MS)
  expect(await list()).toEqual([])
  expect((await trashOf('one.txt')).map(({ sizeBytes }) => sizeBytes)).toContain('there, longer one.txt'.length)
})

test('both can be kept, under names that say nothing of a conflict', async () => {
  const conflict = only(await conflictsIn(['two.txt']))
  const resolved = await daemon.client.conflicts.resolve(folder, { path: conflict.path, keep: 'both' }, NO_SIGNAL)
  expect(resolved.paths).toEqual(['two (2).txt'])
  expect(tree(root)).toMatchObject({ 'two.txt': 'there, longer two.txt', 'two (2).txt': 'here two.txt' })
  expect(await list()).toEqual([])
})

test('what both were merged into takes the place of the original; both can be had back', async () => {
  const conflict = only(await conflictsIn(['three.txt']))
  const token = readFileSync(join(daemon.home, 'api-token'), 'utf8').trim()
  const merge = (etag: string) =>
    fetch(
      `${new URL(daemon.url).origin}/api/v1/folders/${folder}/conflicts/merged?path=${encodeURIComponent(conflict.path)}`,
      { method: 'PUT', body: 'merged', headers: { authorization: `Bearer ${token}`, 'if-match': `"${etag}"` } },
    )
  expect((await merge('another')).status).toBe(409)
  expect((await merge(conflict.original?.etag ?? '')).status).toBe(200)
  await until(() => read(join(remote, 'three.txt')) === 'merged', 'the merged file to be with the remote', PATIENCE_MS)
  expect(await list()).toEqual([])
  expect((await trashOf('three.txt')).map(({ sizeBytes }) => sizeBytes)).toContain('there, longer three.txt'.length)
  expect((await trashOf(conflict.path)).map(({ sizeBytes }) => sizeBytes)).toEqual(['here three.txt'.length])
})

test('the same can be decided for all below a place, and what cannot be done for one keeps no other', async () => {
  const conflicts = await conflictsIn(['d/a', 'd/b', 'd/e/c', 'e'])
  const kept = await daemon.client.conflicts.resolveMany(folder, { keep: 'original', place: 'd' }, NO_SIGNAL)
  expect(kept).toMatchObject({ resolved: 3, paths: ['d/a', 'd/b', 'd/e/c'], failed: [] })
  expect((await list()).map(({ origin }) => origin)).toEqual(['e'])
  const left = conflicts.find(({ origin }) => origin === 'e')?.path ?? ''
  const some = await daemon.client.conflicts.resolveMany(folder, { keep: 'copy', paths: ['no copy', left] }, NO_SIGNAL)
  expect(some).toMatchObject({ resolved: 1, failed: [{ path: 'no copy', code: 'not-found' }] })
  await until(() => read(join(remote, 'e')) === 'here e', 'the copy to be with the remote', PATIENCE_MS)
})

test('a copy that another device made is told by its name', async () => {
  const copy = 'notes.sync-conflict-20261122-101500-ABCDEF2.txt'
  write(join(root, 'notes.txt'), 'theirs')
  write(join(root, copy), 'ours')
  await until(async () => (await list()).length === 1, 'the copy to be found', PATIENCE_MS)
  expect(await list()).toMatchObject([{ path: copy, origin: 'notes.txt', original: { path: 'notes.txt' } }])
  await daemon.client.conflicts.resolve(folder, { path: copy, keep: 'original' }, NO_SIGNAL)
  expect(read(join(root, copy))).toBeUndefined()
})
