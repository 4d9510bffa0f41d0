// Moves: a deletion and a creation that are one act. Found, ordered so that each can be done, and then taken into account by
// rewriting the triples, so that the rest of the plan sees the trees as they will be after the moves.
import { ancestorsOf, type Path } from '../model/path.ts'
import type { PlanContext } from './context.ts'
import { type Candidate, findMoves } from './find-moves.ts'
import { MoveOrder, type MoveStep } from './move-order.ts'
import type { Side, Triple } from './triple.ts'

export type { MoveStep } from './move-order.ts'

export interface Moved {
  readonly steps: readonly MoveStep[]
  /** The triples as they are once the steps are done. */
  readonly triples: ReadonlyMap<Path, Triple>
  /** Directories that the steps make: nothing else is to be done for these. */
  readonly made: ReadonlySet<Path>
  /** Paths whose agreement moved along. */
  readonly moved: ReadonlySet<Path>
  /** Whether a path has, after the steps, a stamp here that is not known yet. */
  isStale(path: Path): boolean
  /** Whether the steps move what is at a path, or change something in it. */
  isTouched(path: Path, side: Side): boolean
  /** Left to the next plan, with everything below. */
  readonly deferred: ReadonlySet<Path>
}

/** Finds and orders the moves among the dirty `triples`, which are in path order. */
export function planMoves(triples: ReadonlyMap<Path, Triple>, context: PlanContext): Moved {
  const candidates = context.moves === 'off' ? [] : findMoves(triples, context)
  if (candidates.length === 0) return unmoved(triples)
  const { fit, triples: rested } = restMoves(candidates, triples)
  const order = new MoveOrder(rested, fit, context)
  order.run()
  const { steps, trees, deferred } = order
  return {
    steps,
    triples: trees.triples,
    made: trees.made,
    moved: trees.moved,
    isStale: path => trees.isStale(path),
    isTouched: (path, side) => trees.isTouched(path, side),
    deferred,
  }
}

function unmoved(triples: ReadonlyMap<Path, Triple>): Moved {
  const none = new Set<Path>()
  return { steps: [], triples, made: none, moved: none, isStale: () => false, isTouched: () => false, deferred: none }
}

/** A move that failed before is not tried as a deletion and a creation either: both ends of it wait, and what would go along. */
function restMoves(candidates: readonly Candidate[], triples: ReadonlyMap<Path, Triple>) {
  const resting = new Set<Path>()
  const fit: Candidate[] = []
  const rested = new Map(triples)
  for (const candidate of candidates) {
    const ends = [candidate.origin, candidate.from, candidate.to]
    const isResting =
      ends.some(path => triples.get(path)?.backingOff !== undefined) ||
      [...ancestorsOf(candidate.origin)].some(place => resting.has(place))
    if (!isResting) {
      fit.push(candidate)
      continue
    }
    resting.add(candidate.origin)
    for (const path of ends) rested.set(path, { ...(rested.get(path) ?? { path }), backingOff: 'backing-off' })
  }
  return { fit, triples: rested }
}
