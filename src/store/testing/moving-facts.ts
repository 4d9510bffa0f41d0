// What moves, copies and changes below do to ids, etags and sizes.
import { expect } from 'vitest'
import type { FileNode } from '../space.ts'
import { fact } from './facts.ts'
import { expectRefused, nodeOf, type SpaceBench } from './space-bench.ts'

export const MOVING = {
  'whatever changes below a directory changes its etag, and that of all above it': fact(async at => {
    await tree(at)
    const changes: readonly (() => Promise<unknown>)[] = [
      () => at.put('d/e/new', 'x'),
      () => at.put('d/e/new', 'xy'),
      () => at.setMtime('d/e/new', 77_000),
      () => at.makeDirectory('d/e/sub'),
      () => at.move('d/e/new', 'd/e/renamed'),
      () => at.copy('d/e/renamed', 'd/e/copied'),
      () => at.trash('d/e/copied'),
    ]
    for (const change of changes) {
      const before = await etags(at, ['', 'd', 'd/e', 'other'])
      await change()
      const after = await etags(at, ['', 'd', 'd/e', 'other'])
      expect(after.slice(0, 3).every((etag, i) => etag !== before[i])).toBe(true)
      expect(after[3]).toBe(before[3])
    }
  }),
  'the size of a directory is that of all files below': fact(async at => {
    await tree(at)
    expect(await sizes(at)).toEqual([9, 5, 5, 4])
    await at.put('d/e/a', '1234567')
    expect(await sizes(at)).toEqual([11, 7, 7, 4])
    await at.move('d/e/a', 'other/a')
    expect(await sizes(at)).toEqual([11, 0, 0, 11])
    await at.copy('other', 'd/copy')
    expect(await sizes(at)).toEqual([22, 11, 0, 11])
    await at.trash('d/copy')
    expect(await sizes(at)).toEqual([11, 0, 0, 11])
  }),
  'a file that moves keeps its id, etag, time and content': fact(async at => {
    await tree(at)
    const before = (await at.there('d/e/a')) as FileNode
    const moved = nodeOf(await at.move('d/e/a', 'other/b'))
    expect(moved).toEqual({ ...before, path: at.path('other/b') })
    expect(await at.find('d/e/a')).toBeUndefined()
    expect(await at.there('other/b')).toEqual(moved)
    expect(await at.space.findById(before.id)).toEqual(moved)
    expect(String(await at.read('other/b'))).toBe('12345')
  }),
  'a directory that moves keeps its id and etag, and so does all below it': fact(async at => {
    await tree(at)
    const before = [await at.there('d'), await at.there('d/e'), await at.there('d/e/a')]
    expect((await at.move('d', 'other/moved')).as).toBe('done')
    const after = [await at.there('other/moved'), await at.there('other/moved/e'), await at.there('other/moved/e/a')]
    expect(after.map(({ id, etag }) => ({ id, etag }))).toEqual(before.map(({ id, etag }) => ({ id, etag })))
    expect(await at.find('d')).toBeUndefined()
    expect(await at.find('d/e/a')).toBeUndefined()
  }),
  'a move changes both directories and all above them': fact(async at => {
    await tree(at)
    const before = await etags(at, ['', 'd', 'd/e', 'other'])
    await at.move('d/e/a', 'other/b')
    expect((await etags(at, ['', 'd', 'd/e', 'other'])).every((etag, i) => etag !== before[i])).toBe(true)
  }),
  'what a move or copy replaces goes to the trash, and is replaced only if it may be': fact(async at => {
    for (const act of ['move', 'copy'] as const) {
      await at.file(`${act} from`, 'new')
      const old = await at.file(`${act} to`, 'old')
      expectRefused(await at[act](`${act} from`, `${act} to`), 'exists')
      const changed = await at[act](`${act} from`, `${act} to`, { overwrite: 'overwrite' })
      expect(changed).toMatchObject({ as: 'done', made: 'replaced' })
      expect(String(await at.read(`${act} to`))).toBe('new')
      expect((await at.trashed()).map(({ node }) => node)).toContain(old.id)
      expect((await at.there(`${act} to`)).id).not.toBe(old.id)
    }
  }),
  'a directory takes the place of a file, and a file that of a directory': fact(async at => {
    await tree(at)
    await at.file('f', 'file')
    expect(await at.move('d', 'f', { overwrite: 'overwrite' })).toMatchObject({ as: 'done', made: 'replaced' })
    expect(String(await at.read('f/e/a'))).toBe('12345')
    await at.file('g', 'file')
    expect(await at.copy('g', 'f', { overwrite: 'overwrite' })).toMatchObject({ as: 'done', made: 'replaced' })
    expect(String(await at.read('f'))).toBe('file')
    expect((await at.there('')).size).toBe(4 + 4 + 4)
  }),
  'nothing goes into itself, onto itself or over what it is in': fact(async at => {
    await tree(at)
    const before = await at.there('')
    for (const act of ['move', 'copy'] as const) {
      for (const [from, to] of [
        ['d', 'd/x'],
        ['d', 'd/e/x'],
        ['d', 'd'],
        ['d/e/a', 'd/e/a'],
        ['d/e', 'd'],
      ] as const) {
        expectRefused(await at[act](from, to, { overwrite: 'overwrite' }), 'into-itself')
      }
    }
    expect(await at.there('')).toEqual(before)
    // A name that only begins alike is another place.
    expect((await at.move('d', 'd2')).as).toBe('done')
  }),
  'a move or copy needs something to start from, and a directory to go to': fact(async at => {
    await tree(at)
    for (const act of ['move', 'copy'] as const) {
      expectRefused(await at[act]('none', 'x'), 'missing')
      expectRefused(await at[act]('d/e/a', 'none/x'), 'no-parent')
      expectRefused(await at[act]('d/e/a', 'other/kept/x'), 'no-parent')
      expectRefused(await at[act]('d/e/a', 'x', { when: ['0' as never] }), 'stale')
      const { etag } = await at.there('d/e/a')
      expect((await at[act]('d/e/a', `x ${act}`, { when: [etag] })).as).toBe('done')
      if (act === 'move') await at.move('x move', 'd/e/a')
    }
  }),
  'a copy is a tree of new nodes, and leaves the first as it was': fact(async at => {
    await tree(at)
    const before = [await at.there('d'), await at.there('d/e'), await at.there('d/e/a')]
    expect(await at.copy('d', 'copy')).toMatchObject({ as: 'done', made: 'created', node: { size: 5 } })
    expect([await at.there('d'), await at.there('d/e'), await at.there('d/e/a')]).toEqual(before)
    const copied = [await at.there('copy'), await at.there('copy/e'), await at.there('copy/e/a')]
    expect(new Set([...before, ...copied].map(({ id }) => id)).size).toBe(6)
    expect(String(await at.read('copy/e/a'))).toBe('12345')
    await at.put('copy/e/a', 'changed')
    expect(String(await at.read('d/e/a'))).toBe('12345')
  }),
  'a copy of a directory itself is empty': fact(async at => {
    await tree(at)
    expect(await at.copy('d', 'copy', { depth: 'itself' })).toMatchObject({ as: 'done', node: { size: 0 } })
    expect(await at.list('copy')).toEqual([])
    await at.copy('d/e/a', 'file', { depth: 'itself' })
    expect(String(await at.read('file'))).toBe('12345')
  }),
  'of two that move the same exactly one does': fact(async at => {
    const { id } = await at.file('a', 'x')
    const moves = await Promise.all(Array.from({ length: 10 }, (_, i) => at.move('a', `to ${i}`)))
    expect(moves.filter(({ as }) => as === 'done')).toHaveLength(1)
    expect((await at.list('')).map(node => node.id)).toEqual([id])
  }),
  'a directory tells when a name last came or went in it': fact(async at => {
    await at.directory('d')
    for (const change of [
      () => at.put('d/a', 'x'),
      () => at.move('d/a', 'd/b'),
      () => at.trash('d/b'),
      () => at.makeDirectory('d/c'),
    ]) {
      await at.setMtime('d', 1_000_000)
      expect((await at.there('d')).mtimeMs).toBe(1_000_000)
      await change()
      expect((await at.there('d')).mtimeMs).not.toBe(1_000_000)
    }
  }),
}

/** d/e/a (5 bytes) and other/b (4 bytes). */
async function tree(at: SpaceBench): Promise<void> {
  for (const name of ['d', 'd/e', 'other']) await at.directory(name)
  await at.file('d/e/a', '12345')
  await at.file('other/b', '1234')
  // Makes room for what a fact moves there.
  await at.move('other/b', 'other/kept')
}

async function etags(at: SpaceBench, names: readonly string[]): Promise<readonly string[]> {
  return Promise.all(names.map(async name => (await at.there(name)).etag))
}

function sizes(at: SpaceBench): Promise<readonly number[]> {
  return Promise.all(['', 'd', 'd/e', 'other'].map(async name => (await at.there(name)).size))
}
