// The past of a folder: older versions of a file, the folder as it was at a time, and the newest changes, each with what undoes it.
import * as v from 'valibot'
import { PathFault } from './content.ts'
import { Bytes, Count, Id, PathText, PlaceText, Sentence, type Shape, Time, text } from './shape.ts'

/** Who made a change: somebody on this device, what came from a remote or device, a client of the host, this interface. */
export const Author = v.object({
  kind: v.picklist(['here', 'remote', 'client', 'api', 'unknown']),
  remote: v.exactOptional(Id),
  /** For people. */
  label: Sentence,
})
export type Author = Shape<typeof Author>

export const FileVersion = v.object({
  /** To be given as `revision`. */
  revision: v.string(),
  path: v.string(),
  /** When it left its place, and why. In `git`: when it came. */
  keptAt: Time,
  why: v.picklist(['deleted', 'replaced', 'changed']),
  store: v.picklist(['trash', 'git']),
  kind: v.picklist(['file', 'symlink']),
  sizeBytes: Bytes,
  mtimeMs: v.number(),
  by: v.exactOptional(Author),
})
export type FileVersion = Shape<typeof FileVersion>

export const FileHistory = v.object({
  path: v.string(),
  /** What is there now. */
  current: v.exactOptional(
    v.object({
      kind: v.picklist(['file', 'directory', 'symlink', 'blocked']),
      sizeBytes: v.exactOptional(Bytes),
      mtimeMs: v.exactOptional(v.number()),
      etag: v.exactOptional(v.string()),
    }),
  ),
  /** Newest first. */
  versions: v.array(FileVersion),
  next: v.exactOptional(v.string()),
})
export type FileHistory = Shape<typeof FileHistory>

/** `bring-back`: it was there then, and is not now. `replace`: it was another one. `remove`: it came since. `move-back`: it was at `from`. */
export const PastChange = v.object({
  path: v.string(),
  change: v.picklist(['bring-back', 'replace', 'remove', 'move-back']),
  from: v.exactOptional(v.string()),
  /** What comes back. */
  revision: v.exactOptional(v.string()),
  sizeBytes: Bytes,
  mtimeMs: v.number(),
  keptAt: v.exactOptional(Time),
})
export type PastChange = Shape<typeof PastChange>

export const PastPreview = v.object({
  at: Time,
  place: v.string(),
  /** Of all, not of this page. */
  counts: v.object({ bringBack: Count, replace: Count, remove: Count, moveBack: Count, bytes: Bytes }),
  /** Ordered by path. */
  items: v.array(PastChange),
  next: v.exactOptional(v.string()),
  /** From when on changes are on record; what is older is known by what was kept only. */
  knownSince: v.exactOptional(Time),
  /** What cannot be told or brought back, as sentences. */
  remarks: v.array(Sentence),
})
export type PastPreview = Shape<typeof PastPreview>

/** `newer`: what becomes of files that came since then; kept unless it says otherwise. */
export const PastRestore = v.strictObject({
  at: Time,
  place: v.exactOptional(PlaceText),
  newer: v.exactOptional(v.picklist(['keep', 'trash'])),
  /** Only these. */
  paths: v.exactOptional(v.pipe(v.array(PathText), v.maxLength(10_000))),
})
export type PastRestore = Shape<typeof PastRestore>

export const PastRestored = v.object({
  broughtBack: Count,
  replaced: Count,
  removed: Count,
  movedBack: Count,
  failed: v.array(PathFault),
  /** Restoring `place` as it was at this time, newer files to the trash, takes everything back. */
  undoAt: Time,
})
export type PastRestored = Shape<typeof PastRestored>

export const Change = v.object({
  id: Count,
  at: Time,
  /** `many`: too many at once to be told one by one; `path` is what they have in common. */
  what: v.picklist(['created', 'changed', 'deleted', 'moved', 'many']),
  path: v.string(),
  /** Of `moved`. */
  from: v.exactOptional(v.string()),
  /** Of `many`. */
  count: v.exactOptional(Count),
  kind: v.exactOptional(v.picklist(['file', 'directory', 'symlink'])),
  sizeBytes: v.exactOptional(Bytes),
  by: Author,
  /** Whether `undo` can take it back: an older version is kept, or none is needed. */
  canUndo: v.boolean(),
})
export type Change = Shape<typeof Change>

export const ChangePage = v.object({
  /** Newest first. */
  items: v.array(Change),
  next: v.exactOptional(v.string()),
})
export type ChangePage = Shape<typeof ChangePage>

export const Undone = v.object({ path: v.string(), did: v.picklist(['restored', 'trashed', 'moved-back']) })
export type Undone = Shape<typeof Undone>

export const UndoRequest = v.strictObject({ change: Count })
export const VersionQuery = { path: PathText, revision: text(8192, 1) }
