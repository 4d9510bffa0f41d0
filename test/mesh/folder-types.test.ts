// Folders whose changes travel one way only, with real devices that take part as usual, and the other way round.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort } from '../interop/servers/program.ts'
import { describePeer } from '../peers.ts'
import type { MeshDevice } from './device.ts'
import {
  clearAwayAfterEach,
  lookAtDisks,
  ours,
  pairWith,
  type Theirs,
  tree,
  until,
  untilSettled,
  write,
} from './sharing.ts'

clearAwayAfterEach()

const TEST_MS = 400_000
const SEND_ONLY = { role: { type: 'send-only', permissions: 'synced' } } as const
const RECEIVE_ONLY = { role: { type: 'receive-only', permissions: 'synced' } } as const

function fill(root: string): void {
  for (let i = 0; i < 20; i += 1) write(root, `unchanged/${i}`, `${i}`)
  write(root, 'edited', 'before')
  write(root, 'deleted', 'is wanted by some')
  write(root, 'edited twice', 'before')
  write(root, 'tree/a/b', 'b')
}

function change(root: string, by: string): void {
  write(root, 'edited', `by ${by}`)
  write(root, 'edited twice', `by ${by}`)
  rmSync(join(root, 'deleted'))
  rmSync(join(root, 'tree'), { recursive: true })
  write(root, `made by ${by}/deep/file`, 'new')
}

/** In sync, with what `who` had. */
async function inSync(
  who: 'ours' | 'theirs',
  settings: Parameters<typeof pairWith>[1],
  options: Parameters<typeof pairWith>[2],
): Promise<[MeshDevice, Theirs]> {
  const [a, b] = await pairWith((root, at) => at === who && fill(root), settings, options)
  const there = who === 'ours' ? b.root : a.root
  await untilSettled([a, b], { isSo: () => existsSync(join(there, 'tree/a/b')) })
  return [a, b]
}

const lacks = (device: MeshDevice) => device.folder.mesh.lackOf('').items

describePeer('a folder of ours that only sends', ['syncthing'], () => {
  test(
    'takes nothing, goes on sending, and is what all go to once it is overridden',
    async () => {
      const [a, b] = await inSync('ours', {}, SEND_ONLY)
      const before = tree(a.root)
      change(b.root, 'theirs')
      await lookAtDisks([b])
      // Two edits, four deletions, three things made.
      await until(
        'the changes are known',
        () => a.isAtRest && lacks(a) === 9,
        () => a.folder.mesh.lackOf(''),
      )
      expect(tree(a.root)).toEqual(before)
      write(a.root, 'made by ours', 'goes on')
      await lookAtDisks([a])
      await until('ours goes on sending', () => existsSync(join(b.root, 'made by ours')))
      expect(tree(a.root)).toEqual({ ...before, 'made by ours': expect.anything() })
      expect(a.settle('override')).toBe(9)
      await untilSettled([a, b])
      expect(tree(b.root)).toEqual({ ...before, 'made by ours': expect.anything() })
      expect(lacks(a)).toBe(0)
    },
    TEST_MS,
  )

  test(
    'has what others have already without telling of it anew, and takes over what they make equal',
    async () => {
      const [a, b] = await pairWith(fillAtTheSameTime, {}, SEND_ONLY)
      await untilSettled([a, b])
      const version = () => a.folder.mesh.picked('same' as never)?.modifiedBy
      expect(version()).not.toBe(undefined)
      write(b.root, 'same', 'other')
      await lookAtDisks([b])
      await until('the edit is known', () => lacks(a) === 1)
      const { mtimeMs } = statSync(join(a.root, 'same'))
      write(b.root, 'same', 'content')
      utimesSync(join(b.root, 'same'), mtimeMs / 1000, mtimeMs / 1000)
      await lookAtDisks([b])
      await untilSettled([a, b])
      expect(lacks(a)).toBe(0)
    },
    TEST_MS,
  )
})

function fillAtTheSameTime(root: string): void {
  write(root, 'same', 'content')
  utimesSync(join(root, 'same'), 1_500_000_000, 1_500_000_000)
}

