// Folders as they are set up.
import * as v from 'valibot'
import { Remote } from './remotes.ts'
import { Id, type Shape, text } from './shape.ts'

export const Folder = v.object({
  id: Id,
  label: text(256),
  /** Absolute path on this machine. */
  path: text(4096, 1),
  isPaused: v.boolean(),
  remotes: v.array(Remote),
})
export type Folder = Shape<typeof Folder>

/** `path` is made if it is missing and its parent is there. Without an id one is made from the last name of the path. */
export const FolderDraft = v.strictObject({
  path: text(4096, 1),
  id: v.exactOptional(Id),
  label: v.exactOptional(text(256, 1)),
})
export type FolderDraft = Shape<typeof FolderDraft>

export const FolderChange = v.strictObject({ label: v.exactOptional(text(256, 1)) })
export type FolderChange = Shape<typeof FolderChange>
