import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FolderIndex } from '../index/folder-index.ts'
import { openIndex } from '../index/sqlite-index.ts'
import type { Path } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import type { Tree } from '../platform/tree.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import { type ScanOptions, scan } from './scan.ts'

const keepAll: IgnoreRules = { verdict: () => 'kept', mayHoldKept: () => false, fingerprint: '' }

let root: string
let tree: Tree
let index: FolderIndex
/** What the scans asked of the tree besides a census. */
let looks: string[]

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'syncline-scan-'))
  for (const place of ['a', 'a/b', 'c']) mkdirSync(join(root, place))
  for (const path of ['a/x', 'a/y', 'a/b/x', 'c/x', 'z']) writeFileSync(join(root, path), path)
  looks = []
  tree = watched(await openNodeTree(root))
  index = openIndex(':memory:', { device: 1n as DeviceId, now: Date.now })
})

afterEach(async () => {
  vi.useRealTimers()
  index.close()
  await tree.close()
  rmSync(root, { recursive: true, force: true })
})

describe.runIf(hasGnuFind())('a scan by census', () => {
  it('of a folder in which nothing has changed looks at nothing itself, and reports as one that does', async () => {
    const first = await scanned()
    const second = await scannedMuchLater()
    const third = await scannedMuchLater()
    expect(looks).toEqual([])
    expect(third).toEqual(second)
    expect(second).toMatchObject({ files: first.files, directories: first.directories, changed: 0, hashedFiles: 0 })
  })

  it.each<[string, () => void, (index: FolderIndex) => unknown, unknown]>([
    ['a file that is as long and as old as before', () => rewriteAsOld('a/x'), kindOf('a/x'), 'file'],
    ['a file that is gone', () => rmSync(join(root, 'a/b/x')), kindOf('a/b/x'), 'deleted'],
    ['the last name of a directory that is gone', () => rmSync(join(root, 'c/x')), kindOf('c/x'), 'deleted'],
    ['a directory that is gone', () => rmSync(join(root, 'a'), { recursive: true }), kindOf('a/b'), 'deleted'],
    ['a new file', () => writeFileSync(join(root, 'c/new'), ''), kindOf('c/new'), 'file'],
    ['a new empty directory', () => mkdirSync(join(root, 'c/new')), kindOf('c/new'), 'directory'],
    ['a file that became a link', () => becomeLink('z'), kindOf('z'), 'symlink'],
    ['a mode', () => chmodSync(join(root, 'a'), 0o711), () => modeOf('a'), 0o711],
    ['a new name', () => renameSync(join(root, 'a'), join(root, 'd')), kindOf('d/b/x'), 'file'],
  ])('sees %s', async (_, act, seen, expected) => {
    await scanned()
    await scannedMuchLater()
    act()
    const report = await scannedMuchLater()
    expect(report.changed).toBeGreaterThan(0)
    expect(seen(index)).toBe(expected)
  })

  it('does not go by what was noted when the rules have changed, or when every file is to be read', async () => {
    await scanned()
    await scannedMuchLater()
    const ignore: IgnoreRules = {
      ...keepAll,
      verdict: path => (path === 'z' ? 'ignored' : 'kept'),
      fingerprint: 'without z',
    }
    await scannedMuchLater({ ignore })
    expect(kindOf('z')(index)).toBe('blocked')
    expect((await scannedMuchLater({ ignore, trust: 'content' })).hashedFiles).toBe(4)
  })
})

function watched(real: Tree): Tree {
  const { census } = real
  return new Proxy(real, {
    get: (target, key) => {
      // However small it is.
      if (key === 'census') return census === undefined ? undefined : { ...census, above: -1 }
      const value = (target as unknown as Record<PropertyKey, unknown>)[key]
      if (typeof value !== 'function') return value
      if (key === 'list' || key === 'answersTo' || key === 'stat') looks.push(String(key))
      return value.bind(target)
    },
  })
}

function scanned(some: Partial<ScanOptions> = {}) {
  const world = nodeWorld({ log: () => undefined })
  const options: ScanOptions = { tree, index, ignore: keepAll, world, trust: 'metadata', ...some }
  return scan(options, new AbortController().signal)
}

/** As if nothing had changed for a long time before. */
async function scannedMuchLater(some: Partial<ScanOptions> = {}) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
  looks = []
  try {
    return await scanned(some)
  } finally {
    vi.useRealTimers()
  }
}

function kindOf(path: string): (index: FolderIndex) => unknown {
  return from => from.row(path as Path)?.state.kind
}

function modeOf(path: string): number | undefined {
  const state = index.row(path as Path)?.state
  return state !== undefined && 'mode' in state ? state.mode : undefined
}

function rewriteAsOld(path: string): void {
  const { atime, mtime, size } = statSync(join(root, path))
  writeFileSync(join(root, path), '#'.repeat(size))
  utimesSync(join(root, path), atime, mtime)
}

function becomeLink(path: string): void {
  rmSync(join(root, path))
  symlinkSync('elsewhere', join(root, path))
}

function hasGnuFind(): boolean {
  try {
    return process.platform === 'linux' && execFileSync('find', ['--version'], { encoding: 'utf8' }).includes('GNU')
  } catch {
    return false
  }
}
