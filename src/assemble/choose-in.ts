// What this device keeps of a folder, read and changed while nobody syncs it.
import { SyncError } from '../model/errors.ts'
import type { World } from '../platform/world.ts'
import { DeviceSelection } from '../scan/device-selection.ts'
import type { SelectionChange } from '../scan/selection.ts'
import type { FolderFiles } from './open-folder.ts'

/** Throws `usage` for what is no directory, or is in one that is not kept. */
export async function chooseIn(
  { tree, index }: FolderFiles,
  { random }: World,
  change: SelectionChange | undefined,
): Promise<DeviceSelection> {
  const selection = await DeviceSelection.open({ tree, index, random, caseFold: false })
  for (const path of change?.deselect ?? []) {
    const kind = index.row(path)?.state.kind
    if (kind === 'file' || kind === 'symlink')
      throw new SyncError('usage', `'${path}' is no directory: only directories can be deselected.`, { path })
  }
  if (change !== undefined) await selection.change(change)
  return selection
}
