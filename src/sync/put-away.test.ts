import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FolderIndex } from '../index/folder-index.ts'
import { openIndex } from '../index/sqlite-index.ts'
import type { Path } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import type { Tree } from '../platform/tree.ts'
import { connectDirectory } from '../remotes/directory/connect.ts'
import type { JustKept, Revisions } from '../revisions/revisions.ts'
import { openTrash } from '../revisions/trash.ts'
import { ignoreRules } from '../scan/ignore.ts'
import { openFolder } from './folder.ts'
import type { ShownRow } from './folder-nodes.ts'
import { putAway } from './put-away.ts'

const world = nodeWorld({ log: () => undefined })
const FILE = 'file.txt' as Path
const TIME = new Date(1_700_000_000_000)

let root = ''
let tree: Tree
let index: FolderIndex

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'syncline-put-away-'))
  mkdirSync(join(root, '.syncline'))
  tree = await openNodeTree(root)
  index = openIndex(join(root, '.syncline/index.db'), { device: 1n as DeviceId, now: Date.now })
})
afterEach(async () => {
  index.close()
  await tree.close()
  rmSync(root, { recursive: true })
})

function write(name: string, text: string): void {
  writeFileSync(join(root, name), text)
  utimesSync(join(root, name), TIME, TIME)
}

/** A folder with one file, of which `trash` keeps what is put away. */
async function opened(trash: (real: Revisions) => Revisions) {
  write(FILE, 'old')
  const revisions = trash(openTrash({ tree, clock: world.clock, random: world.random }))
  const memory = { get: () => undefined, set: () => undefined }
  const disk = await connectDirectory({ tree, world, memory, mode: 'read-write', trash: revisions })
  const ignore = ignoreRules({ files: [], caseFold: false })
  const folder = await openFolder({ tree, index, disk, ignore, revisions, world, trust: 'metadata', mode: 'sync' })
  await folder.scan('everything', new AbortController().signal)
  return { folder, row: index.row(FILE) as ShownRow }
}

/** `keep`, with something done before it or to what it tells. */
function keeping(real: Revisions, keep: Revisions['keep']): Revisions {
  return new Proxy(real, { get: (target, key) => (key === 'keep' ? keep : bound(target, key)) })
}

function bound(target: Revisions, key: string | symbol): unknown {
  const value = Reflect.get(target, key) as unknown
  return typeof value === 'function' ? value.bind(target) : value
}

test('another file of the same size and time, put there in the instant before the old one goes, stays', async () => {
  write('.syncline/other', 'new')
  const { folder, row } = await opened(real =>
    keeping(real, (path, why) => {
      renameSync(join(root, '.syncline/other'), join(root, FILE))
      return real.keep(path, why)
    }),
  )
  expect(await putAway(row, folder)).toBe('changed')
  expect(readFileSync(join(root, FILE), 'utf8')).toBe('new')
  expect(index.row(FILE)?.state.kind).toBe('file')
})

test('on a disk that gives a file another number with another name, it goes all the same', async () => {
  let told = 0n
  const renumbered = (kept: JustKept): JustKept => {
    told += 1n
    return { ...kept, inode: kept.inode + told }
  }
  const { folder, row } = await opened(real =>
    keeping(real, async (path, why) => renumbered(await real.keep(path, why))),
  )
  expect(await putAway(row, folder)).toMatchObject({ kind: 'file', origin: FILE, size: 3 })
  expect(statSync(join(root, FILE), { throwIfNoEntry: false })).toBeUndefined()
  expect(index.row(FILE)?.state.kind).toBe('deleted')
})
