// A tree that is served: what the WebDAV server, the API and a browser see, be it a folder on disk or a hosted space.
import type { Checksum, ChecksumKind, ContentId } from '../model/content.ts'
import type { Rights } from '../model/entry.ts'
import type { Branded, Path, Place } from '../model/path.ts'

/** Names one node in the whole host, whatever space it is in: a whole number above 0. Survives renames; new after delete and create. */
export type NodeId = Branded<number, 'SpaceNodeId'>

/** Opaque, without quotes; letters, digits and '-' only. */
export type Etag = Branded<string, 'Etag'>

interface Node {
  readonly id: NodeId
  readonly path: Place
  /**
   * Of a file: another one with every other content or time, the same after a rename. Of a directory: another one whenever
   * anything at or below it changes, came or went; the same after a rename of the directory itself.
   */
  readonly etag: Etag
  /** Milliseconds since 1970. Of a directory: when something directly in it last came or went. */
  readonly mtimeMs: number
  /** What the one who asks may do with it; absent: everything. */
  readonly rights?: Rights
  /** `mount`: the root of another space that was put here; `mounted`: below such a root. */
  readonly place?: 'mount' | 'mounted'
}

export interface FileNode extends Node {
  readonly kind: 'file'
  readonly path: Path
  readonly size: number
  readonly content: ContentId
  /** Checksums of the whole that are known. */
  readonly sums: readonly Checksum[]
}

export interface DirectoryNode extends Node {
  readonly kind: 'directory'
  /** Bytes of all files below. */
  readonly size: number
}

export type SpaceNode = FileNode | DirectoryNode

/** Bytes that somebody sends. */
export interface Incoming {
  /** Where they are to go: a hint for where to stage. */
  readonly at: Path
  /** In bytes, where the sender said so; another length is refused as `protocol`. */
  readonly size: number | undefined
  /** Chunks as they arrive, read once. A chunk is not used after the next is asked for. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** What the sender says the whole adds up to: refused as `corrupt` where it does not. Kinds that cannot be computed are ignored. */
  readonly sums?: readonly Checksum[]
  /** Kinds to compute besides. */
  readonly kinds?: readonly ChecksumKind[]
}

/** Bytes that are there whole, under no name yet. Gone after a while when they are neither put nor discarded. */
export interface Received {
  readonly id: string
  readonly size: number
  readonly content: ContentId
  /** Those that were computed. */
  readonly sums: readonly Checksum[]
}

/** What must be so at the target at the instant of the change. `present`: anything; a list: one of these etags. */
export type Condition = 'any' | 'absent' | 'present' | readonly Etag[]

export type SpaceChange =
  /** Creates or replaces a file; a replaced one keeps its id, and its old content becomes a version. */
  | {
      readonly do: 'put'
      readonly at: Path
      readonly received: Received
      readonly mtimeMs: number | undefined
      readonly when: Condition
    }
  /** Refused as `exists` when anything is there. */
  | { readonly do: 'make-directory'; readonly at: Path }
  /** `to` is replaced only with `overwrite`: what was there goes to the trash. `when` is about `from`. */
  | {
      readonly do: 'move'
      readonly from: Path
      readonly to: Path
      readonly overwrite: 'overwrite' | 'keep'
      readonly when: Condition
    }
  /** New ids. `depth`: a directory with all below, or only itself. Properties go along. */
  | {
      readonly do: 'copy'
      readonly from: Path
      readonly to: Path
      readonly overwrite: 'overwrite' | 'keep'
      readonly depth: 'tree' | 'itself'
      readonly when: Condition
    }
  /** A directory with all below, as one entry of the trash. */
  | { readonly do: 'trash'; readonly at: Path; readonly when: Condition }
  | { readonly do: 'set-mtime'; readonly at: Path; readonly mtimeMs: number; readonly when: Condition }

/** Why a change was not made. Nothing has changed then. */
export type Refusal =
  /** The condition did not hold. */
  | 'stale'
  /** Something is at the target, and may not be replaced. */
  | 'exists'
  /** What was to be changed is not there. */
  | 'missing'
  /** The directory it was to go into is not there, or is no directory. */
  | 'no-parent'
  | 'is-a-directory'
  /** A directory was to go into itself. */
  | 'into-itself'
  | 'not-permitted'
  | 'name-not-allowed'
  | 'over-quota'

