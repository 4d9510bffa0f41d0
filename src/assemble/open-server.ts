// A server as the other side: ownCloud or Nextcloud if it says so, else plain WebDAV.

import { SyncError } from '../model/errors.ts'
import { httpClient } from '../remotes/http/client.ts'
import type { HttpClient } from '../remotes/http/message.ts'
import { type Discovered, discoverOwncloud } from '../remotes/owncloud/discover.ts'
import type { Memory, Replica } from '../replica/replica.ts'
import type { Login } from './login.ts'
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
    const name = place === undefined ? nameOfWebdav(url, login) : nameOfOwncloud(place)
    const known = settingsMemory(index, name)
    const replica =
      place === undefined
        ? await openWebdav(client, url, known, parts, signal)
        : await openOwncloud(client, place, known, parts, signal)
    const close = () => replica.close()
    return { replica, address: url.href, user: login?.user, memory: name, directory: undefined, close }
  } catch (error) {
    await client.close()
    throw login === undefined && isUnauthorized(error) ? nobodyGiven(url, error) : error
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof SyncError && error.code === 'unauthorized'
}

function nobodyGiven({ host }: URL, cause: unknown): SyncError {
  return new SyncError('unauthorized', `${host} wants a user name and a password, and none were given.`, { cause })
}

function nameOfOwncloud({ server, user, directory }: Discovered): string {
  return `${server.href} ${user} ${directory}`
}

function nameOfWebdav(url: URL, login: Login | undefined): string {
  return `${url.href.replace(/\/*$/, '/')} ${login?.user ?? ''}`
}

async function openOwncloud(
  client: HttpClient,
  place: Discovered,
  memory: Memory,
  { world }: RemoteParts,
  signal: AbortSignal,
): Promise<Replica> {
  const { connectOwncloud } = await import('../remotes/owncloud/connect.ts')
  return connectOwncloud({ client, place, world, memory, signal })
}

async function openWebdav(
  client: HttpClient,
  url: URL,
  memory: Memory,
  { world, access }: RemoteParts,
  signal: AbortSignal,
): Promise<Replica> {
  const { connectWebdav } = await import('../remotes/webdav/connect.ts')
  const mode = access === 'look' ? 'read-only' : 'read-write'
  return connectWebdav({ client, root: url, world, memory, mode, signal })
}
