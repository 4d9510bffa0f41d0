// A server as the other side: ownCloud or Nextcloud if it says so, else plain WebDAV.

import { SyncError } from '../model/errors.ts'
import { httpClient } from '../remotes/http/client.ts'
import { discoverOwncloud } from '../remotes/owncloud/discover.ts'
import type { OpenedRemote, RemoteParts } from './open-remote.ts'
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
    const place = await discoverOwncloud(client, url, signal)
    if (place === undefined)
      throw new SyncError('unsupported', 'Plain WebDAV servers cannot be used yet.', { scope: 'replica' })
    const { connectOwncloud } = await import('../remotes/owncloud/connect.ts')
    const name = `${place.server.href} ${place.user} ${place.directory}`
    const replica = await connectOwncloud({ client, place, world, memory: settingsMemory(index, name), signal })
    return { replica, address: url.href, user: login?.user, directory: undefined, close: () => replica.close() }
  } catch (error) {
    await client.close()
    throw error
  }
}
