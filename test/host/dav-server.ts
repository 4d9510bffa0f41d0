// The WebDAV server over a hosted space, in this process on 127.0.0.1.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serveRequests } from '../../src/dav/body.ts'
import { DAV_LIMITS, type DavExtensions, type DavLimits, type PropertySource } from '../../src/dav/call.ts'
import { davHandler } from '../../src/dav/dav.ts'
import { type Locks, openLocks } from '../../src/dav/locks.ts'
import { openNodeTree } from '../../src/platform/node/node-tree.ts'
import { nodeWorld } from '../../src/platform/node/node-world.ts'
import { openDiskBlobs } from '../../src/store/disk/disk-blobs.ts'
import type { Space } from '../../src/store/space.ts'
import { openHostedSpaces } from '../../src/store/sqlite/hosted-spaces.ts'

export interface DavServer {
  /** Where the space is served; ends in '/'. */
  readonly url: URL
  readonly space: Space
  readonly locks: Locks
  /** What the server had to say: problems of its own. */
  readonly said: readonly string[]
  stop(): Promise<void>
}

export interface DavServerOptions {
  readonly root?: string
  readonly properties?: PropertySource
  readonly extensions?: DavExtensions
  readonly limits?: Partial<DavLimits>
  readonly quotaBytes?: number
  /** Where the blobs and the database are to be; a temporary directory by default. */
  readonly directory?: string
  /** One that is free, by default. */
  readonly port?: number
}

const NAME = /^Basic (.+)$/

/** Starts a server; the caller stops it. Who asks is the name that comes with a request; its password is not looked at. */
export async function startDav(options: DavServerOptions = {}): Promise<DavServer> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'syncline-dav-')))
  const said: string[] = []
  const { clock, random, log } = nodeWorld({
    log: (level, message, fields) => {
      if (level !== 'debug' && level !== 'info') said.push(`${message} ${JSON.stringify(fields ?? {})}`)
    },
  })
  const store = join(directory, 'blobs')
  await mkdir(store)
  const tree = await openNodeTree(store)
  const blobs = await openDiskBlobs({ tree, clock, random })
  const spaces = openHostedSpaces({ database: join(directory, 'host.db'), blobs, clock, random })
  const space = await spaces.create({ id: 'home-1', label: 'Home', quotaBytes: options.quotaBytes })
  const locks = openLocks(join(directory, 'locks.db'), clock)
  const handle = davHandler({ locks, clock, random, log, limits: { ...DAV_LIMITS, ...options.limits } })
  const { root = '/remote.php/webdav', properties = new Map(), extensions = {} } = options
  // As the daemon does: under load, what came in time is read late.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 65_000 })
  serveRequests(server, (request, response) => {
    const [, encoded = ''] = NAME.exec(request.headers.authorization ?? '') ?? []
    const [user = ''] = Buffer.from(encoded, 'base64').toString().split(':')
    void handle(request, response, { space, root, properties, extensions, user })
  })
  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}${root}/`),
    space,
    locks,
    said,
    async stop() {
      await closed(server)
      locks.close()
      await spaces.close()
      await tree.close()
      await rm(directory, { recursive: true })
    },
  }
}

function closed(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
