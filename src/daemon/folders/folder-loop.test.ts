import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { News } from '../../api/shapes/events.ts'
import { nodeWorld } from '../../platform/node/node-world.ts'
import type { Tree } from '../../platform/tree.ts'
import { watchTree } from '../../scan/watch.ts'
import type { FolderConfig, RemoteConfig } from '../config/config.ts'
import { NO_LIMITS } from '../config/config-defaults.ts'
import { DAYS, type Schedule } from '../config/schedule.ts'
import { openState } from '../home/state-database.ts'
import { FolderLoop, type FolderLoopParts } from './folder-loop.ts'
import type { FolderSession } from './folder-session.ts'
import { knownFolders } from './known-folders.ts'
import { Pacing } from './pacing.ts'

let root = ''
let ends: (() => Promise<void> | void)[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'syncline-loop-'))
})
afterEach(async () => {
  for (const end of ends.reverse()) await end()
  ends = []
  rmSync(root, { recursive: true, force: true })
})

function folderConfig(remotes: readonly string[], change: Partial<FolderConfig> = {}): FolderConfig {
  return {
    id: 'docs',
    path: join(root, 'docs'),
    label: 'docs',
    isPaused: false,
    watch: 'on',
    rescanMs: 3_600_000,
    watchDelayMs: 50,
    ignoreFrom: [],
    trash: { keep: 'on', keepMs: 'for-ever', spareBytes: 0, versions: 'all' },
    gitHistory: 'off',
    brake: {},
    remotes: remotes.map(remoteConfig),
    devices: [],
    meshId: 'docs',
    type: 'send-receive',
    permissions: 'synced',
    schedule: undefined,
    ...change,
  }
}

function remoteConfig(id: string): RemoteConfig {
  const rest = { user: undefined, trustCert: undefined, isPaused: false, pollMs: 'auto' as const }
  return { id, label: id, url: join(root, id), ...rest, limits: NO_LIMITS, schedule: undefined }
}

const WORLD = nodeWorld({ log: () => {} })

interface Running {
  readonly loop: FolderLoop
  readonly told: readonly News[]
  /** Resolves once something that is told from now on, or is so already, satisfies. */
  until(isSo: () => boolean): Promise<void>
}

function start(config: FolderConfig, parts: Partial<FolderLoopParts> = {}): Running {
  const database = openState(join(root, 'state.db'))
  const told: News[] = []
  let look = () => {}
  const { world = WORLD } = parts
  const pacing = new Pacing(world.clock)
  const loop = new FolderLoop({
    config,
    world,
    known: knownFolders(database),
    login: () => undefined,
    pacing,
    tell: news => {
      told.push(news)
      look()
    },
    ...parts,
  })
  loop.start()
  ends.push(async () => {
    await loop.stop()
    pacing.close()
    database.close()
  })
  const until = (isSo: () => boolean) =>
    new Promise<void>(resolve => {
      const check = () => {
        if (!isSo()) return
        clearInterval(timer)
        look = () => {}
        resolve()
      }
      const timer = setInterval(check, 10)
      look = check
      check()
    })
  return { loop, told, until }
}

const stateOf = ({ loop }: Running, remote: string) => loop.status().remotes.find(({ id }) => id === remote)?.state
const isEqual = (running: Running, ...remotes: string[]) => remotes.every(id => stateOf(running, id) === 'in-sync')
const at = (...names: string[]) => join(root, ...names)

test('a file dropped into one remote arrives in the folder and in the other remote', async () => {
  const running = start(folderConfig(['a', 'b']))
  await running.until(() => isEqual(running, 'a', 'b'))
  writeFileSync(at('a', 'new.txt'), 'from a')
  await running.until(() => existsSync(at('b', 'new.txt')))
  expect(readFileSync(at('docs', 'new.txt'), 'utf8')).toBe('from a')
  expect(readFileSync(at('b', 'new.txt'), 'utf8')).toBe('from a')
})

test('a folder that is moved away is unavailable, nothing is deleted, and it comes back by itself', async () => {
  const running = start(folderConfig(['a']))
  await running.until(() => isEqual(running, 'a'))
  writeFileSync(at('docs', 'kept.txt'), 'kept')
  await running.until(() => existsSync(at('a', 'kept.txt')))
  renameSync(at('docs'), at('elsewhere'))
  await running.until(() => running.loop.condition.state === 'unavailable')
  // What an unmounted disk leaves behind.
  mkdirSync(at('docs'))
  writeFileSync(at('a', 'meanwhile.txt'), 'x')
  await running.until(() => running.loop.status().sentence.includes('marker'))
  expect(existsSync(at('docs', 'meanwhile.txt'))).toBe(false)
  rmSync(at('docs'), { recursive: true })
  renameSync(at('elsewhere'), at('docs'))
  await running.until(() => existsSync(at('docs', 'meanwhile.txt')))
  expect(existsSync(at('a', 'kept.txt'))).toBe(true)
  expect(existsSync(at('docs', 'kept.txt'))).toBe(true)
})

