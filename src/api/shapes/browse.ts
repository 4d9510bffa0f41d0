// What is in a directory, and what a search finds: entries with their state, in pages.
import * as v from 'valibot'
import { Bytes, Count, Id, Sentence, type Shape } from './shape.ts'

/** `waiting`: to be synced. `unsynced`: cannot be now; `reason` or `why` tells. */
export const EntryState = v.picklist(['in-sync', 'waiting', 'syncing', 'unsynced', 'ignored'])
export type EntryState = Shape<typeof EntryState>

export const BrowseEntry = v.object({
  name: v.string(),
  path: v.string(),
  kind: v.picklist(['file', 'directory', 'symlink', 'blocked']),
  /** Of a directory: of everything below, where it is known. */
  sizeBytes: v.exactOptional(Bytes),
  mtimeMs: v.exactOptional(v.number()),
  target: v.exactOptional(v.string()),
  /** Of a file: to be sent as `If-Match` by whoever changes what they saw. */
  etag: v.exactOptional(v.string()),
  isConflictCopy: v.boolean(),
  /** Conflict copies of it that are known here and still there. */
  conflicts: v.exactOptional(Count),
  /** How many older ones are kept. */
  versions: v.exactOptional(Count),
  /** The worst of its remotes; of a directory also of what is below. */
  state: EntryState,
  /** Why it is `unsynced`, where that is known. */
  reason: v.exactOptional(Sentence),
  /** Only where they differ from each other. */
  remotes: v.exactOptional(v.array(v.object({ id: Id, state: EntryState }))),
})
export type BrowseEntry = Shape<typeof BrowseEntry>

/** Directories first in each. Names in the order in which people count: 'a2' before 'a10'. */
export const BrowseSort = v.picklist(['name', 'size', 'time'])
export const BrowseOrder = v.picklist(['up', 'down'])

export const BrowsePage = v.object({
  place: v.string(),
  items: v.array(BrowseEntry),
  /** Where the first item is in the whole list, from 0. */
  from: Count,
  /** To be given as `before` for what precedes. */
  previous: v.exactOptional(v.string()),
  /** To be given as `after` for what follows. */
  next: v.exactOptional(v.string()),
  /** Directly in `place`. */
  total: Count,
  directories: Count,
  /** Of everything below `place`. */
  sizeBytes: v.exactOptional(Bytes),
  /** Something has changed since this was put in order; asked after so long, it will be told as it is then. */
  againInMs: v.exactOptional(Count),
})
export type BrowsePage = Shape<typeof BrowsePage>

export const FoundPage = v.object({
  /** Ordered by path. */
  items: v.array(BrowseEntry),
  /** To be given as `after`: the search is not at its end. There may be one without any item. */
  next: v.exactOptional(v.string()),
  /** How many entries were looked at for this page. */
  examined: Count,
})
export type FoundPage = Shape<typeof FoundPage>
