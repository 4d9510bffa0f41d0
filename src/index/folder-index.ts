// What a folder's index holds: the contract that `sqlite-index.ts` keeps. All calls are synchronous; writes are atomic.
import type { Agreement } from '../model/agreement.ts'
import type { Checksum, ContentId } from '../model/content.ts'
import type { BlockedWhy, Entry, EntryId, Kind, Stamp } from '../model/entry.ts'
import { assertNever } from '../model/errors.ts'
import type { Branded, Path, Place } from '../model/path.ts'
import type { Version } from '../model/version.ts'
import type { Roll } from '../platform/tree.ts'
import type { Lineage } from './lineage.ts'
import type { MeshRecords, MeshRules } from './mesh.ts'

/** What the disk looked like when last scanned (kind, size, mtime, ctime, inode): equal marks mean "need not look inside". */
export type DiskMark = Branded<string, 'DiskMark'>

/** Survives renames; new after delete and create. */
export type NodeId = Branded<number, 'NodeId'>

export type RowState =
  | {
      readonly kind: 'file'
      readonly mark: DiskMark
      readonly inode: bigint
      readonly size: number
      /** As wanted: what the user or the other side set, also where the disk keeps it less finely. */
      readonly mtimeNs: bigint
      readonly mode: number
      readonly content: ContentId
    }
  | { readonly kind: 'directory'; readonly mark: DiskMark; readonly inode: bigint; readonly mode: number }
  | { readonly kind: 'symlink'; readonly mark: DiskMark; readonly inode: bigint; readonly target: string }
  /** A tombstone: a deletion is a row, never a missing row. */
  | { readonly kind: 'deleted' }
  /** There, but not synced. Kept only for paths that were rows before: what was never synced needs no row. */
  | { readonly kind: 'blocked'; readonly why: BlockedWhy }

/** One path of the folder. */
export interface Row {
  readonly path: Path
  readonly node: NodeId
  /** Grows with every change of any row: the row's stamp as the planner sees it, and the place in the order of news. */
  readonly sequence: number
  readonly version: Version
  readonly state: RowState
}

/** What a scan compares first; a blocked row has neither, a symlink's no mode. */
export interface RowMark {
  readonly path: Path
  readonly mark: DiskMark | undefined
  readonly mode: number | undefined
}

/** A new state for a path. `node` carries the identity of a moved file along; without it a live row keeps its own and a new one gets a new one. */
export interface RowChange {
  readonly path: Path
  readonly state: RowState
  readonly node?: NodeId
  /** `same`: only what the disk looks like has changed (a new mark), nothing that concerns anybody else: no new sequence, no new version. */
  readonly news?: 'same'
}

/** What a list of names shows of a row. */
export interface NameRow {
  readonly path: Path
  readonly kind: 'file' | 'directory' | 'symlink' | 'blocked'
  /** Bytes; 0 of what is no file. */
  readonly size: number
  /** Milliseconds since 1970; 0 of what is no file. */
  readonly mtimeMs: number
}

export interface NamesFound {
  readonly found: readonly NameRow[]
  /** Up to where was looked; undefined at the end. */
  readonly next?: Path
}

/** What one transaction made of the rows. */
export type ChangedRows =
  | {
      readonly as: 'rows'
      /** `carried`: the node came from another path. */
      readonly rows: readonly { readonly before: Row | undefined; readonly row: Row; readonly carried: boolean }[]
    }
  /** Too many at once to be told one by one. */
  | { readonly as: 'many'; readonly paths: readonly Path[] }
  /** With everything below it. */
  | { readonly as: 'moved'; readonly from: Path; readonly row: Row }

/** What a directory adds up to, for a folder that is served. */
export interface Aggregate {
  /** Bytes of all files below. */
  readonly size: number
  /** Another one after every change at or below it; the same after the directory itself was moved. */
  readonly counter: number
  /** When a name directly in it last came or went. */
  readonly mtimeMs: number
}

