// What it takes to open a remote, and what comes of it, whatever kind it is.
import type { FolderIndex } from '../index/folder-index.ts'
import type { World } from '../platform/world.ts'
import { type Meter, metered } from '../replica/metered.ts'
import type { Replica } from '../replica/replica.ts'
import type { Login } from './login.ts'
import type { Access } from './open-folder.ts'

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
  /** The name under which the folder's settings hold what is known of it. */
  readonly memory: string
  /** Where it is on this machine, when it is. */
  readonly directory: string | undefined
  close(): Promise<void>
}

/** The same, with a meter on its bytes where there is one. */
export function withMeter(remote: OpenedRemote, meter: Meter | undefined): OpenedRemote {
  return meter === undefined ? remote : { ...remote, replica: metered(remote.replica, meter) }
}
