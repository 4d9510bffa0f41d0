// What a run tells while it goes on: for progress bars, scripts and logs.
import type { Path } from '../model/path.ts'
import type { Plan } from '../plan/plan.ts'
import type { Outcome } from './outcome.ts'
import type { Summary } from './summary.ts'

export type SyncEvent =
  | { readonly type: 'phase'; readonly phase: 'scanning' | 'observing' | 'planning' | 'applying' | 'watching' }
  /** `sequence`: that of the index before it was read for the plan. */
  | { readonly type: 'plan'; readonly plan: Plan; readonly sequence: number }
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  /** Of the current pass: steps and bytes done, of all that are planned. */
  | {
      readonly type: 'progress'
      readonly steps: { readonly done: number; readonly of: number }
      readonly bytes: { readonly done: number; readonly of: number }
    }
  | { readonly type: 'notice'; readonly path: Path | undefined; readonly text: string }
  | { readonly type: 'summary'; readonly summary: Summary }

export type Report = (event: SyncEvent) => void
