import { openNodeTree } from '../../platform/node/node-tree.ts'
import { nodeWorld } from '../../platform/node/node-world.ts'
import { blobConformance } from '../conformance.ts'
import { temporaryDirectory } from '../testing/hosted.ts'
import { openDiskBlobs } from './disk-blobs.ts'

blobConformance('blobs on a disk', async () => {
  const { directory, remove } = temporaryDirectory()
  const tree = await openNodeTree(directory)
  const { clock, random } = nodeWorld({ log: () => {} })
  const store = await openDiskBlobs({ tree, clock, random })
  return {
    store,
    dispose: async () => {
      await store.close()
      await tree.close()
      remove()
    },
  }
})
