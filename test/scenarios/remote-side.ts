// The other side of each kind: its server or directory, and how the program connects to it.
import { mkdirSync } from 'node:fs'
import { settingsMemory } from '../../src/assemble/settings-memory.ts'
import type { FolderIndex } from '../../src/index/folder-index.ts'
import { SyncError } from '../../src/model/errors.ts'
import { openNodeTree } from '../../src/platform/node/node-tree.ts'
import type { World } from '../../src/platform/world.ts'
import { connectDirectory } from '../../src/remotes/directory/connect.ts'
import { httpClient } from '../../src/remotes/http/client.ts'
import { connectOwncloud } from '../../src/remotes/owncloud/connect.ts'
import { discoverOwncloud } from '../../src/remotes/owncloud/discover.ts'
import { connectWebdav } from '../../src/remotes/webdav/connect.ts'
import type { Replica } from '../../src/replica/replica.ts'
import { openTrash } from '../../src/revisions/trash.ts'
import type { FaultyServer } from '../fakes/faulty-server.ts'
import { type FakeOwncloud, startFakeOwncloud } from '../fakes/owncloud/server.ts'
import { type PlainDav, startPlainDav } from '../fakes/plain-dav/server.ts'
import { HostFront } from '../host/host-front.ts'
import { HostThread } from '../host/host-thread.ts'
import { diskSurface } from './disk-surface.ts'
import { withoutFlush } from './quick-tree.ts'
import { serverSurface } from './server-surface.ts'
import type { RemoteKind } from './story.ts'
import type { Surface } from './surface.ts'

export interface Connecting {
  readonly index: FolderIndex
  readonly world: World
  /** Of the folder. */
  readonly root: string
}

export interface Connected {
  readonly replica: Replica
  close(): Promise<void>
}

export interface RemoteSide {
  readonly surface: Surface
  /** Undefined for a directory. */
  readonly server: FaultyServer | undefined
  readonly cloud: FakeOwncloud | undefined
  readonly plain: PlainDav | undefined
  /** Where it is on this machine, if it is. */
  readonly directory: string | undefined
  connect(parts: Connecting): Promise<Connected>
  close(): Promise<void>
}

/** Times that a server shows are those of `now`. */
export async function openSide(
  kind: RemoteKind,
  directory: string,
  settings: Readonly<Record<string, unknown>>,
  now: () => number,
): Promise<RemoteSide> {
  if (kind === 'directory') return directorySide(directory)
  if (kind === 'host') return hostSide(settings, now)
  if (kind === 'webdav') return plainSide(await startPlainDav({ ...settings, now }))
  return cloudSide(await startFakeOwncloud({ ...settings, flavour: kind, now }))
}

function directorySide(directory: string): RemoteSide {
  mkdirSync(directory)
  return {
    surface: diskSurface(directory),
    server: undefined,
    cloud: undefined,
    plain: undefined,
    directory,
    async connect({ index, world }) {
      const tree = withoutFlush(await openNodeTree(directory))
      const trash = openTrash({ tree, clock: world.clock, random: world.random })
      const memory = settingsMemory(index, directory)
      const replica = await connectDirectory({ tree, world, memory, mode: 'read-write', trash }).catch(async error => {
        await tree.close()
        throw error
      })
      return { replica, close: () => tree.close() }
    },
    close: async () => {},
  }
}

function plainSide(plain: PlainDav): RemoteSide {
  return {
    surface: serverSurface(plain.tree, () => []),
    server: plain,
    cloud: undefined,
    plain,
    directory: undefined,
    async connect({ index, world }) {
      const root = new URL(`${plain.url}/`)
      const client = httpClient({ base: root, world })
      const memory = settingsMemory(index, root.href)
      return connected(await closingOnFault(client, connectWebdav({ client, root, world, memory, mode: 'read-write' })))
    },
    close: () => plain.stop(),
  }
}

/** One host for all stories of a thread: each begins with an empty account. */
let hosting: Promise<HostThread> | undefined

export async function stopHosting(): Promise<void> {
  const stopped = hosting
  hosting = undefined
  await (await stopped)?.stop()
}

async function hostSide(settings: Readonly<Record<string, unknown>>, now: () => number): Promise<RemoteSide> {
  hosting ??= HostThread.start()
  const thread = await hosting
  thread.begin(HOST_PASSWORD)
  const front = new HostFront(new URL(thread.url), settings)
  await front.listen()
  return {
    surface: thread.surface(now),
    server: front,
    cloud: undefined,
    plain: undefined,
    directory: undefined,
    async connect({ index, world }) {
      const url = new URL(front.url)
      const credentials = { kind: 'password', user: 'alice', password: HOST_PASSWORD } as const
      const client = httpClient({ base: url, credentials, world })
      return connected(await closingOnFault(client, connectCloud(client, url, index, world)))
    },
    close: () => front.stop(),
  }
}

const HOST_PASSWORD = 'correct horse battery'

function cloudSide(cloud: FakeOwncloud): RemoteSide {
  return {
    surface: serverSurface(cloud.tree, () => [...cloud.account('alice').uploads.keys()]),
    server: cloud,
    cloud,
    plain: undefined,
    directory: undefined,
    async connect({ index, world }) {
      const url = new URL(cloud.url)
      const credentials = { kind: 'password', user: 'alice', password: 'secret' } as const
      const client = httpClient({ base: url, credentials, world })
      return connected(await closingOnFault(client, connectCloud(client, url, index, world)))
    },
    close: () => cloud.stop(),
  }
}

async function connectCloud(
  client: ReturnType<typeof httpClient>,
  url: URL,
  index: FolderIndex,
  world: World,
): Promise<Replica> {
  const signal = new AbortController().signal
  const asked = { memory: settingsMemory(index, `${url.href} alice`), world }
  const place = await discoverOwncloud(client, url, signal, asked)
  if (place === undefined) throw new SyncError('wrong-place', 'The fake is no ownCloud.')
  const memory = settingsMemory(index, `${place.server.href} ${place.user} ${place.directory}`)
  return connectOwncloud({ client, place, world, memory, signal })
}

async function closingOnFault(client: { close(): Promise<void> }, connecting: Promise<Replica>): Promise<Replica> {
  try {
    return await connecting
  } catch (error) {
    await client.close()
    throw error
  }
}

function connected(replica: Replica): Connected {
  return { replica, close: () => replica.close() }
}
