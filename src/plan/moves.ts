// Moves: a deletion and a creation that are one act. Found, ordered so that each can be done, and then taken into account by
// rewriting the triples, so that the rest of the plan sees the trees as they will be after the moves.
import { ancestorsOf, type Path } from '../model/path.ts'
import type { PlanContext } from './context.ts'
import { type Candidate, type Found, findMoves } from './find-moves.ts'
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
  readonly found: Found['moved']
}

/** Finds and orders the moves among the dirty `triples`, which are in path order. */
export function planMoves(triples: ReadonlyMap<Path, Triple>, context: PlanContext): Moved {
  const { candidates, moved } = context.moves === 'off' ? NOTHING_MOVED : findMoves(triples, context)
  if (candidates.length === 0) return unmoved(triples, moved)
  const { fit, triples: rested } = restMoves(candidates, triples)
  const { steps, trees, deferred } = ordered(fit, rested, context)
  return {
    steps,
    triples: trees.triples,
    made: trees.made,
    moved: trees.moved,
    isStale: path => trees.isStale(path),
    isTouched: (path, side) => trees.isTouched(path, side),
    deferred,
    found: moved,
  }
}

/** What would step aside and not arrive, because something else stays in its way, does not move: nobody is to find the name it had on its way. */
function ordered(
  candidates: readonly Candidate[],
  triples: ReadonlyMap<Path, Triple>,
  context: PlanContext,
): MoveOrder {
  const order = new MoveOrder(triples, candidates, context)
  order.run()
  const { stranded } = order
  if (stranded.size === 0) return order
  return ordered(
    candidates.filter(candidate => !stranded.has(candidate)),
    triples,
    context,
  )
}

const NONE: ReadonlySet<Path> = new Set()
const NOTHING_MOVED: Found = { candidates: [], moved: { local: NONE, remote: NONE } }

function unmoved(triples: ReadonlyMap<Path, Triple>, found: Found['moved']): Moved {
  const isStale = () => false
  return { steps: [], triples, made: NONE, moved: NONE, isStale, isTouched: () => false, deferred: NONE, found }
}

/**
 * A move that failed before, or of which one end waits, is not tried as a deletion and a creation either: both ends of it wait, and what
 * would go along.
 */
function restMoves(candidates: readonly Candidate[], triples: ReadonlyMap<Path, Triple>) {
  const resting = new Map<Path, Rest>()
  const fit: Candidate[] = []
  const rested = new Map(triples)
  for (const candidate of candidates) {
    const ends = [candidate.origin, candidate.from, candidate.to]
    const rest = restOf(ends, triples) ?? restAbove(candidate.origin, resting)
    if (rest === undefined) {
      fit.push(candidate)
      continue
    }
    resting.set(candidate.origin, rest)
    for (const path of ends) rested.set(path, { ...(rested.get(path) ?? { path }), ...rest })
  }
  return { fit, triples: rested }
}

type Rest = Pick<Triple, 'backingOff' | 'waits'>

function restOf(ends: readonly Path[], triples: ReadonlyMap<Path, Triple>): Rest | undefined {
  const at = ends.map(path => triples.get(path))
  if (at.some(triple => triple?.backingOff !== undefined)) return { backingOff: 'backing-off' }
  return at.some(triple => triple?.waits !== undefined) ? { waits: 'waits' } : undefined
}

function restAbove(origin: Path, resting: ReadonlyMap<Path, Rest>): Rest | undefined {
  const place = [...ancestorsOf(origin)].find(above => resting.has(above))
  return place === undefined ? undefined : resting.get(place)
}
