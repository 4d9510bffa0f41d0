// Takes the word of a device that introduces others into the configuration.
import type { DeviceKey } from '../../wire/bep/device-key.ts'
import type { ClusterFolder } from '../../wire/bep/messages.ts'
import type { ConfigFile, DeviceConfig } from '../config/config.ts'
import type { EventHistory } from '../home/event-history.ts'
import { type Introductions, introduce, introductionsOf, isNothing, MAX_DEVICES } from './introductions.ts'

export interface TakeParts {
  readonly config: ConfigFile
  readonly history: Pick<EventHistory, 'add'>
  readonly self: DeviceKey
  /** Those of whom it was told that they name too many. */
  readonly toldOf: Set<DeviceKey>
}

/** Whoever follows the configuration learns of it there. Throws `usage` when the file on disk is not valid now. */
export async function takeIntroductions(
  introducer: DeviceConfig,
  folders: readonly ClusterFolder[],
  { config, history, self, toldOf }: TakeParts,
): Promise<void> {
  const asked = introductionsOf(introducer, folders, config.current, self)
  if (asked.surplus > 0 && !toldOf.has(introducer.id)) {
    toldOf.add(introducer.id)
    history.add({
      type: 'notice',
      text: `'${introducer.name}' names ${asked.surplus} devices more than there is room for: no more than ${MAX_DEVICES} are known.`,
    })
  }
  if (isNothing(asked)) return
  let done: Introductions = asked
  await config.change(draft => {
    // The file may have been changed meanwhile.
    done = introductionsOf(introducer, folders, draft.current, self)
    introduce(introducer.id, done, draft)
  })
  for (const { id, name } of done.devices) {
    history.add({ type: 'device', device: id, what: 'added' })
    history.add({ type: 'notice', text: `'${introducer.name}' made the device '${name}' (${id}) known.` })
  }
  for (const device of done.removals) history.add({ type: 'device', device, what: 'removed' })
  const changed = new Set([...done.shares, ...done.unshares].map(({ folder }) => folder))
  for (const folder of changed) history.add({ type: 'folder', folder, what: 'changed' })
}
