// Trash, versions, properties, and who is told.
import { expect } from 'vitest'
import { ROOT } from '../../model/path.ts'
import type { NodeId } from '../space.ts'
import { fact, needs } from './facts.ts'
import { all, expectRefused, nodeOf, type SpaceBench, thatIs } from './space-bench.ts'

export const KEEPING = {
  'what is deleted is gone from the tree and one thing in the trash': fact(async at => {
    for (const name of ['d', 'd/e']) await at.directory(name)
    await at.file('d/a', '123')
    await at.file('d/e/b', '45')
    const directory = await at.there('d')
    expect(await at.trash('d')).toMatchObject({ as: 'done', node: undefined })
    for (const name of ['d', 'd/a', 'd/e/b']) expect(await at.find(name)).toBeUndefined()
    expect(await at.space.findById(directory.id)).toBeUndefined()
    const [entry, ...others] = await at.trashed()
    expect(others).toEqual([])
    expect(entry).toMatchObject({ node: directory.id, kind: 'directory', origin: at.path('d'), size: 5 })
    expect(entry?.id).toMatch(/^[A-Za-z0-9._-]+$/)
    expect(Math.abs((entry?.deletedAt ?? 0) - Date.now())).toBeLessThan(60_000)
  }),
  'a delete needs something that is there, in the state that was asked for': fact(async at => {
    const { etag } = await at.file('a', 'x')
    expectRefused(await at.trash('b'), 'missing')
    await at.put('a', 'y')
    expectRefused(await at.trash('a', [etag]), 'stale')
    expect((await at.trash('a', [(await at.there('a')).etag])).as).toBe('done')
  }),
  'an id is not used again': fact(async at => {
    const ids: NodeId[] = []
    for (let i = 0; i < 3; i += 1) {
      ids.push((await at.file('a', 'x')).id)
      await at.trash('a')
    }
    expect(new Set(ids).size).toBe(3)
  }),
  'the trash is listed newest first': fact(async at => {
    for (const name of ['a', 'b', 'c']) {
      await at.file(name, name)
      await at.trash(name)
    }
    const times = (await at.trashed()).map(({ deletedAt }) => deletedAt)
    expect(times).toHaveLength(3)
    expect([...times].sort((a, b) => b - a)).toEqual(times)
  }),
  'what is restored is where it was': fact(async at => {
    await at.directory('d')
    await at.file('d/a', '123')
    await at.trash('d')
    const restored = await restoreOnly(at)
    expect(nodeOf(restored)).toMatchObject({ kind: 'directory', path: at.path('d'), size: 3 })
    expect(String(await at.read('d/a'))).toBe('123')
    expect((await at.there('')).size).toBe(3)
    expect(await at.trashed()).toEqual([])
  }),
  'what is restored has the ids it had': needs('ids through the trash', async at => {
    await at.directory('d')
    const before = await at.file('d/a', '123')
    const { id } = await at.there('d')
    await at.trash('d')
    expect(nodeOf(await restoreOnly(at)).id).toBe(id)
    expect((await at.there('d/a')).id).toBe(before.id)
  }),
  'what is restored gets another name when its own is taken': fact(async at => {
    await at.file('a.txt', 'old')
    await at.trash('a.txt')
    await at.file('a.txt', 'new')
    const { path } = nodeOf(await restoreOnly(at))
    expect(path).not.toBe(at.path('a.txt'))
    expect(path).toMatch(/\.txt$/)
    expect(String(await at.read('a.txt'))).toBe('new')
    expect((await at.list('')).map(node => node.path)).toContain(path)
  }),
  'what is restored comes back though its directory is gone': fact(async at => {
    await at.directory('d')
    await at.file('d/a', 'x')
    await at.trash('d/a')
    const [{ id } = { id: '' }] = await at.trashed()
    await at.trash('d')
    const restored = nodeOf(await at.space.trash.restore(id))
    expect(await at.space.find(restored.path)).toEqual(restored)
    expect(restored.kind).toBe('file')
  }),
  'what is not in the trash cannot be restored, removed or read': fact(async at => {
    await at.file('a', 'x')
    await at.trash('a')
    const [{ id } = { id: '' }] = await at.trashed()
    await at.space.trash.restore(id)
    for (const none of [id, 'none', '0', '../../etc/passwd']) {
      expectRefused(await at.space.trash.restore(none), 'missing')
      expect(await at.space.trash.remove(none)).toBe('missing')
      await expect(all(at.space.trash.read(none, 0))).rejects.toMatchObject({ code: 'missing' })
    }
  }),
  'the trash is read and removed for good': fact(async at => {
    await at.file('a', '12345')
    await at.trash('a')
    const [{ id } = { id: '' }] = await at.trashed()
    expect(String(await all(at.space.trash.read(id, 0)))).toBe('12345')
    expect(String(await all(at.space.trash.read(id, 3)))).toBe('45')
    expect(await at.space.trash.remove(id)).toBe('removed')
    expect(await at.trashed()).toEqual([])
    expectRefused(await at.space.trash.restore(id), 'missing')
  }),
  'the trash is emptied': needs('emptying the trash', async at => {
    await at.directory('d')
    await at.file('d/a', 'x')
    await at.file('b', 'y')
    await at.trash('d')
    await at.trash('b')
    await at.space.trash.empty()
    expect(await at.trashed()).toEqual([])
  }),
  'what a file contained before is a version': needs('versions', async at => {
    const { id } = await at.file('a', 'one')
    await at.file('a', 'two!')
    await at.file('a', 'three')
    const versions = await at.space.versions.list(id)
    expect(versions.map(({ size }) => size)).toEqual([4, 3])
    expect(new Set(versions.map(({ key }) => key)).size).toBe(2)
    for (const { key } of versions) expect(Math.abs(Number(key) * 1000 - Date.now())).toBeLessThan(60_000)
    const bodies = versions.map(async ({ key }) => String(await all(at.space.versions.read(id, key, 0))))
    expect(await Promise.all(bodies)).toEqual(['two!', 'one'])
    expect(String(await all(at.space.versions.read(id, versions[0]?.key ?? '', 2)))).toBe('o!')
  }),
  'versions go along with a move, and not with a copy': needs('versions', async at => {
    const { id } = await at.file('a', 'one')
    await at.file('a', 'two')
    await at.move('a', 'b')
    expect(await at.space.versions.list(id)).toHaveLength(1)
    const copy = nodeOf(await at.copy('b', 'c'))
    expect(await at.space.versions.list(copy.id)).toEqual([])
  }),
  'a version that is restored is the content, and what was the content is a version': needs('versions', async at => {
    const { id, etag } = await at.file('a', 'one')
    await at.file('a', 'longer')
    const [{ key } = { key: '' }] = await at.space.versions.list(id)
    const before = await at.there('')
    const restored = nodeOf(await at.space.versions.restore(id, key))
    expect(restored).toMatchObject({ id, path: at.path('a'), size: 3 })
    expect(String(await at.read('a'))).toBe('one')
    const [kept, ...others] = await at.space.versions.list(id)
    expect(others).toEqual([])
    expect(String(await all(at.space.versions.read(id, kept?.key ?? '', 0)))).toBe('longer')
    expect((await at.there('')).etag).not.toBe(before.etag)
    expect((await at.there('')).size).toBe(3)
    expect(typeof etag).toBe('string')
  }),
  'a version that is not kept is neither read nor restored': needs('versions', async at => {
    const { id } = await at.file('a', 'one')
    expectRefused(await at.space.versions.restore(id, '1'), 'missing')
    await expect(all(at.space.versions.read(id, '1', 0))).rejects.toMatchObject({ code: 'missing' })
  }),
  'properties are kept, replaced and removed': fact(async at => {
    const { id } = await at.file('a', 'x')
    expect(await at.space.properties(id)).toEqual(new Map())
    await at.space.setProperties(
      id,
      new Map([
        ['{n}a', '<x>1</x>'],
        ['{n}b', '2'],
        ['c', ']]>&'],
      ]),
    )
    await at.space.setProperties(
      id,
      new Map<string, string | undefined>([
        ['{n}a', undefined],
        ['{n}b', '3'],
        ['{n}none', undefined],
      ]),
    )
    expect(await at.space.properties(id)).toEqual(
      new Map([
        ['{n}b', '3'],
        ['c', ']]>&'],
      ]),
    )
  }),
  'properties of several are asked for at once': fact(async at => {
    const [a, b] = [await at.file('a', 'x'), await at.file('b', 'y')]
    await at.space.setProperties(a.id, new Map([['{n}p', '1']]))
    expect(await at.space.propertiesOf([a.id, b.id])).toEqual(new Map([[a.id, new Map([['{n}p', '1']])]]))
  }),
  'properties stay with a node, go along with copies, and end with it': fact(async at => {
    await at.directory('d')
    const { id } = await at.file('d/a', 'x')
    const properties = new Map([['{n}p', '1']])
    await at.space.setProperties(id, properties)
    await at.space.setProperties((await at.there('d')).id, properties)
    await at.file('d/a', 'replaced')
    await at.move('d', 'e')
    expect(await at.space.properties(id)).toEqual(properties)
    await at.copy('e', 'f')
    expect(await at.space.properties((await at.there('f/a')).id)).toEqual(properties)
    expect(await at.space.properties((await at.there('f')).id)).toEqual(properties)
    await at.trash('e')
    expect(await at.space.properties((await at.directory('e')).id)).toEqual(new Map())
  }),
  'whoever watches is told which nodes changed, until he does not want to be': fact(async at => {
    const told: NodeId[] = []
    let wake = () => {}
    const watch = at.space.watch(changed => {
      told.push(...changed)
      wake()
    })
    const isTold = async (id: NodeId) => {
      while (!told.includes(id)) await new Promise<void>(resolve => (wake = resolve))
      told.length = 0
    }
    const { id } = await at.file('a', 'x')
    await isTold(id)
    await at.file('a', 'y')
    await isTold(id)
    await at.move('a', 'b')
    await isTold(id)
    await at.trash('b')
    await isTold(id)
    const directory = await at.directory('d')
    await isTold(directory.id)
    watch[Symbol.dispose]()
    await at.file('c', 'x')
    expect(told).toEqual([])
  }),
  'a refused change is told to nobody': fact(async at => {
    await at.file('a', 'x')
    const told: NodeId[] = []
    const watch = at.space.watch(changed => void told.push(...changed))
    expectRefused(await at.put('a', 'y', 'absent'), 'stale')
    watch[Symbol.dispose]()
    expect(told).toEqual([])
  }),
  'the space tells how much of it is used': fact(async at => {
    const before = await at.space.usage(ROOT)
    await at.file('a', '12345')
    const { usedBytes } = await at.space.usage(at.path('a'))
    expect(usedBytes).toBeGreaterThanOrEqual(Math.min(before.usedBytes, 5))
  }),
}

async function restoreOnly(at: SpaceBench) {
  const [entry, ...others] = await at.trashed()
  expect(others).toEqual([])
  return at.space.trash.restore(thatIs(entry).id)
}