/** What a folder that is served remembers of something in its trash. */
export interface Trashed {
  /** Of the revision or the kept tree. */
  readonly id: string
  readonly node: NodeId
  readonly kind: 'file' | 'directory'
  readonly origin: Path
  readonly size: number
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface FormerPath {
  readonly path: Path
  /** Milliseconds since 1970. */
  readonly until: number
}

/** A failure that is remembered across runs, so that one bad path is not tried again and again. */
export interface Failure {
  readonly path: Path
  readonly message: string
  readonly code: string
  /** Consecutive failures. */
  readonly count: number
  /** Milliseconds since 1970. */
  readonly lastAt: number
  readonly nextTryAt: number
  /** The state that failed: when either side shows another, the failure is lifted at once. */
  readonly local: Stamp | 'absent'
  readonly remote: Stamp | 'absent'
}

/** A conflict copy that was made here, and where it came from. */
export interface ConflictRecord {
  /** The conflict copy. */
  readonly path: Path
  readonly origin: Path
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface FolderIndex {
  /** A random id of this index, new when it was made anew. */
  readonly id: string
  /** The highest sequence given so far. */
  readonly sequence: number

  row(path: Path): Row | undefined
  /** The rows of those of these paths that have one: many at a fraction of what `row` costs for each. */
  rowsAt(paths: readonly Path[]): ReadonlyMap<Path, Row>
  /** Rows of the names directly in `place`, tombstones included only when asked for. */
  rowsIn(place: Place, tombstones?: 'with-tombstones'): readonly Row[]
  /** The marks of the names directly in `place`, without tombstones: at a fraction of what `rowsIn` costs. */
  marksIn(place: Place): readonly RowMark[]
  /** At most `limit` names directly in `place` whose paths come after `after` ('' for the first), ordered by path. */
  namesIn(place: Place, after: string, limit: number): readonly NameRow[]
  /**
   * Rows below `below` and after `after` whose names hold `text` in any case, ordered by path. Looks at `window` rows, or fewer where
   * `limit` are found before.
   */
  namesHolding(text: string, below: Place, after: Path | undefined, window: number, limit: number): NamesFound
  /** Rows with a higher sequence, tombstones too, in their order. From the first question on this costs something with every change. */
  rowsSince(sequence: number, limit: number): readonly Row[]
  /** A roll of every directory that has rows, in the order of their paths. A row that is blocked, or whose mark is in doubt, stands for nothing on disk. */
  rolls(): Iterable<Roll>
  /** What was noted of all rolls, and holds until a row gets another state or mark. */
  noted(): string | undefined
  note(words: string): void
  /** Every row strictly below `place`, parents before children, without tombstones. Rows may be changed while this is iterated (it reads in pages). */
  rowsBelow(place: Place): Iterable<Row>
  /** Live rows (no tombstones, no blocked). */
  count(): number
  /** Live rows and tombstones that last had this inode. For detecting moves. */
  rowsByInode(inode: bigint): readonly Row[]
  /** Records new states in one transaction and gives them sequences in order; returns the rows as they are now. */
  record(changes: readonly RowChange[]): readonly Row[]
  /** Removes what is blocked as ignored at `place` and below, as if it had never been there: it is no deletion, and no news. */
  dropIgnored(place: Path): void
  /** Renames a row and everything below it, tombstones left behind; node ids go along, every moved row gets a new sequence. */
  moveRows(from: Path, to: Path): void
  /** The SHA-256 block hashes behind a content id, when they were recorded. */
  blocks(content: ContentId): Uint8Array | undefined
  recordBlocks(content: ContentId, blocks: Uint8Array): void

  // For a folder that is served. Without `keepAggregates` it costs nothing.

  /** Adds up every directory, in one pass, and keeps it so from now on, for good. */
  keepAggregates(): void
  /** Ask for directories only; undefined as long as aggregates are not kept. */
  aggregate(place: Place): Aggregate | undefined
  /** Of the directories directly in `place`. */
  aggregatesIn(place: Place): ReadonlyMap<Path, Aggregate>
  /** The row that has this node now; no tombstone. A pass over everything as long as aggregates are not kept. */
  rowByNode(node: NodeId): Row | undefined
  /** Properties that clients stored with a node, by name. They stay when it moves. */
  properties(node: NodeId): ReadonlyMap<string, string>
  /** `undefined` removes. */
  setProperties(node: NodeId, changes: ReadonlyMap<string, string | undefined>): void
  /** Checksums of whole files with this content that are known. */
  sums(content: ContentId): readonly Checksum[]
  recordSums(content: ContentId, sums: readonly Checksum[]): void
  /** Those of the files directly in `place`, where there are any. */
  sumsIn(place: Place): ReadonlyMap<Path, readonly Checksum[]>
  /** Sets when a name in a directory last came or went, which is a change of it. Aggregates are kept. */
  touchPlace(place: Place, mtimeMs: number): void
  /** What went to the trash through a served folder. */
  trashed(): readonly Trashed[]
  recordTrashed(trashed: Trashed): void
  forgetTrashed(id: string): void
  /** Paths that a node had before it was moved, the latest first. */
  formerPaths(node: NodeId): readonly FormerPath[]
  recordFormerPath(node: NodeId, former: FormerPath): void
  /** Tells, until disposed, which nodes got new rows (of a directory that moved: only its own), after each transaction that recorded some. A listener does not throw. */
  onRecorded(listener: (nodes: ReadonlySet<NodeId>) => void): Disposable
  /** Tells, until disposed, what changed and what it was before, after each transaction that recorded something. A listener does not throw. */
  onChanged(listener: (changed: ChangedRows) => void): Disposable

  conflicts(): readonly ConflictRecord[]
  recordConflict(conflict: ConflictRecord): void
  forgetConflict(path: Path): void

  /** The row has this version, as long as it is still at this sequence: another device made it, and we have taken it over as it is. No news. */
  adopt(path: Path, sequence: number, version: Version): void
  /** From now on what is replaced is remembered with its version, for `lineage` and `agreedVersion`. Asked for once for a folder in a mesh. */
  keepLineage(): void
  lineage(path: Path): Lineage
  /** What is known of the folder's mesh. `rules` say which announcement wins, and who lacks it. */
  mesh(rules: MeshRules): MeshRecords

  /** The records of one remote, made when first asked for. */
  pair(remoteId: string): PairRecords
  /** Ids of the remotes that have records. */
  remotes(): readonly string[]
  /** Runs `body` in one transaction (nested calls join it); all or nothing. */
  transaction<T>(body: () => T): T
  /** As `transaction`, and on disk when it returns, whatever becomes of the machine. Never inside of one. */
  durably<T>(body: () => T): T
  /** Small settings of the folder. */
  get(key: string): string | undefined
  set(key: string, value: string | undefined): void
  /** What `PRAGMA quick_check` and the index's own consistency rules find wrong, as sentences. */
  check(): readonly string[]
  close(): void
}

/** What an observation compares first of an `Agreement`. */
export interface AgreedStamp {
  readonly path: Path
  readonly kind: Kind
  readonly remote: Stamp
  readonly remoteId: EntryId | undefined
  readonly mode: number | undefined
}

/** What is known of a path. */
export interface KnownPath {
  readonly row: Row | undefined
  readonly agreed: Agreement | undefined
  /** What tells what the remote shows where nothing is `agreed`, although something was: it does not count any more. */
  readonly doubted?: Agreement | undefined
}

export interface DirtyRow extends KnownPath {
  readonly row: Row
}

/** What one pair of this folder remembers. */
export interface PairRecords {
  /** The path's row with what was agreed on, in one go. */
  known(path: Path): KnownPath
  agreement(path: Path): Agreement | undefined
  agreementsIn(place: Place): readonly Agreement[]
  /** The version that the row had when the path was last agreed on, a deletion included; undefined where nobody kept it. */
  agreedVersion(path: Path): Version | undefined
  /** What the remote showed of the names directly in `place` when it was agreed on: at a fraction of what `agreementsIn` costs. */
  remoteStampsIn(place: Place): readonly AgreedStamp[]
  /** A roll of every directory in which something was agreed on: what the remote showed then, where its stamps are marks of a disk. */
  rolls(): Iterable<Roll>
  /** What was noted of all rolls, and holds until an agreement changes. */
  noted(): string | undefined
  note(words: string): void
  agreementsBelow(place: Place): readonly Agreement[]
  agreementsByRemoteId(id: string): readonly Agreement[]
  countAgreements(what: 'entries' | 'files'): number
  agree(agreements: readonly Agreement[]): void
  /** Forgets what was agreed at these paths and everything below them: what is not there has nothing in it that anybody could agree on. */
  forget(paths: readonly Path[]): void
  /** Forgets every agreement and every seen stamp: the next run merges as a first one does, and deletes nothing. */
  forgetAll(): void
  /**
   * Moves the agreements of `from` and everything below it to `to`. Where the row now at the new path has what was agreed
   * (same kind; same content and mtime, target or mode), the agreement takes over its sequence as local stamp.
   */
  moveAgreements(from: Path, to: Path): void
  /** Paths whose row is not as agreed: changed, new or deleted since; in no order. Costs one pass inside SQLite. */
  dirtyRows(): Iterable<DirtyRow>
  /** Agreements on paths that never had a row: what they were about moved along with its directory, but was not there any more. */
  withoutRows(): readonly Agreement[]

