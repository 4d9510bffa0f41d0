// What a remote looks like, by what is known of where it is.
import type { RemoteStatus } from '../../api/types.ts'
import type { IconName } from '../../ui/icons.ts'

export function remoteIcon({ devices, label }: Pick<RemoteStatus, 'devices' | 'label'>): IconName {
  if (devices !== undefined) return 'device'
  return label.startsWith('/') ? 'disk' : 'cloud'
}
