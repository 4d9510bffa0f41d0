// Conflict copies that wait for a decision: both versions, where each came from, and what becomes of them.
import * as v from 'valibot'
import { PathFault } from './content.ts'
import { Bytes, Count, Id, PathText, PlaceText, Sentence, type Shape, Time, text } from './shape.ts'

export const ConflictVersion = v.object({
  path: v.string(),
  kind: v.picklist(['file', 'directory', 'symlink', 'blocked']),
  sizeBytes: v.exactOptional(Bytes),
  mtimeMs: v.exactOptional(v.number()),
  etag: v.exactOptional(v.string()),
  /** "This device", the label of a remote; absent where it is not known. */
  by: v.exactOptional(Sentence),
})
export type ConflictVersion = Shape<typeof ConflictVersion>

export const Conflict = v.object({
  /** Of the copy: names the conflict. */
  path: v.string(),
  /** What it is a copy of: known, or told by the name of the copy. */
  origin: v.exactOptional(v.string()),
  /** When it was set aside here; absent where another device or client did that. */
  at: v.exactOptional(Time),
  copy: ConflictVersion,
  /** Absent where there is nothing at `origin` any more. */
  original: v.exactOptional(ConflictVersion),
  /** Both hold the same bytes. */
  isEqual: v.boolean(),
  /** What both were made of, where that is still kept: a revision of `origin`. */
  base: v.exactOptional(v.object({ revision: v.string(), keptAt: Time, mtimeMs: v.number(), sizeBytes: Bytes })),
  remote: v.exactOptional(Id),
})
export type Conflict = Shape<typeof Conflict>

export const ConflictPage = v.object({
  /** Ordered by path. */
  conflicts: v.array(Conflict),
  next: v.exactOptional(v.string()),
})
export type ConflictPage = Shape<typeof ConflictPage>

/**
 * `original`: the copy goes to the trash. `copy`: the original goes to the trash, the copy takes its name. `both`: the copy gets a name
 * of its own, which no longer says that it is one.
 */
export const ConflictChoice = v.picklist(['original', 'copy', 'both'])
export type ConflictChoice = Shape<typeof ConflictChoice>

const Etag = v.exactOptional(text(200, 1))

/** `as`: with `both`, the new path of the copy. Etags: of the versions that were seen; another one is refused as `stale`. */
export const Resolution = v.strictObject({
  path: PathText,
  keep: ConflictChoice,
  as: v.exactOptional(PathText),
  etags: v.exactOptional(v.strictObject({ copy: Etag, original: Etag })),
})
export type Resolution = Shape<typeof Resolution>

/** The same for these conflicts, or for all at and below a place. */
export const ResolutionOfMany = v.strictObject({
  keep: ConflictChoice,
  paths: v.exactOptional(v.pipe(v.array(PathText), v.maxLength(1000))),
  place: v.exactOptional(PlaceText),
})
export type ResolutionOfMany = Shape<typeof ResolutionOfMany>

export const Resolved = v.object({
  resolved: Count,
  /** Where what was kept is now. */
  paths: v.array(v.string()),
  failed: v.array(PathFault),
})
export type Resolved = Shape<typeof Resolved>