test('a remote that is moved away waits alone; the other one goes on', async () => {
  const running = start(folderConfig(['a', 'b']))
  await running.until(() => isEqual(running, 'a', 'b'))
  writeFileSync(at('docs', 'one.txt'), '1')
  await running.until(() => existsSync(at('a', 'one.txt')) && existsSync(at('b', 'one.txt')))
  renameSync(at('a'), at('a-elsewhere'))
  await running.until(() => stateOf(running, 'a') === 'waiting')
  writeFileSync(at('docs', 'two.txt'), '2')
  await running.until(() => existsSync(at('b', 'two.txt')))
  expect(existsSync(at('docs', 'one.txt'))).toBe(true)
  expect(existsSync(at('a-elsewhere', 'two.txt'))).toBe(false)
  renameSync(at('a-elsewhere'), at('a'))
  running.loop.opened().remote('a')?.press()
  await running.until(() => existsSync(at('a', 'two.txt')))
})

test('a brake holds until a person says yes, and is told with an id', async () => {
  const running = start(folderConfig(['a']))
  await running.until(() => isEqual(running, 'a'))
  for (let i = 0; i < 5; i += 1) writeFileSync(at('docs', `${i}.txt`), String(i))
  await running.until(() => existsSync(at('a', '4.txt')))
  await running.until(() => isEqual(running, 'a'))
  for (let i = 0; i < 5; i += 1) rmSync(at('docs', `${i}.txt`))
  await running.until(() => stateOf(running, 'a') === 'braked')
  expect(existsSync(at('a', '4.txt'))).toBe(true)
  const remote = running.loop.opened().remote('a')
  expect(remote?.status().brake).toMatchObject({ because: 'root-emptied', on: 'there', count: 5, of: 5 })
  remote?.approve()
  await running.until(() => !existsSync(at('a', '4.txt')))
  await running.until(() => isEqual(running, 'a'))
})

test('new ignore rules hold at once', async () => {
  const running = start(folderConfig(['a']))
  await running.until(() => isEqual(running, 'a'))
  writeFileSync(at('docs', '.syncignore'), 'secret*\n')
  await running.until(() => existsSync(at('a', '.syncignore')))
  writeFileSync(at('docs', 'secret.txt'), 'x')
  writeFileSync(at('docs', 'plain.txt'), 'x')
  await running.until(() => existsSync(at('a', 'plain.txt')))
  await running.until(() => isEqual(running, 'a'))
  expect(existsSync(at('a', 'secret.txt'))).toBe(false)
})

test('rules that cannot be read stop the folder, which says which line, and goes on when they are mended', async () => {
  const running = start(folderConfig(['a']))
  await running.until(() => isEqual(running, 'a'))
  writeFileSync(at('docs', '.stignore'), '#include missing\n')
  await running.until(() => running.loop.condition.state === 'stopped')
  expect(running.loop.status().sentence).toContain('.stignore')
  rmSync(at('docs', '.stignore'))
  running.loop.reopen()
  await running.until(() => isEqual(running, 'a'))
})

test('a folder without remotes says how many paths of it cannot be read, until they can be', async () => {
  mkdirSync(at('docs'))
  mkdirSync(at('docs', 'closed'))
  let isClosed = true
  const onOpened = ({ local }: FolderSession) => refuse(local.files.tree, place => isClosed && place === 'closed')
  const running = start(folderConfig([]), { onOpened })
  await running.until(() => running.loop.condition.state === 'idle')
  const sentence = 'Up to date but for 1 path that cannot be read.'
  expect(running.loop.status()).toMatchObject({ state: 'idle', sentence, unreadable: 1 })
  isClosed = false
  await running.loop.session?.scan('', 'metadata')
  await running.until(() => running.loop.status().sentence === 'Up to date.')
  expect(running.loop.status().unreadable).toBeUndefined()
})

