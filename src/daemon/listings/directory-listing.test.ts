// Directories to choose from: names of directories, and nothing else of the disk.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FolderConfig } from '../config/config.ts'
import { listDirectories } from './directory-listing.ts'

const root = mkdtempSync(join(tmpdir(), 'syncline-choose-'))

beforeAll(() => {
  for (const name of ['b10', 'b9', '.config', '.syncline', 'docs']) mkdirSync(join(root, name))
  writeFileSync(join(root, 'secret.txt'), 'x')
  symlinkSync(join(root, 'docs'), join(root, 'link'))
  symlinkSync(join(root, 'nowhere'), join(root, 'broken'))
  symlinkSync(join(root, 'secret.txt'), join(root, 'to-a-file'))
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

test('directories and links to such are told, in the order of people, and which are folders already', async () => {
  const folders = [{ id: 'papers', path: join(root, 'docs') }] as unknown as readonly FolderConfig[]
  const { path, parent, directories, isCut } = await listDirectories(root, folders)
  expect({ path, parent, isCut }).toEqual({ path: root, parent: dirname(root), isCut: false })
  expect(directories.map(({ name }) => name)).toEqual(['.config', 'b9', 'b10', 'docs', 'link'])
  expect(directories.filter(each => each.isHidden).map(({ name }) => name)).toEqual(['.config'])
  expect(directories.find(({ name }) => name === 'docs')?.folder).toBe('papers')
})

test('the top has no parent', async () => {
  expect((await listDirectories('/', [])).parent).toBeUndefined()
})

test.each([
  ['relative', 'invalid'],
  ['/nul\0byte', 'invalid'],
  [join(root, 'missing'), 'not-found'],
  [join(root, 'secret.txt'), 'not-found'],
])('%j is refused', async (path, code) => {
  await expect(listDirectories(path, [])).rejects.toMatchObject({ code })
})
