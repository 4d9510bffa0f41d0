import { describe, expect, it } from 'vitest'
import { treeConformance } from '../../src/platform/tree-conformance.ts'
import { SimDisk } from './sim-disk.ts'
import { surfaceOfDisk } from './surfaces.ts'

let now = 1_800_000_000_000
treeConformance('the simulated disk', async () => {
  const disk = new SimDisk(() => {
    now += 10
    return now
  })
  return { tree: disk.open(() => Promise.resolve()), dispose: () => Promise.resolve() }
})

describe('a power cut on the simulated disk', () => {
  it.each([
    ['everything', { a: 'directory', 'a/f': 'kept' }],
    ['bytes', { b: 'directory', 'b/f': 'kept', 'b/late': '\0\0\0\0' }],
  ] as const)(
    'that loses %s leaves a renamed directory in one of its places, with what was safe in it',
    async (lose, left) => {
      const disk = new SimDisk(() => now)
      const people = surfaceOfDisk(disk)
      people.makeDirectory('a')
      people.write('a/f', 'kept')
      disk.flush()
      const tree = disk.open(() => Promise.resolve())
      await tree.rename('a', 'b', 'keep')
      await tree.writeSmall([{ path: 'b/late', bytes: Buffer.from('late'), mode: 0o644, mtimeNs: 0n }])
      disk.cutPower(lose)
      expect(Object.fromEntries(people.list())).toEqual(left)
    },
  )
})
