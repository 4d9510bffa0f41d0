// A server as the other side: ownCloud or Nextcloud if it says so, else plain WebDAV.

import { httpClient } from '../remotes/http/client.ts'
import type { HttpClient } from '../remotes/http/message.ts'
import { type Discovered, discoverOwncloud } from '../remotes/owncloud/discover.ts'
import type { Replica } from '../replica/replica.ts'
import type { OpenedRemote, RemoteParts } from './opened-remote.ts'
import { settingsMemory } from './settings-memory.ts'

export async function openServer(url: URL, parts: RemoteParts, signal: AbortSignal): Promise<OpenedRemote> {
  const { world, login, trustCert, index } = parts
  const client = httpClient({
    base: url,
    world,
    ...(login === undefined ? {} : { credentials: { kind: 'password', ...login } }),
    ...(trustCert === undefined ? {} : { trustCert }),
  })
  try {
    const memory = settingsMemory(index, `discovery ${url.href} ${login?.user ?? ''}`)
    const place = await discoverOwncloud(client, url, signal, { memory, world })
    const replica =
      place === undefined
        ? await openWebdav(client, url, parts, signal)
        : await openOwncloud(client, place, parts, signal)
    return { replica, address: url.href, user: login?.user, directory: undefined, close: () => replica.close() }
  } catch (error) {
    await client.close()
    throw error
  }
}

async function openOwncloud(
  client: HttpClient,
  place: Discovered,
  { world, index }: RemoteParts,
  signal: AbortSignal,
): Promise<Replica> {
  const { connectOwncloud } = await import('../remotes/owncloud/connect.ts')
  const memory = settingsMemory(index, `${place.server.href} ${place.user} ${place.directory}`)
  return connectOwncloud({ client, place, world, memory, signal })
}

async function openWebdav(
  client: HttpClient,
  url: URL,
  { world, index, access, login }: RemoteParts,
  signal: AbortSignal,
): Promise<Replica> {
  const { connectWebdav } = await import('../remotes/webdav/connect.ts')
  const memory = settingsMemory(index, `${url.href.replace(/\/*$/, '/')} ${login?.user ?? ''}`)
  const mode = access === 'look' ? 'read-only' : 'read-write'
  return connectWebdav({ client, root: url, world, memory, mode, signal })
}
