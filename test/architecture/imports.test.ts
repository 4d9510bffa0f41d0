// The import rule of ARCHITECTURE.md holds, and its checker finds what breaks it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readProgram } from './imports.ts'
import { importRules, type Rule, roomOf } from './rules.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

describe('imports', () => {
  const program = readProgram(ROOT)

  test('every source file belongs to a room', () => {
    expect(program.files.length).toBeGreaterThan(50)
    expect(program.files.filter(file => roomOf(file) === undefined)).toEqual([])
  })

  test.each(importRules().map(rule => [rule.name, rule] as const))('%s', (_, rule) => {
    expect(rule.broken(program).map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })
})

describe('the checker', () => {
  test.each([
    ['model imports only itself', 'model/path.ts', `import '../plan/step.ts'`],
    ['model imports only itself', 'model/path.ts', `import type { Step } from '../plan/step.ts'`],
    ['model imports only itself', 'model/path.ts', `export { step } from '../plan/step.ts'`],
    ['model imports only itself', 'model/path.ts', `export type A = import('../plan/step.ts').Step`],
    ['plan imports only model', 'plan/plan.ts', `export const row = () => import('../index/row.ts')`],
    ['plan imports of Node only nothing', 'plan/plan.ts', `import 'node:fs'`],
    ['plan imports of Node only nothing', 'plan/plan.ts', `import 'fs'`],
    ['platform imports only model', 'platform/world.ts', `import './node/disk.ts'`],
    ['wire imports of packages only saxes', 'wire/row.ts', `import 'commander'`],
    ['no import goes in a circle', 'model/path.ts', `import './path.ts'`],
    ['every import leads somewhere', 'model/path.ts', `import './no-such-file.ts'`],
    ['the program imports no test and nothing outside src', 'model/path.ts', `import './path.test.ts'`],
    ['the program imports no test and nothing outside src', 'model/path.ts', `import '../../test/peers.ts'`],
  ])('finds that "%s" is broken in %s by %s', (name, file, line) => {
    expect(brokenIn({ [file]: line }).get(name)).toHaveLength(1)
  })

  test('finds a remote that imports another, and a sync that imports a remote or the disk', () => {
    const broken = brokenIn({
      'remotes/owncloud/connect.ts': `import '../webdav/connect.ts'\nimport '../http/client.ts'`,
      'sync/run.ts': `import '../remotes/memory/memory.ts'\nimport '../platform/node/disk.ts'\nimport '../platform/tree.ts'`,
    })
    expect([...broken.values()]).toEqual([
      ['src/remotes/webdav/connect.ts'],
      ['src/remotes/memory/memory.ts', 'src/platform/node/disk.ts'],
    ])
  })

  test('finds a circle through three files, and only it', () => {
    const circle = { 'plan/a.ts': `import './b.ts'`, 'plan/b.ts': `import './c.ts'`, 'plan/c.ts': `import './a.ts'` }
    const broken = brokenIn({ ...circle, 'plan/d.ts': `import './a.ts'` })
    expect([...broken.values()].flat().sort()).toEqual(['src/plan/a.ts', 'src/plan/b.ts', 'src/plan/c.ts'])
  })

  test('lets a scan watch, and nothing else in it ask the system', () => {
    const line = `import 'node:fs'`
    expect([...brokenIn({ 'scan/watch.ts': line, 'scan/walk.ts': line }).values()]).toEqual([['fs']])
  })
})

const BESIDES = [
  'plan/step.ts',
  'index/row.ts',
  'model/path.test.ts',
  'remotes/webdav/connect.ts',
  'remotes/http/client.ts',
]
const BELOW = ['remotes/memory/memory.ts', 'platform/node/disk.ts', 'platform/tree.ts', '../test/peers.ts']

/** Makes a program of these files and tells which rules it breaks, by what it imports. */
function brokenIn(program: Record<string, string>): ReadonlyMap<string, readonly string[]> {
  const root = mkdtempSync(join(tmpdir(), 'rooms-'))
  try {
    for (const file of [...BESIDES, ...BELOW]) plant(root, file, '')
    for (const [file, source] of Object.entries(program)) plant(root, file, source)
    return new Map(importRules().flatMap(rule => broken(rule, root)))
  } finally {
    rmSync(root, { recursive: true })
  }
}

function broken(rule: Rule, root: string): [string, string[]][] {
  const found = rule.broken(readProgram(root)).map(({ to }) => to)
  return found.length === 0 ? [] : [[rule.name, found]]
}

function plant(root: string, file: string, source: string): void {
  mkdirSync(dirname(join(root, 'src', file)), { recursive: true })
  writeFileSync(join(root, 'src', file), `${source}\nexport {}\n`)
}
