// What the user may set for one pair.
import type { Path } from '../model/path.ts'
import type { BrakeLimits } from '../plan/context.ts'
import type { Side } from '../plan/triple.ts'

/** How conflicts with this remote are settled, where that is not for the remote to decide. */
export interface Conflicts {
  winner(path: Path): Side
  /** The name of the copy of what loses here; another one for each attempt. */
  name(path: Path, attempt: number): Path
}

export interface PairOptions {
  readonly conflicts?: Conflicts
  readonly moves?: 'on' | 'plain' | 'off'
  /** What a person said yes to. */
  readonly approved?: ReadonlySet<Approval>
  readonly limits?: Partial<BrakeLimits>
  /** Where new files are only announced: so many of them are planned together; 8192 without. */
  readonly newsTogether?: number
}

export type Approval = 'deletes' | 'overwrites'
