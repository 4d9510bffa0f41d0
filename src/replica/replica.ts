// Either end of a pair, as the planner and the executor see it. Adapters say what they can instead of pretending.
import type { Checksum, ChecksumKind, ContentId } from '../model/content.ts'
import type { Entry, Expect, Kind, Stamp } from '../model/entry.ts'
import type { SyncError } from '../model/errors.ts'
import type { NameRules } from '../model/names.ts'
import type { Path, Place } from '../model/path.ts'
import type { RollBook } from '../platform/roll.ts'
import type { Tree } from '../platform/tree.ts'

export interface Capabilities {
  /** `recursive`: a directory's stamp changes whenever anything below it changes, so an unchanged one need not be entered. */
  readonly directoryStamps: 'recursive' | 'none'
  /** Whether entries carry ids that survive moves. */
  readonly ids: boolean
  /** An id may be given to something else once what had it is gone. */
  readonly reusesIds?: true
  /** Whether `expect` is checked in the same act as the commit, or just before it. */
  readonly guard: 'atomic' | 'check-then-act'
  /** Whoever replaces a file there takes the old one away first: an absence may last for an instant, and is looked at once more. */
  readonly replacesInTwoActs?: true
  /** What a move can carry in one act. */
  readonly moves: 'trees' | 'files' | 'none'
  /** Whether `remove` takes a directory with everything in it, guarded by its recursive stamp. */
  readonly removesTrees: boolean
  /** Checksums it verifies on `commit` and shows on entries, the preferred one first. */
  readonly sums: readonly ChecksumKind[]
  /** `always`: also without new content; `with-content`: only by a put; `never`: it sets its own. */
  readonly setsMtime: 'always' | 'with-content' | 'never'
  /** Times are kept to this many nanoseconds. */
  readonly mtimePrecisionNs: bigint
  readonly modes: boolean
  readonly symlinks: boolean
  readonly emptyDirectories: boolean
  readonly names: NameRules
  /** Files up to this size are best passed to `stageMany` whole; 0 when there is no gain. */
  readonly smallFileBytes: number
  /** How many commits and stages are worth having under way at once. */
  readonly parallel: number
  /** To put something there moves no bytes: it is told of, and whoever wants the bytes asks for them. */
  readonly isAnnouncedTo?: true
}

/** A name that is there but cannot be one of ours. */
export interface Unusable {
  readonly name: string
  /** The end of a sentence: "the name is not valid Unicode". */
  readonly reason: string
}

/**
 * What `observe` says of one directory. Only a `listing` proves absence: whatever it does not show is not there.
 * Directories come in any order, each at most once; one that is neither listed, unchanged nor unreadable does not exist
 * (its parent's listing says so).
 */
export type Observation =
  | {
      readonly as: 'listing'
      readonly place: Place
      /** The directory's own stamp, where stamps are recursive: remembered once everything below is agreed. */
      readonly stamp: Stamp | undefined
      readonly children: ReadonlyMap<string, Entry>
      readonly unusable?: readonly Unusable[]
    }
  /** The stamp is the one that `seen` holds, or everywhere below is what the rolls in `seen` say: nothing below has changed since. */
  | { readonly as: 'unchanged'; readonly place: Place }
  /** Its listing is word for word what its roll in `seen` says; the directories in it are observed by themselves. */
  | { readonly as: 'same'; readonly place: Place }
  /** Could not look: nothing below may be taken as absent. */
  | { readonly as: 'unreadable'; readonly place: Place; readonly error: SyncError }

/** What the caller already knows, for pruning. */
export interface Seen {
  /** The recursive stamp under which everything below `place` was last agreed. */
  directory(place: Place): Stamp | undefined
  /**
   * What each directory showed when it was agreed on, as rolls whose marks are the stamps of the entries. For replicas that can see at
   * one stroke whether it is still so.
   */
  readonly rolls?: RollBook
  /** Whether the user wants nothing from `path`: the adapter need not enter it. Its entry is still shown. */
  skips(path: Path): boolean
}

