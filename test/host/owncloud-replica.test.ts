// Our own client against our own host: a directory on it is a replica like any other.
import { describe } from 'vitest'
import type { Path } from '../../src/model/path.ts'
import { httpClient } from '../../src/remotes/http/client.ts'
import { connectOwncloud } from '../../src/remotes/owncloud/connect.ts'
import { discoverOwncloud } from '../../src/remotes/owncloud/discover.ts'
import { type Foreign, replicaConformance } from '../../src/replica/conformance.ts'
import { memoryOn, SIGNAL } from '../fakes/owncloud/bench.ts'
import { homeOf, putText } from './host-tree.ts'
import { PASSWORD, startHost, type TestHost } from './start-host.ts'

describe.each(['', 'sub dir/ü%41'])('owncloud against the host, at "%s"', directory => {
  const open = async () => {
    const host = await startHost()
    const memory = new Map<string, string>()
    const replica = await connect(host, directory, memory)
    const home = await homeOf(host)
    const at = (path: string): string => (directory === '' ? path : `${directory}/${path}`)
    const foreign: Foreign = {
      put: (path, bytes) => putText(home, at(path), Buffer.from(bytes).toString('latin1')),
      async remove(path) {
        await home.change({ do: 'trash', at: at(path) as Path, when: 'any' }, SIGNAL)
      },
      async makeDirectory(path) {
        await home.change({ do: 'make-directory', at: at(path) as Path }, SIGNAL)
      },
    }
    return {
      replica,
      reopen: () => connect(host, directory, memory),
      foreign,
      async dispose() {
        await replica.close()
        await host.stop()
      },
    }
  }
  // The bulk upload has no conditions.
  replicaConformance('the replica', open, ['modes', 'symlinks', 'an atomic guard'])
})

async function connect(host: TestHost, directory: string, memory: Map<string, string>) {
  const url = new URL(`${host.url}/remote.php/webdav/${directory.split('/').map(encodeURIComponent).join('/')}`)
  const credentials = { kind: 'password', user: 'alice', password: PASSWORD } as const
  const client = httpClient({ base: new URL(host.url), credentials, world: host.world })
  const place = await discoverOwncloud(client, url, SIGNAL)
  if (place === undefined) throw new Error('the host is not found out')
  return connectOwncloud({ client, place, world: host.world, memory: memoryOn(memory), mode: 'create' })
}
