// Which paths the user wants left alone. The contract; `ignore.ts` parses and matches.
import type { Path } from '../model/path.ts'
import type { Deselected, Moved } from './selection.ts'

export type Verdict =
  /** Syncs. */
  | 'kept'
  /** Left alone on both sides. */
  | 'ignored'
  /** Ignored, and may be removed with its directory. */
  | 'junk'

export interface IgnoreRules {
  verdict(path: Path, kind: 'directory' | 'other'): Verdict
  /** Whether something below an ignored directory may still be kept (`!` rules), so that it must be entered. */
  mayHoldKept(directory: Path): boolean
  /** Changes whenever the rules do. */
  readonly fingerprint: string
  /** What of it this device does not keep because the user chose so: that is `ignored`, too. */
  readonly selection?: Selection
  /** The rules as they would be if everything was selected. */
  readonly unselected?: IgnoreRules
}

/** What this device keeps of a folder; `device-selection.ts` has it. */
export interface Selection {
  readonly deselected: Deselected
  /** Those whose rows and files have not been dealt with. */
  readonly uncleared: readonly Path[]
  isDeselected(path: Path): boolean
  /** Rows and files at and below `place` have been dealt with. Part of the caller's transaction. */
  cleared(place: Path): void
  /**
   * Directories are about to be moved: what is deselected in them will be so at their new places, too. Returns what was added; until
   * `arrived` is told of it, it is deselected at both places.
   */
  follow(moves: readonly Moved[]): Promise<readonly Moved[]>
  /** What was to be at another place is there, or is not and stays where it was: nothing is deselected at the places of `over` any more. */
  arrived(over: readonly Path[]): Promise<void>
  /** Deselected directories have other names on the other side by now, and were never here under these: nothing has to be done there. `left` stay on the list besides. */
  renamed(moves: readonly Moved[], left: readonly Path[]): Promise<void>
}
