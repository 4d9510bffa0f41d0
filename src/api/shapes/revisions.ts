// The trash: what runs deleted or replaced, and how to bring it back.
import * as v from 'valibot'
import { Bytes, Id, PathText, Sentence, type Shape, Time, text } from './shape.ts'

export const Revision = v.object({
  id: v.string(),
  path: v.string(),
  why: v.picklist(['deleted', 'replaced']),
  keptAt: Time,
  kind: v.picklist(['file', 'symlink']),
  sizeBytes: Bytes,
  mtimeMs: v.number(),
})
export type Revision = Shape<typeof Revision>

export const RevisionPage = v.object({
  folder: Id,
  /** Newest first. */
  items: v.array(Revision),
  next: v.exactOptional(v.string()),
})
export type RevisionPage = Shape<typeof RevisionPage>

/** `path`: a file, or a directory whose missing files come back. `at`: as it was then. `revision`: exactly that one. */
export const RestoreRequest = v.strictObject({
  path: PathText,
  at: v.exactOptional(Time),
  revision: v.exactOptional(text(1024, 1)),
})
export type RestoreRequest = Shape<typeof RestoreRequest>

export const Restored = v.object({
  /** What came back. What was in its place is in the trash. */
  restored: v.array(v.object({ path: v.string(), keptAt: Time })),
  /** What did not, each with the reason. */
  failed: v.array(v.object({ path: v.string(), code: v.string(), message: Sentence })),
})
export type Restored = Shape<typeof Restored>
