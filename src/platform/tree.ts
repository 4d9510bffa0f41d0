// A directory tree on a disk, confined to its root: the only way this program touches a user's files.
import type { ChecksumKind } from '../model/content.ts'

/**
 * What lstat says. All times are nanoseconds since 1970. `kind` is `other` for what cannot be synced (devices, pipes, sockets).
 */
export interface Stat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other'
  readonly size: number
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly inode: bigint
  readonly device: bigint
  /** Permission bits, 0o777. */
  readonly mode: number
}

/** One name in a directory. `stat` is undefined when it vanished or could not be read between listing and looking. */
export interface Listed {
  readonly name: string
  readonly stat: Stat | undefined
  /** Why there is no stat: `unreadable` counts as present, `gone` as absent. */
  readonly fault?: 'gone' | 'unreadable' | 'not-unicode'
}

/** What a directory is to hold, in one text, so that it can be seen at one stroke whether it is still so. */
export interface Roll {
  readonly place: string
  /** For each name, in the order of their bytes, `name//mark/mode/`: a mark as `markOf` of roll.ts writes it, permission bits in decimal, or `*` where they do not matter. */
  readonly text: string
}

/** What another program, made for nothing else, showed of a whole tree at one stroke: many times quicker than looking name by name. */
export interface Census {
  /** Two censuses with the same sum showed the same. */
  readonly sum: string
  /** When it began, in milliseconds since 1970. */
  readonly at: number
  /** As `Tree.answersTo`, of the moment when it was taken. */
  answersTo(rolls: readonly Roll[]): Promise<readonly boolean[]>
  /** Directories in which it showed nothing. */
  readonly empty: Iterable<string>
  /** How many bytes its words took: about as many as rolls of the same names have characters. */
  readonly size: number
  /** How many directories it showed, the root among them. */
  readonly directories: number
  /** Whether all that answered so far was at rest: had it changed once more after the census, that would show. */
  readonly isSettled: boolean
  close(): void
}

/** How a tree has a census taken. */
export interface CensusTaking {
  /** It is worth it where rolls have more characters than this. */
  readonly above: number
  /** Undefined where there is no such program, or where it could not look at everything. */
  take(signal: AbortSignal): Promise<Census | undefined>
  /** None is wanted: what was begun early ends. */
  forgo(): void
  /** Milliseconds since 1970. */
  now(): number
}

/** What was read of a file for hashing. */
export interface Hashed {
  readonly size: number
  /** SHA-256 of each block (32 bytes each, concatenated) at the block size of `blockSizeOf(size)`. */
  readonly blocks: Uint8Array
  /** The state of the file before and after reading; a caller treats the content as torn when they differ. */
  readonly before: Stat
  readonly after: Stat
}

export interface WriteOptions {
  /** Permission bits; the file is created 0600 and widened when it is complete. Absent: 0666 without what the process's mask forbids. */
  readonly mode?: number
  readonly mtimeNs?: bigint | undefined
}

/** A file that is being written, invisible to users until it is renamed. */
export interface Writing {
  write(bytes: Uint8Array): Promise<void>
  /** Applies mode and time, closes, and returns the state of the complete file. */
  finish(options: WriteOptions): Promise<Stat>
  /** Closes and leaves what was written, so that a later run can go on from there. */
  abandon(): Promise<void>
}

/** What `writeSmall` made of a file: its state when complete, and the SHA-256 of each block of what it was given. */
export interface Written extends Stat {
  readonly blocks: Uint8Array
}

/** One small file to read whole, of at most `limit` bytes. */
export interface SmallRead {
  readonly path: string
  readonly limit: number
}

/** A new file of a known size that is being received, invisible to users until it is renamed. */
export interface Receiving {
  /** The bytes are the caller's again when it resolves; in memory that threads share, after `LENT_AT_ONCE - 1` further calls. A fault may be told later. */
  write(bytes: Uint8Array): Promise<void>
  /** Applies mode and time, closes, and returns the state of the complete file with the hashes of what was written. */
  finish(options: WriteOptions): Promise<Written>
  /** Closes and leaves what was written, so that a later run can go on from there. */
  abandon(): Promise<void>
}

/** Proves blocks of one file that come from elsewhere, beside everything else that is done. */
export interface Proving {
  /** The numbers of those blocks that are not what their hashes (SHA-256, 32 bytes each) say. Nobody writes to their memory meanwhile. */
  wrong(bytes: Uint8Array<SharedArrayBuffer>, blockSize: number, hashes: Uint8Array): Promise<readonly number[]>
  /** Nothing more will be asked. */
  close(): Promise<void>
}

/** So many chunks that were lent in memory that threads share may be in use, the newest among them. */
export const LENT_AT_ONCE = 4

/** One small file of another tree, at most `limit` bytes, and where a copy is to be. */
export interface FileCopy extends WriteOptions {
  readonly from: string
  readonly to: string
  readonly limit: number
}

/** What `copySmall` made: the state of the complete copy, that of the original after its last byte, and the SHA-256 of each block. */
export interface Copied {
  readonly written: Stat
  readonly source: Stat
  readonly blocks: Uint8Array
}

/** A file's way from one name to another. */
export interface FileMove {
  readonly from: string
  readonly to: string
}

