import type { Path } from '../../model/path.ts'
import { type Foreign, type Need, replicaConformance } from '../../replica/conformance.ts'
import { GOOD_SERVER, MemoryRemote, type MemoryTraits, PLAIN_SERVER } from './memory-remote.ts'
import { MemoryServer } from './memory-server.ts'

const LACKS: readonly Need[] = ['many at once', 'modes', 'reopening', 'symlinks']

conformance('a good server that is only memory', GOOD_SERVER, LACKS)
conformance('a plain server that is only memory', PLAIN_SERVER, [
  ...LACKS,
  'ids',
  'recursive stamps',
  'removal of trees',
  'times',
])

function conformance(name: string, traits: MemoryTraits, lacks: readonly Need[]): void {
  const open = async () => {
    const server = new MemoryServer(() => Date.now())
    const foreign: Foreign = {
      put: async (path, bytes) => server.put(path as Path, bytes),
      remove: async path => server.remove(path as Path),
      makeDirectory: async path => server.makeDirectory(path as Path),
    }
    return {
      replica: new MemoryRemote(server, { traits }),
      foreign,
      dispose: async () => undefined,
    }
  }
  replicaConformance(name, open, lacks)
}
