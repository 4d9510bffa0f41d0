import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FileNode } from '../space.ts'
import { openStorage, type Storage, temporaryDirectory } from '../testing/hosted.ts'
import { all, benchIn, expectRefused, flat, nodeOf, SIGNAL, thatIs } from '../testing/space-bench.ts'

describe('hosted spaces', () => {
  let storage: Storage
  let remove: () => void

  beforeEach(async () => {
    const place = temporaryDirectory()
    remove = place.remove
    storage = await openStorage(place.directory)
  })
  afterEach(async () => {
    await storage.close()
    remove()
  })

  const home = async (id = 'home-1') => benchIn(await storage.spaces.create({ id, label: 'Home' }), '')

  test('are made, listed, opened and removed by name', async () => {
    const space = await storage.spaces.create({ id: 'home-1', label: 'Home of one', quotaBytes: 1000 })
    await storage.spaces.create({ id: 'home-2', label: 'Home of two' })
    expect(await storage.spaces.list()).toEqual([
      { id: 'home-1', label: 'Home of one', quotaBytes: 1000 },
      { id: 'home-2', label: 'Home of two' },
    ])
    expect(await storage.spaces.open('home-1')).toBe(space)
    await expect(storage.spaces.create({ id: 'home-1', label: '' })).rejects.toMatchObject({ code: 'usage' })
    await storage.spaces.remove('home-1')
    expect(await storage.spaces.has('home-1')).toBe(false)
    await expect(storage.spaces.open('home-1')).rejects.toMatchObject({ code: 'missing' })
    expect((await storage.spaces.list()).map(({ id }) => id)).toEqual(['home-2'])
  })

  test('know nothing of each other', async () => {
    const [one, two] = [await home('one'), await home('two')]
    const file = await one.file('a', 'old')
    await one.file('a', 'new')
    await one.space.setProperties(file.id, new Map([['{n}p', '1']]))
    await one.file('b', 'x')
    await one.trash('b')
    expect(await two.list('')).toEqual([])
    expect(await two.space.findById(file.id)).toBeUndefined()
    expect(await two.space.properties(file.id)).toEqual(new Map())
    expect(await two.space.propertiesOf([file.id])).toEqual(new Map())
    expect(await two.space.versions.list(file.id)).toEqual([])
    const [version] = await one.space.versions.list(file.id)
    expectRefused(await two.space.versions.restore(file.id, thatIs(version).key), 'missing')
    const [entry] = await one.trashed()
    expectRefused(await two.space.trash.restore(thatIs(entry).id), 'missing')
    expect(await two.space.trash.remove(thatIs(entry).id)).toBe('missing')
    await expect(two.space.setProperties(file.id, new Map([['{n}p', '2']]))).rejects.toMatchObject({ code: 'missing' })
  })

  test('of the same name have other ids than the one that was removed', async () => {
    const { id } = await (await home()).file('a', 'x')
    await storage.spaces.remove('home-1')
    const again = await (await home()).file('a', 'x')
    expect(Math.floor(again.id / 2 ** 40)).not.toBe(Math.floor(id / 2 ** 40))
  })

  test('share their numbers with what is kept elsewhere', async () => {
    const folder = await storage.spaces.numberFor('folder-1')
    const root = await (await home()).there('')
    expect(Math.floor(root.id / 2 ** 40)).not.toBe(folder)
    expect(await storage.spaces.numberFor('folder-1')).toBe(folder)
  })

  test('take no more than their quota, and always let somebody tidy up', async () => {
    const at = await home()
    await at.file('a', '123456')
    await storage.spaces.setQuota('home-1', 10)
    expect(await at.space.usage('')).toEqual({ usedBytes: 6, freeBytes: 4 })
    expectRefused(await at.put('b', '12345'), 'over-quota')
    expectRefused(await at.copy('a', 'b'), 'over-quota')
    expect((await at.put('b', '1234')).as).toBe('done')
    await storage.spaces.setQuota('home-1', 3)
    expect(await at.space.usage('')).toEqual({ usedBytes: 10, freeBytes: 0 })
    expect((await at.put('a', '12345')).as).toBe('done')
    expect((await at.move('b', 'c')).as).toBe('done')
    expect((await at.trash('c')).as).toBe('done')
    const [entry] = await at.trashed()
    expectRefused(await at.space.trash.restore(thatIs(entry).id), 'over-quota')
    await storage.spaces.setQuota('home-1', undefined)
    expect(nodeOf(await at.space.trash.restore(thatIs(entry).id)).size).toBe(4)
  })

  test('keep the newest fifty versions of a file', async () => {
    const at = await home()
    for (let i = 0; i <= 60; i += 1) await at.file('a', `body ${i}`)
    const { id } = await at.there('a')
    const versions = await at.space.versions.list(id)
    expect(versions).toHaveLength(50)
    const bodyOf = async (key = '') => String(await all(at.space.versions.read(id, key, 0)))
    expect(await bodyOf(versions[0]?.key)).toBe('body 59')
    expect(await bodyOf(versions.at(-1)?.key)).toBe('body 10')
  })

  test('a sweep keeps what is in the tree, the trash or a version, and forgets the rest', async () => {
    const at = await home()
    const file = await at.file('file', 'in the tree')
    await at.file('file', 'in the tree by now')
    await at.directory('d')
    await at.file('d/trashed', 'in the trash')
    await at.trash('d')
    await at.file('gone', 'gone for good')
    await at.trash('gone')
    const [gone] = await at.trashed()
    await at.space.trash.remove(thatIs(gone).id)
    expect(await storage.spaces.sweep(0, SIGNAL)).toBe(1)
    expect(String(await at.read('file'))).toBe('in the tree by now')
    const [version] = await at.space.versions.list(file.id)
    expect(String(await all(at.space.versions.read(file.id, thatIs(version).key, 0)))).toBe('in the tree')
    const [entry] = await flat(at.space.trash.list())
    await at.space.trash.restore(thatIs(entry).id)
    expect(String(await at.read('d/trashed'))).toBe('in the trash')
    await storage.spaces.remove('home-1')
    expect(await storage.spaces.sweep(0, SIGNAL)).toBe(3)
  })

  test('what was received and swept before it was put is asked for again', async () => {
    const at = await home()
    const received = await at.receive('a', 'waited too long')
    await storage.spaces.sweep(0, SIGNAL)
    const change = { do: 'put', at: at.path('a'), received, mtimeMs: 1, when: 'any' } as const
    await expect(at.space.change(change, SIGNAL)).rejects.toMatchObject({ code: 'missing' })
    expect(await at.find('a')).toBeUndefined()
  })

  test('one change that fails does not undo those that arrive with it', async () => {
    const at = await home()
    const { id } = await at.file('a', 'x')
    const failing = at.space.setProperties((id + 500) as typeof id, new Map([['{n}p', '1']]))
    const others = Array.from({ length: 10 }, (_, i) => at.makeDirectory(`d${i}`))
    await expect(failing).rejects.toMatchObject({ code: 'missing' })
    for (const made of await Promise.all(others)) expect(made.as).toBe('done')
    const ids = (await at.list('')).map(node => node.id)
    expect(new Set(ids).size).toBe(11)
    expect(((await at.there('a')) as FileNode).size).toBe(1)
  })
})