  /** Whether nothing was dirty, and nothing without a row, when the index had this sequence, and no agreement has changed since. */
  isCleanAt(sequence: number): boolean
  noteClean(sequence: number): void

  /** The recursive stamp under which everything below `place` was last agreed. */
  seen(place: Place): Stamp | undefined
  markSeen(places: ReadonlyMap<Place, Stamp>): void
  /** Forgets the seen stamps of these places. */
  unsee(places: Iterable<Place>): void

  failures(): readonly Failure[]
  failure(path: Path): Failure | undefined
  recordFailure(failure: Failure): void
  clearFailure(path: Path): void

  /** Tokens of interrupted uploads and downloads. `key` names direction, path and the state that was being moved. */
  resume(key: string): string | undefined
  saveResume(key: string, token: string | undefined): void
  resumes(): readonly { readonly key: string; readonly token: string }[]

  /** The adapter's own memory (`Memory` of replica/). */
  get(key: string): string | undefined
  set(key: string, value: string | undefined): void
}

/** The stamp under which the planner knows a row. */
export function stampOfRow(row: Row): Stamp {
  return String(row.sequence) as Stamp
}

/** What the planner sees of a row; nothing of a tombstone. */
export function entryOfRow(row: Row): Entry | undefined {
  const stamp = stampOfRow(row)
  const id = String(row.node) as EntryId
  const { state } = row
  switch (state.kind) {
    case 'file':
      return {
        kind: 'file',
        stamp,
        id,
        size: state.size,
        mtimeNs: state.mtimeNs,
        mode: state.mode,
        content: state.content,
      }
    case 'directory':
      return { kind: 'directory', stamp, id, mode: state.mode }
    case 'symlink':
      return { kind: 'symlink', stamp, id, target: state.target }
    case 'blocked':
      return { kind: 'blocked', why: state.why }
    case 'deleted':
      return undefined
    default:
      return assertNever(state)
  }
}