/** One small file to write whole. */
export interface SmallFile extends WriteOptions {
  readonly path: string
  readonly bytes: Uint8Array
}

/**
 * Paths are relative to the root, '/'-separated, '' is the root itself; they are not `Path`s, because the program's own
 * directory lies in the tree too. Contract of every method:
 * - No component of a path is followed when it is a symlink, the last one included; a symlink or file in the way is `ENOTDIR` or `ELOOP`.
 * - Faults are thrown as the system's errors, with `code` (`ENOENT`, `EEXIST`, `ENOTEMPTY`, `ENOSPC` …).
 * - Nothing outside the root is ever read or written.
 */
export interface Tree {
  /** Absolute path of the root, for messages only. */
  readonly root: string
  stat(path: string): Promise<Stat | undefined>
  /** All names in a directory, with their stats, in no order. */
  list(path: string): Promise<readonly Listed[]>
  /**
   * Whether each of these directories holds exactly what its roll says, in a complete listing of this moment; what this program
   * keeps in the root for itself does not count. No, also where it cannot be told: much quicker than `list` where the answer is yes.
   */
  answersTo(rolls: readonly Roll[]): Promise<readonly boolean[]>
  readonly census?: CensusTaking
  readLink(path: string): Promise<string>
  /** The whole of a small file (at most `limit` bytes, else `EFBIG`) and its state, taken from the same open file. */
  readSmall(path: string, limit: number): Promise<{ readonly bytes: Uint8Array; readonly stat: Stat }>
  /** As `readSmall`, many at once; an element of the result is what it gives, or the fault that stopped it. */
  readSmallMany(
    files: readonly SmallRead[],
  ): Promise<readonly ({ readonly bytes: Uint8Array; readonly stat: Stat } | Error)[]>
  /** The bytes from `from` on. The stream ends at the end of file as found while reading; `check` is called with the state of the open file before the first and after the last byte. `lent`: a chunk is not used after the next is asked for, so that its memory may be used again. */
  read(path: string, from: number, check: (stat: Stat) => void, chunks?: 'lent'): AsyncIterable<Uint8Array>
  /**
   * Fills these one after the other with what the file has from `from` on; returns how many bytes that were, fewer only at its end. As
   * quick as it gets for a few blocks. `check` as for `read`. Without it, `read` does.
   */
  readInto?(path: string, from: number, into: readonly Uint8Array[], check?: (stat: Stat) => void): Promise<number>
  /** Hashes files, in parallel where the machine can. The result has one element per path; a fault stands in the place of its file. */
  hash(paths: readonly string[], signal: AbortSignal): Promise<readonly (Hashed | Error)[]>
  /** A whole-file checksum, in lower-case hexadecimal, and the state of the file before and after reading. */
  checksum(
    path: string,
    kind: ChecksumKind,
    signal: AbortSignal,
  ): Promise<{ readonly value: string; readonly before: Stat; readonly after: Stat }>

  makeDirectory(path: string, mode?: number): Promise<void>
  /** Removes an empty directory; `ENOTEMPTY` otherwise. */
  removeDirectory(path: string): Promise<void>
  /** Removes a file or symlink, never a directory. */
  removeFile(path: string): Promise<void>
  /** Renames; replaces a file or symlink at `to` (`replace`) or fails with `EEXIST` when anything is there (`keep`). */
  rename(from: string, to: string, existing: 'replace' | 'keep'): Promise<void>
  /** Many `keep` renames of files at once, in no order; an element of the result is the state of the file at `to` right after, or the fault that stopped it. */
  renameMany(moves: readonly FileMove[]): Promise<readonly (Stat | Error)[]>
  makeSymlink(path: string, target: string): Promise<void>
  setMode(path: string, mode: number): Promise<void>
  /** Sets the modification time of a file or directory. Microseconds arrive where the disk can hold them; what is below may differ. */
  setMtime(path: string, mtimeNs: bigint): Promise<void>
  /** Opens for writing at `from`, cutting off what is beyond; creates the file anew (0600) when `from` is 0. A file shorter than `from`, or with another name (hard link), is `EINVAL`. */
  openWrite(path: string, from: number): Promise<Writing>
  /** Creates the file anew, as `openWrite` does, to receive `size` bytes that are hashed on the way; not where `proven` are their hashes already. */
  receive(path: string, size: number, proven?: Uint8Array): Promise<Receiving>
  /** Without it, whoever wants proof has to hash by itself. */
  openProving?(): Proving
  /** Writes many small files at once; an element of the result is the state of the complete file, or the fault that stopped it. */
  writeSmall(files: readonly SmallFile[]): Promise<readonly (Written | Error)[]>
  /** As `readSmallMany` there and `writeSmall` here, in one go; undefined when it cannot with that tree. */
  copySmall?(source: Tree, files: readonly FileCopy[]): Promise<readonly (Copied | Error)[]> | undefined
  /**
   * Makes everything durable that was done so far, by whomever: data before names. With `also`, what was done through this tree and
   * what is at these paths is enough; that is quicker where it is little.
   */
  flush(also?: readonly string[]): Promise<void>
  /** Bytes free for this user. */
  freeBytes(): Promise<number>
  close(): Promise<void>
}

/** The system's code of a fault (`ENOENT` …), or undefined for anything else that was thrown. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

/** Whether a fault says that there is nothing at the path. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}
