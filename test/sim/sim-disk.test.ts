import { treeConformance } from '../../src/platform/tree-conformance.ts'
import { SimDisk } from './sim-disk.ts'

let now = 1_800_000_000_000
treeConformance('the simulated disk', async () => {
  const disk = new SimDisk(() => {
    now += 10
    return now
  })
  return { tree: disk.open(() => Promise.resolve()), dispose: () => Promise.resolve() }
})
