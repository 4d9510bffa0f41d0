// What the planner may ask besides the triples: facts about the two sides, all at hand and unchanging while it plans.
import type { FileEntry, Kind, Rights, SymlinkEntry } from '../model/entry.ts'
import type { NameRules } from '../model/names.ts'
import type { Path, Place } from '../model/path.ts'
import type { Side } from './triple.ts'

/** What matters to the planner of what a side can. */
export interface Abilities {
  readonly moves: 'trees' | 'files' | 'none'
  readonly removesTrees: boolean
  readonly setsMtime: 'always' | 'with-content' | 'never'
  readonly mtimePrecisionNs: bigint
  readonly modes: boolean
  readonly symlinks: boolean
  readonly names: NameRules
}

export interface PlanContext {
  readonly can: { readonly [S in Side]: Abilities }
  /**
   * Moves are an optimisation: switched off, the same trees come out. `plain`: only files that one side took to a free name, and that
   * the other side shows as agreed: an edit there beats the deletion, as it does where the two halves of a rename are heard of apart.
   */
  readonly moves: 'on' | 'plain' | 'off'
  /** The kind that both sides agree on at a path that is in no triple; undefined when nothing is there. */
  agreedKind(path: Path): Kind | undefined
  /** The names both sides agree on in a place. Asked only where names can clash. */
  agreedNames(place: Place): readonly string[]
  /** Whether something that is ignored, and no junk, is known to lie somewhere in the directory: it must not go with it. */
  holdsIgnored(place: Path, side: Side): boolean
  /** What the other side permits in a directory, where it said so. */
  rightsIn(place: Place): Rights | undefined
  /** Whose version keeps the name of a conflict; without it, that of the other side does. */
  conflictWinner?(path: Path): Side
  /** A free name beside `path` for the conflict copy of `entry`. The same answer each time. */
  conflictName(path: Path, entry: FileEntry | SymlinkEntry): Path
  /** Of everything that is agreed now. */
  readonly agreed: { readonly entries: number; readonly files: number }
  readonly limits: BrakeLimits
}

/** From where on a plan is refused until a person says yes. */
export interface BrakeLimits {
  /** Deletions are counted once this many entries are agreed … */
  readonly entries: number
  /** … and stopped when more than this share of them would go. */
  readonly deletedShare: number
  /** Overwritten files are stopped from this many … */
  readonly overwritten: number
  /** … when they are more than this share of the agreed files. */
  readonly overwrittenShare: number
}

export const BRAKE_LIMITS: BrakeLimits = { entries: 10, deletedShare: 0.5, overwritten: 50, overwrittenShare: 0.5 }
