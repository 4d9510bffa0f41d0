// Older versions and deleted files, kept for the user: what a store of them can do.
import type { Path, Place } from '../model/path.ts'

/** Why a file left its place. */
export type KeptWhy = 'deleted' | 'replaced'

/** One file or symlink as it was when it left its place. */
export interface Revision {
  /** Opaque, unique in the folder, the same in every run. */
  readonly id: string
  /** Where it was. */
  readonly path: Path
  readonly why: KeptWhy
  /** When it left, to about a second; milliseconds since 1970. */
  readonly keptAt: number
  readonly kind: 'file' | 'symlink'
  /** Bytes. */
  readonly size: number
  readonly mtimeNs: bigint
}

/** What has just left its place. */
export interface JustKept extends Revision {
  /** Of the file as it is kept: on most disks a rename does not change it. */
  readonly inode: bigint
}

/** A directory that left its place as a whole, with everything in it: also what is in no index. */
export interface KeptTree {
  /** Opaque, unique in the folder: letters, digits and '-' only. The ids of its revisions begin with it and a slash. */
  readonly id: string
  /** Where it was. */
  readonly path: Path
  readonly keptAt: number
}

/**
 * Which revisions may go. With both, only revisions that are older *and* no more of them, oldest first, than it takes to come
 * down to `maxBytes`. With neither, none.
 */
export interface SweepLimits {
  /** Nothing that was kept less than this long ago goes. */
  readonly olderThanMs?: number
  /** Once what is kept is no more than this, nothing goes. */
  readonly maxBytes?: number
}

export interface Swept {
  readonly removed: number
  readonly bytes: number
}

/** What a listing leaves out: the trees with these ids, and everything of one kind. */
export interface ListWithout {
  readonly trees?: ReadonlySet<string>
  readonly why?: KeptWhy
}

/**
 * Contract: nothing here overwrites anything, in the store or outside; symlinks are moved and copied as links. Failures are
 * thrown as `SyncError`; then the file is where it was.
 */
export interface Revisions {
  /** Takes what is at `path` away. Throws `missing` when nothing is there, `unsupported` for what is neither file nor symlink. */
  keep(path: Path, why: KeptWhy): Promise<JustKept>
  /** Takes what lies at `staged`, a path of the tree, in as a revision of `path`. */
  adopt(staged: string, path: Path, why: KeptWhy): Promise<Revision>
  /** Takes a directory away in one act. What was in it shows in `list` as revisions of its files, 'deleted'. */
  keepTree(path: Path): Promise<KeptTree>
  /** Puts it at `to`, a path of the tree whose directory exists; throws `changed` when something is there. */
  takeTree(kept: KeptTree, to: string): Promise<void>
  /** Whether anything of it is still kept. */
  holdsTree(kept: KeptTree): Promise<boolean>
  /** For good. */
  removeTree(kept: KeptTree): Promise<void>
  /** Revisions of `below` and of everything below it (of the whole folder without it), newest first. */
  list(below?: Place, without?: ListWithout): AsyncIterable<Revision>
  /**
   * The newest revision of `path`; with `at` (milliseconds since 1970) the one that was in place at that time. Undefined when
   * there is none: what was in place then may be there still, or was never kept.
   */
  find(path: Path, at?: number): Promise<Revision | undefined>
  /** The bytes of a file from `from` on. Throws `missing` when it was swept. */
  read(revision: Revision, from?: number): AsyncIterable<Uint8Array>
  /** Puts a copy at `to`, a path of the tree whose directory exists; throws `changed` when something is there. */
  copy(revision: Revision, to: string): Promise<void>
  /** The same, and the revision is gone. */
  take(revision: Revision, to: string): Promise<void>
  /** For good. Nothing to do when it is gone already. */
  remove(revision: Revision): Promise<void>
  sweep(limits: SweepLimits): Promise<Swept>
}
