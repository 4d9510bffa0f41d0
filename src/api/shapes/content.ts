// Changes of single files and directories, made through the API.
import * as v from 'valibot'
import { Bytes, PathText, Sentence, type Shape, text } from './shape.ts'

/** What is at a path after a change. */
export const Made = v.object({
  path: v.string(),
  kind: v.picklist(['file', 'directory']),
  etag: v.string(),
  sizeBytes: Bytes,
  mtimeMs: v.number(),
  as: v.picklist(['created', 'replaced']),
})
export type Made = Shape<typeof Made>

const Etag = text(200, 1)

export const DirectoryDraft = v.strictObject({ path: PathText })

/** Without `replace` nothing that is at `to` is replaced; with it what is there goes to the trash. `etag`: of what is to be moved, as it was seen. */
export const Move = v.strictObject({
  from: PathText,
  to: PathText,
  replace: v.exactOptional(v.boolean()),
  etag: v.exactOptional(Etag),
})
export type Move = Shape<typeof Move>

/** They go to the trash. */
export const Deletion = v.strictObject({
  items: v.pipe(v.array(v.strictObject({ path: PathText, etag: v.exactOptional(Etag) })), v.maxLength(1000)),
})
export type Deletion = Shape<typeof Deletion>

export const PathFault = v.object({ path: v.string(), code: v.string(), message: Sentence })
export type PathFault = Shape<typeof PathFault>

export const Deleted = v.object({ deleted: v.array(v.string()), failed: v.array(PathFault) })
export type Deleted = Shape<typeof Deleted>
