// One guarded act. Every step names the state it replaces, and why it is done.
import type { Agreement } from '../model/agreement.ts'
import type { DirectoryEntry, Expect, FileEntry, Kind, Stamp, SymlinkEntry } from '../model/entry.ts'
import type { Path } from '../model/path.ts'
import type { Rule } from './policy.ts'
import type { Side } from './triple.ts'

interface Because {
  readonly path: Path
  readonly because: Rule
}

/** Bring a file's bytes from the other side. With `aside`, what is replaced is first renamed to it on the receiving side. */
export interface Transfer extends Because {
  readonly do: 'transfer'
  readonly to: Side
  readonly source: FileEntry
  readonly expect: Expect
  readonly aside?: Path
}

/** Find out whether both sides hold the same bytes: agree if so, else go on as a conflict with `aside`. */
export interface Compare extends Because {
  readonly do: 'compare'
  readonly local: FileEntry
  readonly remote: FileEntry
  readonly aside: Path
}

export interface MakeDirectory extends Because {
  readonly do: 'make-directory'
  readonly on: Side
  readonly source: DirectoryEntry
}

export interface MakeSymlink extends Because {
  readonly do: 'make-symlink'
  readonly on: Side
  readonly source: SymlinkEntry
  readonly expect: Expect
  readonly aside?: Path
}

export interface Move extends Because {
  readonly do: 'move'
  readonly on: Side
  readonly from: Path
  readonly kind: Kind
  readonly expect: Stamp
  /**
   * Earlier steps of the same wave moved it, or changed something in it, so that its stamp may be another by now: the one which the
   * step that moved it returned, or for a directory any.
   */
  readonly carried?: 'carried'
}

/** Give a conflict's loser another name, on the side where it is. */
export interface SetAside extends Because {
  readonly do: 'set-aside'
  readonly on: Side
  readonly as: Path
  readonly kind: Kind
  readonly expect: Stamp
}

/** `tree`: with everything in it, all of which was agreed and is to be deleted. Without it a directory has to be empty, which is its guard. */
export interface Remove extends Because {
  readonly do: 'remove'
  readonly on: Side
  readonly kind: Kind
  readonly expect: Stamp
  readonly tree?: 'tree'
  /** The paths below that go with it. */
  readonly below?: readonly Path[]
}

export interface SetMetadata extends Because {
  readonly do: 'set-metadata'
  readonly on: Side
  readonly source: FileEntry | DirectoryEntry
  /** What is there and keeps its content. */
  readonly target: FileEntry | DirectoryEntry
  readonly mtimeNs?: bigint
  readonly mode?: number
}

/** Both sides are equal: remember it. */
export interface Agree extends Because {
  readonly do: 'agree'
  readonly agreement: Agreement
}

/** Both sides have nothing there, or it is to be left alone: forget what was agreed. */
export interface Forget extends Because {
  readonly do: 'forget'
}

export type Step =
  | Transfer
  | Compare
  | MakeDirectory
  | MakeSymlink
  | Move
  | SetAside
  | Remove
  | SetMetadata
  | Agree
  | Forget
  | Follow

/** Both sides moved it: what was agreed at `from`, and below, is now about `path`. Only our records change. */
export interface Follow extends Because {
  readonly do: 'follow'
  readonly from: Path
}

/** Steps that change a side, and not only our records. */
export function isEffect(step: Step): boolean {
  return step.do !== 'agree' && step.do !== 'forget' && step.do !== 'follow'
}
