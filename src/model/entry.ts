// What a replica shows at a path.
import type { Checksum, ContentId } from './content.ts'
import type { Branded } from './path.ts'

/** How one replica says "this is the state I showed you". Opaque: compare only with an older stamp of the same replica. */
export type Stamp = Branded<string, 'Stamp'>

/** The state that an act may replace; `absent`: nothing may be there. */
export type Expect = Stamp | 'absent'

/** One replica's own mark of a file or directory that survives moves (inode-backed node id, oc:id …). Opaque, like a stamp. */
export type EntryId = Branded<string, 'EntryId'>

/** What the other side allows us to do with an entry. Absent means everything. */
export interface Rights {
  /** Replace the content of a file. */
  readonly write: boolean
  readonly remove: boolean
  readonly rename: boolean
  readonly move: boolean
  /** Create files in a directory. */
  readonly addFiles: boolean
  /** Create directories in a directory. */
  readonly addDirectories: boolean
}

export interface FileEntry {
  readonly kind: 'file'
  readonly stamp: Stamp
  readonly size: number
  /** Nanoseconds since 1970; undefined where the replica has none worth keeping. */
  readonly mtimeNs: bigint | undefined
  /** Permission bits (0o777) where the replica holds them. */
  readonly mode?: number
  readonly content?: ContentId
  readonly sums?: readonly Checksum[]
  readonly id?: EntryId
  readonly rights?: Rights
}

export interface DirectoryEntry {
  readonly kind: 'directory'
  readonly stamp: Stamp
  readonly mode?: number
  readonly id?: EntryId
  readonly rights?: Rights
}

export interface SymlinkEntry {
  readonly kind: 'symlink'
  readonly stamp: Stamp
  readonly target: string
  readonly id?: EntryId
}

/** Seen, but not syncable: never a deletion, and inherited by everything below. */
export interface BlockedEntry {
  readonly kind: 'blocked'
  readonly why: BlockedWhy
}

export type BlockedWhy =
  | 'ignored'
  | 'unreadable'
  | 'unlisted'
  | 'unsupported-kind'
  | 'name-not-allowed'
  | 'name-clash'
  | 'not-permitted'
  | 'backing-off'

export type Entry = FileEntry | DirectoryEntry | SymlinkEntry | BlockedEntry

/** An entry that can be synced. */
export type Syncable = Exclude<Entry, BlockedEntry>
export type Kind = Syncable['kind']
