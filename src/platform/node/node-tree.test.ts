import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { treeConformance } from '../tree-conformance.ts'
import { openNodeTree } from './node-tree.ts'

treeConformance('a directory on disk', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tree-'))
  const tree = await openNodeTree(root)
  return {
    tree,
    async dispose() {
      await tree.close()
      await rm(root, { recursive: true })
    },
  }
})