export type Changed =
  | {
      readonly as: 'done'
      /** What is there now; undefined after a removal. */
      readonly node: SpaceNode | undefined
      readonly made: 'created' | 'replaced'
    }
  | {
      readonly as: 'refused'
      readonly why: Refusal
      /** A sentence for the user. */
      readonly message: string
    }

export interface Usage {
  readonly usedBytes: number
  readonly freeBytes: number | 'unlimited'
}

/** What was deleted, as one thing: a file, or a directory with all that was in it. */
export interface TrashEntry {
  /** Opaque; letters, digits, '.', '-' and '_' only. */
  readonly id: string
  readonly node: NodeId
  readonly kind: 'file' | 'directory'
  readonly origin: Path
  readonly size: number
  /** Milliseconds since 1970. */
  readonly deletedAt: number
}

export interface SpaceTrash {
  /** Newest first, in pages. */
  list(): AsyncIterable<readonly TrashEntry[]>
  /** Puts it back where it was, under a new name if that is taken, keeping ids where the space can; refused as `missing` when it is not in the trash. */
  restore(id: string): Promise<Changed>
  /** Removes it for good. */
  remove(id: string): Promise<'removed' | 'missing'>
  empty(): Promise<void>
  read(id: string, from: number): AsyncIterable<Uint8Array>
}

/** An older content of a file. */
export interface Version {
  /** Seconds since 1970 at which this content came, made unique among the versions of the file. */
  readonly key: string
  readonly size: number
  /** Milliseconds since 1970. */
  readonly mtimeMs: number
}

export interface SpaceVersions {
  /** Newest first, without the current one. */
  list(file: NodeId): Promise<readonly Version[]>
  read(file: NodeId, key: string, from: number): AsyncIterable<Uint8Array>
  /** The version becomes the current content; what was current becomes a version. */
  restore(file: NodeId, key: string): Promise<Changed>
}

/** A range of bytes: `to` is the last one, as HTTP counts. */
export interface ByteRange {
  readonly from: number
  readonly to?: number
  /** `lent`: a chunk is not used after the next is asked for, so that its memory may be used again. Absent: chunks are the caller's. */
  readonly chunks?: 'lent'
}

/**
 * Contract:
 * - A change is all or nothing, is checked against its condition in the same instant, and is **durable** when the promise resolves:
 *   a client that was told of an upload must find it after a power cut, or it takes its own copy for deleted.
 * - Etags and sizes of the directories above are up to date in the same transaction, at the cost of the path's depth.
 * - What is expected to happen is a `Refusal`; what fails in operation is thrown as `SyncError`.
 * - Every method may be called concurrently.
 */
export interface Space {
  /** The same across restarts. */
  readonly id: string
  /** For people. */
  readonly label: string
  /** The root is always there. Undefined only when it is certain that nothing is there. */
  find(path: Place): Promise<SpaceNode | undefined>
  findById(id: NodeId): Promise<SpaceNode | undefined>
  /** What is directly in a directory, ordered by name, in pages of some hundreds. Nothing when it is no directory. */
  list(place: Place): AsyncIterable<readonly SpaceNode[]>
  /** The bytes of a file in the state it was found in. Throws `changed` or `missing` when it is not in it any more, before the first byte or in the middle. */
  read(file: FileNode, range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array>
  receive(incoming: Incoming, signal: AbortSignal): Promise<Received>
  discard(received: Received): Promise<void>
  change(change: SpaceChange, signal: AbortSignal): Promise<Changed>
  /** Of the space that `place` lies in. */
  usage(place: Place): Promise<Usage>
  /** Properties that clients stored with a node, by name (`{namespace}local`); values are XML or text as they came. */
  properties(node: NodeId): Promise<ReadonlyMap<string, string>>
  /** Several at once: none for a node that has none. */
  propertiesOf(nodes: readonly NodeId[]): Promise<ReadonlyMap<NodeId, ReadonlyMap<string, string>>>
  /** `undefined` removes. */
  setProperties(node: NodeId, changes: ReadonlyMap<string, string | undefined>): Promise<void>
  readonly trash: SpaceTrash
  readonly versions: SpaceVersions
  /** Tells, until disposed, which nodes changed, whoever changed them. Directories above are not named. Called after the change is durable. */
  watch(onChange: (changed: readonly NodeId[]) => void): Disposable
  close(): Promise<void>
}
