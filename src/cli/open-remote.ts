// The other side, whatever kind it is: the kind of a server is found out, not asked.
import type { FolderIndex } from '../index/folder-index.ts'
import type { World } from '../platform/world.ts'
import type { Replica } from '../replica/replica.ts'
import type { Login } from './login.ts'
import type { Access } from './open-folder.ts'
import type { RemoteAddress } from './remote-address.ts'

export interface RemoteParts {
  /** The folder's root: the other side must not overlap it. */
  readonly root: string
  readonly index: FolderIndex
  readonly world: World
  readonly access: Access
  readonly trash: 'keep' | 'none'
  readonly login: Login | undefined
  readonly trustCert: string | undefined
}

export interface OpenedRemote {
  readonly replica: Replica
  /** How it can be named again: canonical, without secrets. */
  readonly address: string
  readonly user: string | undefined
  /** Where it is on this machine, when it is. */
  readonly directory: string | undefined
  close(): Promise<void>
}

export async function openRemote(
  address: RemoteAddress,
  parts: RemoteParts,
  signal: AbortSignal,
): Promise<OpenedRemote> {
  if (address.kind === 'directory') {
    const { openDirectory } = await import('./open-directory.ts')
    return openDirectory(address.path, parts)
  }
  const { openServer } = await import('./open-server.ts')
  return openServer(address.url, parts, signal)
}