/** The bytes of a file as they come. */
export interface Bytes extends AsyncIterable<Uint8Array> {
  /** The SHA-256 of each block of `blockSizeOf` of the file's size, where every byte that comes was proven by them before: nobody need hash it again. */
  readonly proven?: Uint8Array
}

/** Bytes on their way to a replica. */
export interface Source {
  /** Where they will go; replicas may use it to stage close by. */
  readonly path: Path
  readonly size: number
  readonly mtimeNs: bigint | undefined
  readonly mode?: number
  /** Known content: the staged bytes must match it. */
  readonly content?: ContentId
  /** Known checksums: the staged bytes must match those the replica can compute. */
  readonly sums?: readonly Checksum[]
  /** The whole content, when it is small and at hand. */
  readonly bytes?: Uint8Array
  /** The bytes from `from` on. May be called again after a failure. `lent` as for `read`. Throws `changed` when they are no longer those that were meant. */
  open(from: number, chunks?: 'lent'): Bytes
  /** A checksum of the whole, computed when asked for; undefined when that is not possible beforehand. */
  sum(kind: ChecksumKind): Promise<Checksum | undefined>
}

/** Where an interrupted `stage` left off, kept across runs by the caller. */
export interface Resume {
  readonly token: string | undefined
  /** Remembers how to go on, durably. Called as soon as there is something worth resuming, and again when that changes. */
  save(token: string): void
}

/** Bytes that are there, but not visible under any name that syncs. */
export interface Staged {
  readonly id: string
  readonly size: number
  /** Present where the replica hashed what it took (a disk does, a server does not). */
  readonly content?: ContentId
}

export type { Expect } from '../model/entry.ts'

export type Commit =
  | {
      readonly do: 'put'
      readonly path: Path
      readonly staged: Staged
      readonly mtimeNs: bigint | undefined
      readonly mode?: number
      readonly expect: Expect
    }
  /** Done as well when a directory is already there. */
  | { readonly do: 'make-directory'; readonly path: Path; readonly mode?: number }
  | { readonly do: 'make-symlink'; readonly path: Path; readonly target: string; readonly expect: Expect }
  /** `to` must be absent; its parent is there. */
  | { readonly do: 'move'; readonly from: Path; readonly to: Path; readonly kind: Kind; readonly expect: Stamp }
  /** A directory must be empty, unless `tree` is asked for and the replica `removesTrees`. */
  | { readonly do: 'remove'; readonly path: Path; readonly kind: Kind; readonly expect: Stamp; readonly tree?: 'tree' }
  | {
      readonly do: 'set-metadata'
      readonly path: Path
      readonly mtimeNs?: bigint
      readonly mode?: number
      readonly expect: Stamp
    }

/** What is to go from here, as the other side showed it. */
export interface Leaving {
  readonly path: Path
  readonly kind: Kind
  readonly expect: Stamp
  /** Bytes of a file. */
  readonly size: number
}

/** `done` carries what is there now (nothing after a removal); `stale` what was found instead of what was expected. */
export type Committed =
  | { readonly as: 'done'; readonly entry: Entry | undefined }
  | { readonly as: 'stale'; readonly found: Entry | undefined }

export type Tried<T> = T | SyncError

/** Files on a disk of this machine: each is at its path in `tree`, in the state that the stamp of the same place tells of. */
export interface Located {
  readonly tree: Tree
  readonly stamps: readonly (Stamp | undefined)[]
}

/**
 * Contract: expected outcomes are values, operational failures are thrown as `SyncError` (in the …Many methods: stand in the
 * place of their element), the error's scope says whether others need be tried. Every method may be called concurrently.
 */
