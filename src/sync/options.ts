// What the user may set for one pair.
import type { BrakeLimits } from '../plan/context.ts'

export interface PairOptions {
  readonly moves?: 'on' | 'off'
  /** What a person said yes to. */
  readonly approved?: ReadonlySet<Approval>
  readonly limits?: Partial<BrakeLimits>
}

export type Approval = 'deletes' | 'overwrites'
