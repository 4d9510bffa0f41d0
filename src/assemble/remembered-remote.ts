// Which remotes a folder was synced with, so that other commands can name them. Never a secret.
import type { FolderIndex } from '../index/folder-index.ts'
import type { OpenedRemote } from './opened-remote.ts'

export interface RememberedRemote {
  readonly id: string
  /** A path or an address; undefined for one that an older run did not name. */
  readonly address: string | undefined
  readonly user: string | undefined
  /** The name under which the settings hold what its adapter remembers. */
  readonly memory: string | undefined
}

export function rememberRemote(index: FolderIndex, { replica, address, user, memory }: OpenedRemote): void {
  const records = index.pair(replica.id)
  if (records.get(ADDRESS) !== address) records.set(ADDRESS, address)
  if (records.get(USER) !== user) records.set(USER, user)
  if (records.get(MEMORY) !== memory) records.set(MEMORY, memory)
}

export function rememberedRemotes(index: FolderIndex): readonly RememberedRemote[] {
  return index.remotes().map(id => {
    const records = index.pair(id)
    return { id, address: records.get(ADDRESS), user: records.get(USER), memory: records.get(MEMORY) }
  })
}

const ADDRESS = 'cli-address'
const USER = 'cli-user'
const MEMORY = 'cli-memory'