export interface Replica {
  /** The same for the same place across runs. */
  readonly id: string
  /** For people: where this is. Never holds a secret. */
  readonly label: string
  /** What has to be found out is known from the first observation on. */
  readonly can: Capabilities
  observe(seen: Seen, signal: AbortSignal): AsyncIterable<Observation>
  /** One path, now. Undefined only when it is certain that nothing is there. */
  look(path: Path, signal: AbortSignal): Promise<Entry | undefined>
  /**
   * The bytes of a file in the state `expect`, from `from` on. Throws `changed` when it is in another, also when that shows only at the
   * end. `lent`: a chunk is not used after the next is asked for, or, in memory that threads share, after `LENT_AT_ONCE` more, so that
   * its memory may be used again.
   */
  read(path: Path, expect: Stamp, from: number, signal: AbortSignal, chunks?: 'lent'): Bytes
  /** A checksum of a file in the state `expect`, without moving its bytes; undefined when it cannot. */
  checksum?(path: Path, expect: Stamp, kind: ChecksumKind, signal: AbortSignal): Promise<Checksum | undefined>
  /** The content ids of files in the states `expect`, without moving their bytes; for replicas to which the bytes are near. One result per element. */
  contents?(
    wanted: readonly { readonly path: Path; readonly expect: Stamp }[],
    signal: AbortSignal,
  ): Promise<readonly Tried<ContentId>[]>
  stage(source: Source, resume: Resume, signal: AbortSignal): Promise<Staged>
  /** Gives up staged bytes that will not be committed. */
  discard(staged: Staged, signal: AbortSignal): Promise<void>
  commit(change: Commit, signal: AbortSignal): Promise<Committed>
  /**
   * Makes staged bytes and commits so far durable, and whatever else is there. With `also`, what is at these paths is enough of the
   * rest.
   */
  flush(signal: AbortSignal, also?: readonly Path[]): Promise<void>
  /** Accelerations: the same as the single calls, one result per element, in order. */
  readMany?(
    wanted: readonly { readonly path: Path; readonly expect: Stamp; readonly size: number }[],
    signal: AbortSignal,
  ): Promise<readonly Tried<Uint8Array>[]>
  stageMany?(
    sources: readonly (Source & { readonly bytes: Uint8Array })[],
    signal: AbortSignal,
  ): Promise<readonly Tried<Staged>[]>
  /** Where files in the states `expect` are, for a replica on a disk of this machine: its own stamp of each, or undefined where it is in another state. */
  located?(wanted: readonly { readonly path: Path; readonly expect: Stamp }[]): Located | undefined
  /** As `readMany` there and `stageMany` here, without the bytes coming by; undefined when it cannot from that disk. */
  stageFrom?(
    there: Located,
    sources: readonly Source[],
    signal: AbortSignal,
  ): Promise<readonly Tried<Staged>[]> | undefined
  commitMany?(changes: readonly Commit[], signal: AbortSignal): Promise<readonly Tried<Committed>[]>
  /**
   * Of a replica that is announced to: which of these somebody there has, whatever becomes of what is here. Whoever asks has announced before
   * what will be missing here, and everybody who is asked has heard of that when this resolves.
   */
  keeps?(leaving: readonly Leaving[], signal: AbortSignal): Promise<ReadonlySet<Path>>
  /** Of such a replica: nothing at and below `place` is wanted here, so that nobody waits for it. Part of the caller's transaction. */
  leave?(place: Path): void
  /** Tells, until disposed, that something may have changed below a place. `onFault` is told when watching stops being possible. */
  watch?(onHint: (below: Place) => void, onFault: (error: SyncError) => void): Disposable
  /** The server was restored from a backup since the last run: the caller forgets its agreements, so that both sides merge and nothing is deleted. */
  readonly restored?: boolean
  /** The caller has done so. */
  acknowledgeRestored?(): void
  close(): Promise<void>
}

/** What an adapter remembers of its remote across runs: traits it probed, cookies of resumed work. Values are small. */
export interface Memory {
  get(key: string): string | undefined
  set(key: string, value: string | undefined): void
}
