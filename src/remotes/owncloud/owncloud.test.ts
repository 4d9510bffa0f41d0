import { describe } from 'vitest'
import { benchOn } from '../../../test/fakes/owncloud/bench.ts'
import { startFakeOwncloud } from '../../../test/fakes/owncloud/server.ts'
import { type Foreign, replicaConformance } from '../../replica/conformance.ts'

describe.each([
  { flavour: 'owncloud', bulk: false, directory: '', base: '' },
  { flavour: 'nextcloud', bulk: false, directory: 'sub dir/ü%41', base: '/cloud' },
  { flavour: 'nextcloud', bulk: true, directory: 'here', base: '' },
] as const)('an account on $flavour (bulk: $bulk, $base)', ({ flavour, bulk, directory, base }) => {
  const open = async () => {
    const server = await startFakeOwncloud({ flavour, bulk, base })
    const bench = await benchOn(server, { directory })
    const at = (path: string): string => (directory === '' ? path : `${directory}/${path}`)
    const foreign: Foreign = {
      put: async (path, bytes) => void server.tree.put(at(path), bytes),
      remove: async path => server.tree.remove(at(path)),
      makeDirectory: async path => void server.tree.mkdir(at(path)),
    }
    return {
      replica: bench.replica,
      reopen: async () => (await benchOn(server, { directory, memory: bench.memory })).replica,
      foreign,
      async dispose() {
        await bench.replica.close()
        await server.stop()
      },
    }
  }
  // The bulk upload has no conditions.
  const lacks = ['modes', 'symlinks', ...(bulk ? (['an atomic guard'] as const) : [])] as const
  replicaConformance('the replica', open, lacks)
})
