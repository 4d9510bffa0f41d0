// What a space shows.
import { expect } from 'vitest'
import { contentIdOfBytes } from '../../index/content-id.ts'
import { ROOT } from '../../model/path.ts'
import type { FileNode, NodeId } from '../space.ts'
import { fact, needs } from './facts.ts'
import { all, MTIME, nodeOf, SIGNAL } from './space-bench.ts'

export const READING = {
  'the root is there': fact(async ({ space }) => {
    const root = await space.find(ROOT)
    expect(root).toMatchObject({ kind: 'directory', path: ROOT })
    expect(await space.findById(root?.id as NodeId)).toEqual(root)
  }),
  'nothing is found where nothing is, nor below a file': fact(async at => {
    await at.file('a', 'x')
    for (const name of ['b', 'b/c', 'a/b', 'a/b/c']) expect(await at.find(name)).toBeUndefined()
  }),
  'a node is found by its id as by its path': fact(async at => {
    await at.directory('d')
    const file = await at.file('d/a', 'x')
    expect(await at.space.findById(file.id)).toEqual(file)
    expect(await at.find('d/a')).toEqual(file)
    expect(await at.space.findById((file.id + 1_000_000) as NodeId)).toBeUndefined()
  }),
  'ids are whole numbers above 0, etags letters, digits and hyphens': fact(async at => {
    await at.file('a', 'x')
    for (const node of [await at.there(''), await at.there('a')]) {
      expect(Number.isSafeInteger(node.id) && node.id > 0).toBe(true)
      expect(node.etag).toMatch(/^[A-Za-z0-9-]+$/)
    }
  }),
  'a listing shows what find shows, ordered by the bytes of the names': fact(async at => {
    const names = ['b', 'a', 'B', 'ä', 'a b', '😀', 'ﬀ', 'a.b', 'aa', '1', '10', '2']
    for (const name of names) await at.file(name, name)
    await at.directory('c')
    const listed = await at.list('')
    const sorted = [...names, 'c'].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(listed.map(node => node.path)).toEqual(sorted.map(name => at.path(name)))
    expect(listed).toEqual(await Promise.all(sorted.map(name => at.there(name))))
  }),
  'what was listed or found before is shown as it is now': fact(async at => {
    await at.directory('d')
    const { id } = await at.file('d/a', 'x')
    const shown = async () => (await at.list('d')).map(node => [node.path, node.id])
    expect(await shown()).toEqual([[at.path('d/a'), id]])
    expect(await at.there('d/a')).toMatchObject({ id, size: 1 })
    await at.put('d/a', 'longer')
    expect(await at.list('d')).toEqual([await at.there('d/a')])
    expect(await at.there('d/a')).toMatchObject({ id, size: 6 })
    await at.move('d', 'e')
    expect(await at.find('d/a')).toBeUndefined()
    expect(await at.list('d')).toEqual([])
    expect((await at.list('e')).map(node => node.path)).toEqual([at.path('e/a')])
    await at.trash('e/a')
    expect(await at.find('e/a')).toBeUndefined()
    expect(await at.list('e')).toEqual([])
  }),
  'a listing of a file, or of nothing, is empty': fact(async at => {
    await at.file('a', 'x')
    expect(await at.list('a')).toEqual([])
    expect(await at.list('b')).toEqual([])
  }),
  'a directory of 5,000 comes in pages, each name once and in order': fact(async at => {
    const names = Array.from({ length: 5000 }, (_, i) => `n${String(i).padStart(4, '0')}`)
    await Promise.all(names.map(name => at.makeDirectory(name)))
    const pages: number[] = []
    const found: string[] = []
    for await (const page of at.space.list(at.path(''))) {
      pages.push(page.length)
      found.push(...page.map(({ path }) => path))
    }
    expect(found).toEqual(names.map(name => at.path(name)))
    expect(pages.length).toBeGreaterThan(1)
    expect(Math.max(...pages)).toBeLessThanOrEqual(1000)
  }),
  'a file tells its size, time and content': fact(async at => {
    const bytes = Buffer.from('some bytes')
    expect(await at.file('a', bytes)).toMatchObject({
      kind: 'file',
      path: at.path('a'),
      size: bytes.length,
      mtimeMs: MTIME,
      content: contentIdOfBytes(bytes),
    })
  }),
  'a read gives the whole, from a place on, or a range': fact(async at => {
    const bytes = Buffer.from('0123456789')
    const file = await at.file('a', bytes)
    const read = async (from: number, to?: number) =>
      String(await all(at.space.read(file, { from, ...(to === undefined ? {} : { to }) }, SIGNAL)))
    expect(await read(0)).toBe('0123456789')
    expect(await read(4)).toBe('456789')
    expect(await read(2, 4)).toBe('234')
    expect(await read(0, 0)).toBe('0')
    expect(await read(8, 100)).toBe('89')
    expect(await read(10)).toBe('')
  }),
  'large files and empty ones come back as they were sent': fact(async at => {
    const large = Buffer.alloc(3_000_000, 'a few megabytes, ')
    await at.file('large', large)
    await at.file('empty', '')
    expect((await at.read('large')).equals(large)).toBe(true)
    expect((await at.read('empty')).length).toBe(0)
    const file = (await at.there('large')) as FileNode
    const range = await all(at.space.read(file, { from: 1_999_990, to: 2_500_000 }, SIGNAL))
    expect(range.equals(large.subarray(1_999_990, 2_500_001))).toBe(true)
  }),
  'a file that was replaced is not read in the state that is gone': fact(async at => {
    const old = await at.file('a', 'old')
    await at.file('a', 'new and longer')
    await expect(all(at.space.read(old, { from: 0 }, SIGNAL))).rejects.toMatchObject({ code: 'changed' })
  }),
  'a file that was deleted is not read': fact(async at => {
    const old = await at.file('a', 'old')
    await at.trash('a')
    await expect(all(at.space.read(old, { from: 0 }, SIGNAL))).rejects.toMatchObject({ code: 'missing' })
  }),
  'odd names are kept as they were given': fact(async at => {
    for (const name of ODD_NAMES) {
      expect(nodeOf(await at.put(name, name)).path).toBe(at.path(name))
      expect(String(await at.read(name))).toBe(name)
    }
    expect(new Set((await at.list('')).map(({ path }) => path))).toEqual(new Set(ODD_NAMES.map(name => at.path(name))))
  }),
  'names differ by case': needs('case-sensitive names', async at => {
    const [lower, upper] = [await at.file('a', 'lower'), await at.file('A', 'upper')]
    expect(lower.id).not.toBe(upper.id)
    expect(String(await at.read('a'))).toBe('lower')
  }),
  'a name of 256 bytes is not allowed': fact(async at => {
    const changed = await at.makeDirectory('x'.repeat(256))
    expect(changed).toMatchObject({ as: 'refused', why: 'name-not-allowed' })
  }),
  'all is there after closing and opening again': needs('reopening', async (at, { reopen }) => {
    await at.directory('d')
    const file = await at.file('d/a', 'x')
    await at.file('gone', 'y')
    await at.trash('gone')
    await at.space.setProperties(file.id, new Map([['{n}p', 'v']]))
    const before = await at.there('')
    const again = await reopen()
    try {
      expect(await again.find(at.path(''))).toEqual(before)
      expect(await again.find(at.path('d/a'))).toEqual(file)
      expect(await again.properties(file.id)).toEqual(new Map([['{n}p', 'v']]))
      expect(await again.findById(file.id)).toEqual(file)
    } finally {
      await again.close()
    }
  }),
}

const ODD_NAMES = [
  'caf\u00e9',
  'cafe\u0301',
  '%41',
  'a%',
  '#',
  '?',
  'a&b<c>"d\'',
  ']]>',
  '\\',
  'a:b|c*',
  ' leading and trailing ',
  '.hidden',
  '...',
  '~',
  '-rf',
  'a\nb\tc',
  '😀👩‍👩‍👧‍👦',
  'x'.repeat(255),
  'ü'.repeat(127),
]
