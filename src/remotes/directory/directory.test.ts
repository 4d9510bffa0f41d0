import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNodeTree } from '../../platform/node/node-tree.ts'
import { nodeWorld } from '../../platform/node/node-world.ts'
import { type Opened, replicaConformance } from '../../replica/conformance.ts'
import type { Memory } from '../../replica/replica.ts'
import { openTrash } from '../../revisions/trash.ts'
import { connectDirectory } from './connect.ts'

const LACKS = ['an atomic guard', 'recursive stamps', 'removal of trees'] as const

for (const trash of ['keep', 'none'] as const) {
  const open = async (): Promise<Opened> => {
    const root = await mkdtemp(join(tmpdir(), 'directory-'))
    const tree = await openNodeTree(root)
    const values = new Map<string, string>()
    const memory: Memory = {
      get: key => values.get(key),
      set: (key, value) => void (value === undefined ? values.delete(key) : values.set(key, value)),
    }
    const world = nodeWorld({ log: () => {} })
    const connect = () =>
      connectDirectory({
        tree,
        world,
        memory,
        mode: 'read-write',
        trash: trash === 'none' ? 'none' : openTrash({ tree, clock: world.clock, random: world.random }),
      })
    const replica = await connect()
    return {
      replica,
      reopen: connect,
      foreign: {
        put: (path, bytes) => writeFile(join(root, path), bytes),
        remove: path => rm(join(root, path)),
        makeDirectory: async path => void (await mkdir(join(root, path))),
      },
      async dispose() {
        await replica.close()
        await tree.close()
        await rm(root, { recursive: true })
      },
    }
  }
  replicaConformance(`a directory, trash: ${trash}`, open, LACKS)
}
