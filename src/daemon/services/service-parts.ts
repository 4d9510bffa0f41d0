// What the parts of the service work with.
import type { Accounts } from '../../accounts/accounts.ts'
import { ApiError } from '../../api/errors.ts'
import type { World } from '../../platform/world.ts'
import type { ConfigFile, FolderConfig, RemoteConfig } from '../config/config.ts'
import type { FolderLoop } from '../folders/folder-loop.ts'
import type { FolderSession } from '../folders/folder-session.ts'
import type { KnownFolders } from '../folders/known-folders.ts'
import type { RemoteLoop } from '../folders/remote-loop.ts'
import type { EventHistory } from '../home/event-history.ts'
import type { HomeDisk } from '../home/home-disk.ts'
import type { Secrets } from '../home/secrets.ts'

export interface ServiceParts {
  readonly world: World
  readonly config: ConfigFile
  readonly secrets: Secrets
  readonly accounts: Accounts
  readonly history: EventHistory
  /** Whether what the daemon keeps of its own can be written. */
  readonly disk: Pick<HomeDisk, 'fault'>
  readonly known: KnownFolders
  /** In the order of the configuration. */
  readonly loops: () => readonly FolderLoop[]
  /** Makes the loops be as the configuration says. Resolves when they know. */
  readonly apply: () => Promise<void>
}

/** The folder `id` as it is set up. Throws `not-found`. */
export function folderConfigOf({ config }: Pick<ServiceParts, 'config'>, id: string): FolderConfig {
  const folder = config.current.folders.find(each => each.id === id)
  if (folder === undefined) throw new ApiError('not-found', `There is no folder '${id}'.`)
  return folder
}

/** The remote as it is set up. Throws `not-found`. */
export function remoteConfigOf(parts: Pick<ServiceParts, 'config'>, folder: string, id: string): RemoteConfig {
  const remote = folderConfigOf(parts, folder).remotes.find(each => each.id === id)
  if (remote === undefined) throw new ApiError('not-found', `The folder '${folder}' has no remote '${id}'.`)
  return remote
}

/** Throws `not-found`. */
export function loopOf({ loops }: Pick<ServiceParts, 'loops'>, folder: string): FolderLoop {
  const loop = loops().find(each => each.id === folder)
  if (loop === undefined) throw new ApiError('not-found', `There is no folder '${folder}'.`)
  return loop
}

/** The folder while it is open. Throws `wrong-state` when it is paused or gone. */
export function sessionOf(parts: Pick<ServiceParts, 'loops'>, folder: string): FolderSession {
  const loop = loopOf(parts, folder)
  if (loop.session !== undefined) return loop.session
  throw new ApiError('wrong-state', `The folder '${folder}' is not open: ${loop.status().sentence}`)
}

/** Throws `not-found`, or `wrong-state` when its folder is not open. */
export function remoteLoopOf(parts: Pick<ServiceParts, 'loops'>, folder: string, id: string): RemoteLoop {
  const remote = sessionOf(parts, folder).remote(id)
  if (remote === undefined) throw new ApiError('not-found', `The folder '${folder}' has no remote '${id}'.`)
  return remote
}
