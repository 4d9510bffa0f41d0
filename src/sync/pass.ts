// One pass over a pair: what it saw, what was planned, of what, and what came of it.
import type { Path } from '../model/path.ts'
import type { Plan } from '../plan/plan.ts'
import type { Step } from '../plan/step.ts'
import type { Triple } from '../plan/triple.ts'
import type { ScanReport } from '../scan/report.ts'
import type { RemoteView } from './observation.ts'
import type { Outcome } from './outcome.ts'

export interface View {
  readonly remote: RemoteView
  readonly scan: ScanReport
}

export interface Read {
  /** Of the index, before it was read. */
  readonly sequence: number
  readonly triples: ReadonlyMap<Path, Triple>
}

export interface Planned extends Read {
  readonly plan: Plan
}

export interface Pass extends Planned {
  readonly outcomes: readonly Outcome[]
}

/** Where a step expects something: a move at both ends. */
export function pathsOf(step: Step): readonly Path[] {
  return step.do === 'move' ? [step.from, step.path] : [step.path]
}