test('a folder whose changes are not noticed at once says why, until they are', async () => {
  const system = { usedUpAt: 'docs' }
  const running = start(folderConfig([]), { watch: shortOfWatches(system) })
  await running.until(() => running.loop.status().sentence.includes('sudo sysctl fs.inotify.max_user_watches='))
  expect(running.loop.status().watching).toBe('polling')
  expect(running.loop.session?.watchFault?.message).toContain('sudo sysctl')
  system.usedUpAt = ''
  await running.until(() => running.loop.status().sentence === 'Up to date.')
  expect(running.loop.status().watching).toBe('events')
  expect(running.loop.session?.watchFault).toBeUndefined()
  expect(running.told.filter(({ type }) => type === 'notice')).toHaveLength(2)
})

test('a remote whose changes are not noticed at once has that fault until they are', async () => {
  const system = { usedUpAt: 'a' }
  const running = start(folderConfig(['a']), { watch: shortOfWatches(system) })
  const fault = () => running.loop.session?.remote('a')?.watchFault
  await running.until(() => fault() !== undefined)
  expect(running.loop.session?.watchFault).toBeUndefined()
  system.usedUpAt = ''
  await running.until(() => fault() === undefined && isEqual(running, 'a'))
  writeFileSync(at('a', 'new.txt'), 'from a')
  await running.until(() => existsSync(at('docs', 'new.txt')))
})

/** Watching on a system that has no watches left for the directory of one name; it is tried again soon. */
function shortOfWatches(system: { readonly usedUpAt: string }): typeof watchTree {
  return options =>
    watchTree({
      ...options,
      limits: { ...options.limits, pollMs: 50 },
      open: (directory, _, told) => {
        if (basename(directory) === system.usedUpAt) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
        const watcher = watch(directory, (kind, name) => told.event(kind, name))
        return () => watcher.close()
      },
    })
}

/** From now on the disk denies some directories to this user, who may be one to whom permissions deny nothing. */
function refuse(tree: Tree, isDenied: (place: string) => boolean): undefined {
  const list = tree.list.bind(tree)
  tree.list = async place => {
    if (isDenied(place)) throw Object.assign(new Error(`EACCES: ${place}`), { code: 'EACCES' })
    return list(place)
  }
}

test('remotes come and go while the folder is open; a paused folder is closed', async () => {
  const running = start(folderConfig(['a']))
  await running.until(() => isEqual(running, 'a'))
  const session = running.loop.session
  await running.loop.update(folderConfig(['a', 'b']))
  writeFileSync(at('docs', 'one.txt'), '1')
  await running.until(() => existsSync(at('a', 'one.txt')) && existsSync(at('b', 'one.txt')))
  await running.loop.update(folderConfig(['b']))
  writeFileSync(at('docs', 'two.txt'), '2')
  await running.until(() => existsSync(at('b', 'two.txt')))
  expect(existsSync(at('a', 'two.txt'))).toBe(false)
  expect(running.loop.session).toBe(session)
  await running.loop.update(folderConfig(['b'], { isPaused: true }))
  await running.until(() => running.loop.condition.state === 'paused' && running.loop.session === undefined)
  writeFileSync(at('docs', 'three.txt'), '3')
  await running.loop.update(folderConfig(['b']))
  await running.until(() => existsSync(at('b', 'three.txt')))
})

test('a remote that is added while the folder is being opened is there', async () => {
  const running = start(folderConfig([]))
  await running.loop.update(folderConfig(['a']))
  await running.until(() => isEqual(running, 'a'))
})

test('a remote that makes no sense stops alone, and says why', async () => {
  const inside = { ...remoteConfig('in'), url: join(root, 'docs', 'inside') }
  const running = start(folderConfig(['a'], { remotes: [remoteConfig('a'), inside] }))
  await running.until(() => stateOf(running, 'in') === 'stopped')
  writeFileSync(at('docs', 'one.txt'), '1')
  await running.until(() => existsSync(at('a', 'one.txt')))
  const status = running.loop.status().remotes.find(({ id }) => id === 'in')
  expect(status?.sentence).toContain('lies inside')
  expect(status?.fault?.code).toBe('usage')
})

const NEVER: Schedule = [{ days: DAYS, fromMinute: 0, toMinute: 1440, sync: 'off' }]

function withRemote(config: FolderConfig, change: Partial<RemoteConfig>): FolderConfig {
  return { ...config, remotes: config.remotes.map(remote => (remote.id === 'a' ? { ...remote, ...change } : remote)) }
}

