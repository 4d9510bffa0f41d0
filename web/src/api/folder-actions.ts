// What can be done with a whole folder, as its menus offer it.
import type { MenuItem } from '../ui/menu.ts'
import { attempt } from '../ui/toasts.svelte.ts'
import { words } from '../words/words.ts'
import { call } from './call.ts'
import type { FolderStatus } from './types.ts'

export function folderActions(folder: FolderStatus): readonly MenuItem[] {
  const params = { folder: folder.id }
  const look: MenuItem = {
    word: words.overview.syncNow,
    icon: 'sync',
    act: () => attempt(() => lookAt(folder), words.overview.looked),
  }
  return [
    ...(folder.state === 'paused' ? [] : [look]),
    { word: words.overview.addRemote, icon: 'plus', href: `/folders/${encodeURIComponent(folder.id)}/add-remote` },
    { word: words.files.tabs.settings, icon: 'settings', href: `/folders/${encodeURIComponent(folder.id)}/settings` },
    folder.state === 'paused'
      ? {
          word: words.overview.resume,
          icon: 'play',
          act: () => attempt(() => call('POST /folders/{folder}/resume', { params })),
        }
      : {
          word: words.overview.pause,
          icon: 'pause',
          act: () => attempt(() => call('POST /folders/{folder}/pause', { params })),
        },
  ]
}

/** At the disk and at all remotes. */
async function lookAt({ id: folder, remotes }: FolderStatus): Promise<void> {
  await call('POST /folders/{folder}/scan', { params: { folder }, body: {} })
  for (const { id } of remotes)
    await call('POST /folders/{folder}/remotes/{remote}/sync', { params: { folder, remote: id } })
}
