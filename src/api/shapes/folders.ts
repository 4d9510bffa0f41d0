// Folders as they are set up.
import * as v from 'valibot'
import { Remote } from './remotes.ts'
import { Count, Id, type Shape, text } from './shape.ts'

const Watch = v.picklist(['on', 'off'])
/** How long deleted and replaced files are kept at least. */
const TrashDays = v.union([v.pipe(v.number(), v.minValue(0)), v.literal('for-ever')])

/** Which way changes go between here and the devices that it is shared with. */
const FolderType = v.picklist(['send-receive', 'send-only', 'receive-only'])
/** Whether permissions go between here and the devices. */
const Permissions = v.picklist(['synced', 'ignored'])

export const Folder = v.object({
  id: Id,
  label: v.string(),
  /** Absolute path on this machine. */
  path: v.string(),
  isPaused: v.boolean(),
  watch: Watch,
  /** It is looked at as a whole at least this often. */
  rescanSeconds: Count,
  trashDays: TrashDays,
  remotes: v.array(Remote),
  /** Ids of the devices that it is shared with. */
  devices: v.array(v.string()),
  /** What those call it. */
  meshId: v.string(),
  type: FolderType,
  permissions: Permissions,
})
export type Folder = Shape<typeof Folder>

/** `path` is absolute. It is made if it is missing and its parent is there. Without an id one is made from its last name. */
export const FolderDraft = v.strictObject({
  path: text(4096, 1),
  id: v.exactOptional(Id),
  label: v.exactOptional(text(256, 1)),
})
export type FolderDraft = Shape<typeof FolderDraft>

export const FolderChange = v.strictObject({
  label: v.exactOptional(text(256, 1)),
  watch: v.exactOptional(Watch),
  rescanSeconds: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(60), v.maxValue(30 * 86_400))),
  trashDays: v.exactOptional(TrashDays),
  type: v.exactOptional(FolderType),
  permissions: v.exactOptional(Permissions),
})

/** How many paths it was about. */
export const Settled = v.object({ paths: Count })
export type Settled = Shape<typeof Settled>
export type FolderChange = Shape<typeof FolderChange>
