// What a client was told is there is there: after the process was killed, and after a power cut.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { SimDisk } from '../../test/sim/sim-disk.ts'
import { openIndex } from '../index/sqlite-index.ts'
import type { Path } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { connectDirectory } from '../remotes/directory/connect.ts'
import { openTrash } from '../revisions/trash.ts'
import { ignoreRules } from '../scan/ignore.ts'
import type { Space } from '../store/space.ts'
import { openFolder } from './folder.ts'
import { folderSpace } from './folder-space.ts'

const SIGNAL = new AbortController().signal
const world = nodeWorld({ log: () => undefined })

// Serves a folder and puts sixteen files at once, again and again; tells each name once it is confirmed.
const PUTTER = `
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openIndex } from '../index/sqlite-index.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { connectDirectory } from '../remotes/directory/connect.ts'
import { openTrash } from '../revisions/trash.ts'
import { ignoreRules } from '../scan/ignore.ts'
import { openFolder } from './folder.ts'
import { folderSpace } from './folder-space.ts'

const root = process.env['SERVED_ROOT']
const signal = new AbortController().signal
const world = nodeWorld({ log: () => undefined })
const tree = await openNodeTree(root)
mkdirSync(join(root, '.syncline'), { recursive: true })
const index = openIndex(join(root, '.syncline/index.db'), { device: 1n, now: Date.now })
const revisions = openTrash({ tree, clock: world.clock, random: world.random })
const memory = { get: () => undefined, set: () => undefined }
const disk = await connectDirectory({ tree, world, memory, mode: 'read-write', trash: revisions })
const ignore = ignoreRules({ files: [], caseFold: false })
const folder = await openFolder({ tree, index, disk, ignore, revisions, world, trust: 'metadata', mode: 'sync' })
const space = folderSpace({ id: 'f', label: 'f', number: 1, folder, ignore, hint: () => undefined })
async function putForever(lane) {
  for (let i = 0; ; i += 1) {
    const name = 'f' + lane + '-' + i
    const bytes = Buffer.from('content of ' + name)
    const received = await space.receive({ at: name, size: bytes.length, bytes: [bytes] }, signal)
    const changed = await space.change({ do: 'put', at: name, received, mtimeMs: undefined, when: 'absent' }, signal)
    if (changed.as === 'done') process.stdout.write(name + '\\n')
  }
}
for (let lane = 0; lane < 16; lane += 1) putForever(lane)
`

it.each(['everything', 'bytes'] as const)(
  'a power cut that takes %s not flushed takes nothing that was confirmed',
  async lost => {
    for (let confirmed = 1; confirmed <= 6; confirmed += 1) {
      const disk = new SimDisk(Date.now)
      const space = await spaceOn(disk)
      const stopped: string[] = []
      const puts = Array.from({ length: 12 }, (_, i) =>
        put(space, `f${i % 8}`, `content ${i}`).then(() => stopped.push(`f${i % 8}=content ${i}`)),
      )
      // The cut comes when so many are confirmed; the others are under way.
      while (stopped.length < confirmed) await new Promise(setImmediate)
      const told = [...stopped]
      disk.cutPower(lost)
      const there = contentsOf(disk)
      for (const each of told) expect(there, `after ${confirmed}`).toContain(each.slice(each.indexOf('=') + 1))
      await Promise.allSettled(puts)
    }
  },
)

it('a process that is killed leaves what it has confirmed', { timeout: 60_000 }, async () => {
  const root = mkdtempSync(join(tmpdir(), 'killed-'))
  try {
    const confirmed = await killedAfter(root, 40)
    expect(confirmed.length).toBeGreaterThanOrEqual(40)
    for (const name of confirmed) expect(readFileSync(join(root, name), 'utf8')).toBe(`content of ${name}`)
    expect(existsSync(join(root, '.syncline/index.db'))).toBe(true)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

/** Starts a process that puts file after file, and kills it once so many were confirmed. */
async function killedAfter(root: string, count: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PUTTER], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { ...process.env, SERVED_ROOT: root },
  })
  let told = ''
  child.stdout.on('data', (bytes: Buffer) => {
    told += bytes.toString()
    if (told.split('\n').length > count) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return told.split('\n').slice(0, -1)
}

async function spaceOn(disk: SimDisk): Promise<Space> {
  const tree = disk.open(() => new Promise(setImmediate))
  const index = openIndex(':memory:', { device: 1n as DeviceId, now: Date.now })
  const revisions = openTrash({ tree, clock: world.clock, random: world.random })
  const memory = { get: () => undefined, set: () => undefined }
  const connected = await connectDirectory({ tree, world, memory, mode: 'read-write', trash: revisions })
  const ignore = ignoreRules({ files: [], caseFold: false })
  const parts = { tree, index, disk: connected, ignore, revisions, world, trust: 'metadata', mode: 'sync' } as const
  const folder = await openFolder(parts)
  return folderSpace({ id: 'f', label: 'f', number: 1, folder, ignore, hint: () => undefined })
}

async function put(space: Space, name: string, text: string): Promise<void> {
  const bytes = Buffer.from(text)
  const once = async function* () {
    yield bytes
  }
  const received = await space.receive({ at: name as Path, size: bytes.length, bytes: once() }, SIGNAL)
  const changed = await space.change({ do: 'put', at: name as Path, received, mtimeMs: undefined, when: 'any' }, SIGNAL)
  expect(changed.as).toBe('done')
}

/** Of every file, those in the trash too: what was replaced is a version. */
function contentsOf(disk: SimDisk): ReadonlySet<string> {
  const found = new Set<string>()
  const walk = (inode: typeof disk.root) => {
    if (inode.kind === 'file') found.add(Buffer.from(inode.bytes).toString())
    for (const child of inode.names.values()) walk(child)
  }
  for (const [name, inode] of disk.root.names) if (name !== '.syncline') walk(inode)
  const trash = disk.root.names.get('.syncline')?.names.get('trash')
  if (trash !== undefined) walk(trash)
  return found
}