test('a remote rests outside its hours while the others go on, and begins when they come', async () => {
  const config = folderConfig(['a', 'b'])
  const running = start(withRemote(config, { schedule: NEVER }))
  await running.until(() => isEqual(running, 'b'))
  writeFileSync(at('docs', 'one.txt'), '1')
  await running.until(() => existsSync(at('b', 'one.txt')))
  expect(stateOf(running, 'a')).toBe('waiting')
  expect(running.loop.status().remotes[0]).toMatchObject({ sentence: expect.stringContaining('hours') })
  expect(existsSync(at('a'))).toBe(false)
  await running.loop.update(withRemote(config, { schedule: [] }))
  await running.until(() => existsSync(at('a', 'one.txt')))
  await running.until(() => isEqual(running, 'a'))
  await running.loop.update(withRemote(config, { schedule: NEVER }))
  await running.until(() => stateOf(running, 'a') === 'waiting')
  writeFileSync(at('docs', 'two.txt'), '2')
  await running.until(() => existsSync(at('b', 'two.txt')))
  expect(existsSync(at('a', 'two.txt'))).toBe(false)
})

test('the hours of a folder hold for all its remotes but those with their own', async () => {
  const config = folderConfig(['a', 'b'], { schedule: NEVER })
  const running = start(withRemote(config, { schedule: [] }))
  await running.until(() => isEqual(running, 'a') && stateOf(running, 'b') === 'waiting')
})

test.each(['upload', 'download'] as const)(
  'a limited %s can be watched, and is let go at once when the limit is',
  async way => {
    // So that at this pace it would take longer than a test may, and its first part a few seconds.
    const limits = { uploadBytesPerSecond: 250_000, downloadBytesPerSecond: 250_000 }
    const config = folderConfig(['a'])
    const running = start(withRemote(config, { limits }))
    await running.until(() => isEqual(running, 'a'))
    const size = 48_000_000
    writeFileSync(at(way === 'upload' ? 'docs' : 'a', 'large.bin'), Buffer.alloc(size, 'x'))
    const moving = () => running.loop.session?.remote('a')?.moving.list(1)[0]
    await running.until(() => (moving()?.doneBytes ?? 0) > 0)
    expect(moving()).toMatchObject({ path: 'large.bin', direction: way, sizeBytes: size })
    const told = () => running.told.findLast(news => news.type === 'progress')?.progress
    await running.until(() => told()?.files !== undefined)
    expect(told()).toMatchObject({ phase: 'applying', files: [{ path: 'large.bin', direction: way }] })
    expect(existsSync(at(way === 'upload' ? 'a' : 'docs', 'large.bin'))).toBe(false)
    await running.loop.update(config)
    await running.until(() => existsSync(at(way === 'upload' ? 'a' : 'docs', 'large.bin')))
    expect(running.loop.session?.remote('a')?.moving.list(1)).toEqual([])
  },
)

test('while the disk has no room, downloads wait and are told of, and everything else goes on', async () => {
  let freeBytes = 50_000
  let aheadMs = 0
  const clock = { ...WORLD.clock, now: () => WORLD.clock.now() + aheadMs }
  const diskSpace = async () => ({ freeBytes, totalBytes: 1_000_000 })
  const running = start(folderConfig(['a', 'b']), { diskSpace, world: { ...WORLD, clock } })
  await running.until(() => isEqual(running, 'a', 'b'))
  writeFileSync(at('a', 'large.bin'), Buffer.alloc(3_000_000, 'x'))
  writeFileSync(at('a', 'small.txt'), Buffer.alloc(60_000, 'y'))
  await running.until(() => (running.loop.status().missingBytes ?? 0) > 2_000_000)
  writeFileSync(at('docs', 'up.txt'), 'up')
  await running.until(() => existsSync(at('a', 'up.txt')) && existsSync(at('b', 'up.txt')))
  expect(existsSync(at('docs', 'large.bin'))).toBe(false)
  expect(running.loop.condition.state).not.toBe('unavailable')
  const waiting = running.loop.session?.remote('a')?.unsynced.find(({ path }) => path === 'large.bin')
  expect(waiting).toMatchObject({ because: 'disk-full', reason: expect.stringContaining('more are needed') })
  freeBytes = 1_000_000_000
  // What failed is tried again when its time has come.
  aheadMs = 3_600_000
  running.loop.session?.remote('a')?.press()
  await running.until(() => existsSync(at('docs', 'large.bin')) && existsSync(at('b', 'small.txt')))
  await running.until(() => running.loop.status().missingBytes === undefined)
})
