import { expect, test } from 'vitest'
import { spaceConformance } from '../conformance.ts'
import { openStorage, temporaryDirectory } from '../testing/hosted.ts'
import { benchIn, SIGNAL } from '../testing/space-bench.ts'
import { etagOf } from './node-rows.ts'

spaceConformance('a hosted space', async () => {
  const { directory, remove } = temporaryDirectory()
  let storage = await openStorage(directory)
  const space = await storage.spaces.create({ id: 'home-1', label: 'Home' })
  return {
    space,
    reopen: async () => {
      await storage.close()
      storage = await openStorage(directory)
      return storage.spaces.open('home-1')
    },
    dispose: async () => {
      await storage.close()
      remove()
    },
  }
})

test('checksums that come to be known are shown of every file that has the content', async () => {
  const { directory, remove } = temporaryDirectory()
  const storage = await openStorage(directory)
  const at = benchIn(await storage.spaces.create({ id: 'home-1', label: 'Home' }), '')
  await at.file('a', 'same')
  expect(await at.list('')).toMatchObject([{ sums: [] }])
  const received = await at.receive('b', 'same', { kinds: ['MD5'] })
  await at.space.change({ do: 'put', at: at.path('b'), received, mtimeMs: undefined, when: 'any' }, SIGNAL)
  expect(await at.there('a')).toMatchObject({ sums: received.sums })
  expect(await at.list('')).toMatchObject([{ sums: received.sums }, { sums: received.sums }])
  await storage.close()
  remove()
})

test('no etag ends in what a proxy adds for a coding', () => {
  const row = { id: 2 ** 40, parent: null, name: '', size: 1, since: 1, sums: null }
  const contents = [null, `${'A'.repeat(21)}_br${'A'.repeat(19)}`, `${'A'.repeat(19)}-gzip${'A'.repeat(19)}`]
  for (const content of contents)
    for (let counter = 1; counter < 2000; counter += 1)
      expect(etagOf({ ...row, content, mtimeMs: counter, counter } as never)).toMatch(/-[0-9a-f]+$/)
})
