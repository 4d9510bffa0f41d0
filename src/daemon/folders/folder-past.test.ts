// The list of what a folder remembers of its past: when it is begun anew, and when it is left as it is.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Path, ROOT } from '../../model/path.ts'
import { openNodeTree } from '../../platform/node/node-tree.ts'
import { nodeWorld } from '../../platform/node/node-world.ts'
import { Database } from '../../platform/node/sqlite.ts'
import type { Tree } from '../../platform/tree.ts'
import { FolderPast } from './folder-past.ts'

const world = nodeWorld({ log: () => {} })
let root: string
let file: string
let tree: Tree

beforeEach(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'folder-past-')))
  mkdirSync(join(root, '.syncline'))
  file = join(root, '.syncline', 'history.db')
  tree = await openNodeTree(root)
  const past = new FolderPast(root, tree, world)
  past.log.add(CREATED)
  past.close()
})

afterEach(async () => {
  await tree.close()
  rmSync(root, { recursive: true, force: true })
})

it('what cannot be read by this version is not thrown away', () => {
  within(database => database.exec('PRAGMA user_version = 999'))
  expect(() => new FolderPast(root, tree, world)).toThrow('newer version')
  within(database => database.exec('PRAGMA user_version = 1'))
  expect(remembered()).toEqual(['a'])
})

it('what is damaged is begun anew: the folder goes on', () => {
  writeFileSync(file, 'no database at all, but long enough to be taken for one'.repeat(100))
  expect(remembered()).toEqual([])
})

function remembered(): readonly string[] {
  const past = new FolderPast(root, tree, world)
  try {
    return past.log.list(ROOT, Number.MAX_SAFE_INTEGER, 10).map(({ path }) => path)
  } finally {
    past.close()
  }
}

function within(body: (database: Database) => void): void {
  const database = new Database(file, WORDS)
  body(database)
  database.close()
}

const WORDS = { name: 'It', mend: '' }

const CREATED = {
  at: 1,
  what: 'created',
  path: 'a' as Path,
  from: undefined,
  count: undefined,
  kind: 'file',
  size: 1,
  content: undefined,
  author: { kind: 'here', label: 'This device' },
  revision: undefined,
} as const
