// What a remote is and where, as far as it is known.
import type { IconName } from '../ui/icons.ts'
import { words } from '../words/words.ts'
import { live } from './live.svelte.ts'
import type { RemoteStatus } from './types.ts'

export interface RemotePlace {
  /** For people: its own name, or where it is. */
  readonly label: string
  readonly icon: IconName
  readonly address: string
}

/** Of a remote of the folder with the id `folder`. The mesh has no address. */
export function remotePlace(folder: string, { id, label, devices }: RemoteStatus): RemotePlace {
  if (devices !== undefined) return { label: words.overview.mesh, icon: 'device', address: '' }
  const set = live.folders.find(each => each.id === folder)?.remotes.find(each => each.id === id)
  const address = set?.address ?? ''
  const isDirectory = address.startsWith('/') || set?.kind === 'directory'
  return {
    label: label === id && address !== '' ? shortened(address) : label,
    icon: isDirectory ? 'disk' : 'cloud',
    address,
  }
}

/** The host of a server, the last names of a directory. */
function shortened(address: string): string {
  if (/^https?:\/\//.test(address)) return new URL(address).host
  const names = address.split('/').filter(name => name !== '')
  return names.length <= 2 ? address : `…/${names.slice(-2).join('/')}`
}
