import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Path } from '../model/path.ts'
import { openNodeTree } from '../platform/node/node-tree.ts'
import type { Tree } from '../platform/tree.ts'
import { loadIgnore, MAX_IGNORE_BYTES } from './load-ignore.ts'

let root: string
let tree: Tree

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'syncline-ignore-'))
  tree = await openNodeTree(root)
})

afterEach(async () => {
  await tree.close()
  await rm(root, { recursive: true })
})

async function put(files: Readonly<Record<string, string | Uint8Array>>) {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), content)
  }
}

const load = (extra: readonly { name: string; text: string }[] = []) => loadIgnore(tree, { caseFold: false, extra })

describe('loadIgnore', () => {
  it('a folder without rules has the defaults', async () => {
    const rules = await load()
    expect(rules.verdict('.DS_Store' as Path, 'other')).toBe('junk')
    expect(rules.verdict('a' as Path, 'other')).toBe('kept')
  })

  it('all files count, and the nearest to the user comes first', async () => {
    await put({
      '.syncignore': '!*\n',
      '.stignore': 'st/\n!mine.st',
      '.syncline/ignore': 'device\nmine.st\n!line',
    })
    const rules = await load([{ name: 'command line', text: 'line\nextra' }])
    const of = (path: string) => rules.verdict(path as Path, 'other')
    expect(['device', 'mine.st', 'st/x', 'line', 'extra'].map(of)).toEqual(Array(5).fill('ignored'))
    expect(['.DS_Store', 'st', 'other'].map(of)).toEqual(Array(3).fill('kept'))
  })

  it('includes are found beside the file that names them', async () => {
    await put({
      '.syncline/ignore': '#include ../rules/a',
      'rules/a': '#include b\nfrom-a',
      'rules/b': 'from-b',
    })
    const rules = await load()
    expect(rules.verdict('from-a' as Path, 'other')).toBe('ignored')
    expect(rules.verdict('from-b' as Path, 'other')).toBe('ignored')
  })

  it.each([
    ['a missing include', { '.syncignore': 'x\n#include nowhere' }, '.syncignore, line 2'],
    ['an include out of the folder', { '.syncignore': '#include ../../etc/hosts' }, '.syncignore, line 1'],
    ['an absolute include', { '.syncignore': '#include /etc/hosts' }, '.syncignore, line 1'],
    ['an include of itself', { '.syncignore': '#include .syncignore' }, '.syncignore, line 1'],
    ['a circle', { '.syncignore': '#include a', a: '#include b', b: '\n#include a' }, 'b, line 2'],
    ['a bad pattern', { '.stignore': '[a-zA-Z]' }, '.stignore, line 1'],
    ['bytes that are no text', { '.syncignore': new Uint8Array([0x61, 0xff, 0xfe]) }, 'UTF-8'],
    ['a file that is too large', { '.syncignore': 'x\n'.repeat(MAX_IGNORE_BYTES) }, '256 KiB'],
  ])('%s stops the run', async (_, files, words) => {
    await put(files as Record<string, string>)
    await expect(load()).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(words) })
  })

  it('a symlink is not followed, and stops the run', async () => {
    await put({ real: 'x' })
    await symlink('real', join(root, '.syncignore'))
    await expect(load()).rejects.toMatchObject({ code: 'usage' })
  })

  it('a directory in its place stops the run', async () => {
    await put({ '.syncignore/x': '' })
    await expect(load()).rejects.toMatchObject({ code: 'usage' })
  })
})