describePeer('a folder of ours that only receives', ['syncthing'], () => {
  test(
    'keeps back what is changed in it, goes on receiving, and is as all others once it is reverted',
    async () => {
      const [a, b] = await inSync('theirs', {}, RECEIVE_ONLY)
      const before = tree(b.root)
      change(a.root, 'ours')
      const changed = tree(a.root)
      await lookAtDisks([a])
      await until(
        'the changes are kept back',
        () => a.isAtRest && a.folder.mesh.countKeptBack() === 9,
        () => a.folder.mesh.keptBackAfter('', 100),
      )
      write(b.root, 'made by theirs', 'goes on')
      await lookAtDisks([b])
      await until('ours goes on receiving', () => a.isAtRest && existsSync(join(a.root, 'made by theirs')))
      expect(tree(a.root)).toEqual({ ...changed, 'made by theirs': expect.anything() })
      expect(tree(b.root)).toEqual({ ...before, 'made by theirs': expect.anything() })
      expect(a.settle('revert')).toBe(9)
      await untilSettled([a, b])
      expect(tree(a.root)).toEqual({ ...before, 'made by theirs': expect.anything() })
      expect(a.folder.mesh.countKeptBack()).toBe(0)
      expect(trashOf(a.root)).toEqual(expect.arrayContaining(['by ours', 'new']))
    },
    TEST_MS,
  )

  test(
    'gives way to an edit of others, and keeps a copy of its own',
    async () => {
      const [a, b] = await inSync('theirs', {}, RECEIVE_ONLY)
      write(a.root, 'edited', 'by ours, later')
      await lookAtDisks([a])
      await until('the edit is kept back', () => a.isAtRest && a.folder.mesh.countKeptBack() === 1)
      write(b.root, 'edited', 'by theirs')
      await lookAtDisks([b])
      const copies = () => readdirSync(a.root).filter(name => name.startsWith('edited.sync-conflict-'))
      await until('there is a copy', () => a.isAtRest && copies().length === 1)
      expect(readFileSync(join(a.root, 'edited'), 'utf8')).toBe('by theirs')
      expect(readFileSync(join(a.root, copies()[0] ?? ''), 'utf8')).toBe('by ours, later')
      await until('the copy is kept back', () => a.isAtRest && a.folder.mesh.countKeptBack() === 1)
      expect(readdirSync(b.root).filter(name => name.includes('.sync-conflict-'))).toEqual([])
    },
    TEST_MS,
  )

  test(
    'has nothing kept back when a change is undone by hand',
    async () => {
      const [a, b] = await inSync('theirs', {}, RECEIVE_ONLY)
      write(a.root, 'edited', 'by ours')
      write(a.root, 'made', 'new')
      rmSync(join(a.root, 'deleted'))
      await lookAtDisks([a])
      await until('the changes are kept back', () => a.isAtRest && a.folder.mesh.countKeptBack() === 3)
      write(a.root, 'edited', 'before')
      rmSync(join(a.root, 'made'))
      write(a.root, 'deleted', 'is wanted by some')
      await lookAtDisks([a])
      await untilSettled([a, b], { isSo: () => a.folder.mesh.countKeptBack() === 0 })
    },
    TEST_MS,
  )

  test(
    'sends what it kept back once it no longer only receives',
    async () => {
      const listen = `tcp://127.0.0.1:${await freePort()}`
      const [a, b] = await inSync('theirs', {}, { ...RECEIVE_ONLY, listen })
      change(a.root, 'ours')
      const changed = tree(a.root)
      await lookAtDisks([a])
      await until('the changes are kept back', () => a.isAtRest && a.folder.mesh.countKeptBack() === 9)
      await a.stop()
      const again = await ours('a', { directory: join(a.root, '..'), listen })
      again.share([b])
      await untilSettled([again, b], { isSo: () => existsSync(join(b.root, 'made by ours/deep/file')) })
      expect(tree(b.root)).toEqual(changed)
      expect(readdirSync(b.root).filter(name => name.includes('.sync-conflict-'))).toEqual([])
    },
    TEST_MS,
  )
})

describePeer('a real device whose folder goes one way only', ['syncthing'], () => {
  test(
    'that sends: its override is followed here',
    async () => {
      const [a, b] = await inSync('theirs', { type: 'sendonly' }, {})
      const before = tree(b.root)
      change(a.root, 'ours')
      await lookAtDisks([a])
      await b.syncthing.until(
        'it knows the changes',
        async () => (await b.syncthing.status('shared')).needTotalItems === 9,
      )
      expect(tree(b.root)).toEqual(before)
      await b.syncthing.call('POST', '/db/override?folder=shared')
      await untilSettled([a, b])
      expect(tree(a.root)).toEqual(before)
    },
    TEST_MS,
  )

  test(
    'that receives: what it changes is no change here, and it has what is here after it reverted',
    async () => {
      const [a, b] = await inSync('ours', { type: 'receiveonly' }, {})
      const before = tree(a.root)
      change(b.root, 'theirs')
      await lookAtDisks([b])
      const changedThere = async () => {
        const status = (await b.syncthing.status('shared')) as unknown as { receiveOnlyTotalItems: number }
        return status.receiveOnlyTotalItems
      }
      await b.syncthing.until('it kept back the changes', async () => (await changedThere()) > 0)
      write(a.root, 'made by ours', 'goes on')
      await lookAtDisks([a])
      await until('it goes on receiving', () => existsSync(join(b.root, 'made by ours')))
      await until('ours is at rest', () => a.isAtRest)
      expect(tree(a.root)).toEqual({ ...before, 'made by ours': expect.anything() })
      await b.syncthing.call('POST', '/db/revert?folder=shared')
      await untilSettled([a, b])
      expect(tree(b.root)).toEqual({ ...before, 'made by ours': expect.anything() })
    },
    TEST_MS,
  )
})

describePeer('a folder that ignores permissions', ['syncthing'], () => {
  test(
    'neither takes nor tells them, and content goes on',
    async () => {
      const [a, b] = await inSync('ours', {}, { role: { type: 'send-receive', permissions: 'ignored' } })
      chmodSync(join(a.root, 'edited'), 0o600)
      chmodSync(join(b.root, 'deleted'), 0o600)
      write(a.root, 'unchanged/1', 'content goes on')
      await lookAtDisks([a, b])
      const text = () => readFileSync(join(b.root, 'unchanged/1'), 'utf8')
      await untilSettled([a, b], { isSo: () => text() === 'content goes on', treesDiffer: true })
      const modeOf = (root: string, path: string) => statSync(join(root, path)).mode & 0o777
      expect([modeOf(b.root, 'edited'), modeOf(a.root, 'deleted')]).toEqual([0o644, 0o644])
    },
    TEST_MS,
  )
})

/** The small files in the trash. */
function trashOf(root: string): readonly string[] {
  const at = join(root, '.syncline', 'trash')
  return readdirSync(at, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
}
