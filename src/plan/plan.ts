// The plan: what is to be done to make both sides equal, why, and what is held back. Pure: the same triples give the same plan.
import type { Path } from '../model/path.ts'
import { type Brake, brakeOf } from './brakes.ts'
import type { PlanContext } from './context.ts'
import { type Decision, decide } from './decide.ts'
import { isHold } from './explain.ts'
import { planMoves } from './moves.ts'
import type { Rule } from './policy.ts'
import { repairShape } from './shape.ts'
import { stepsOf } from './steps.ts'
import type { Triple } from './triple.ts'
import { layWaves, type Wave } from './waves.ts'

export interface Held {
  readonly path: Path
  readonly because: Rule
  readonly detail?: string
}

export interface Plan {
  readonly waves: readonly Wave[]
  readonly held: readonly Held[]
  readonly brake?: Brake
}

/** Plans for the paths that are not as agreed. Paths that are in no triple are as agreed on both sides. */
export function makePlan(dirty: Iterable<Triple>, context: PlanContext): Plan {
  const { steps: moves, triples } = planMoves(new Map([...dirty].map(triple => [triple.path, triple])), context)
  const decisions = new Map<Path, Decision>()
  for (const triple of triples.values()) decisions.set(triple.path, decide(triple, context))
  const repaired = repairShape(decisions, context)
  const brake = brakeOf(repaired, context)
  return {
    waves: layWaves(
      moves,
      repaired.flatMap(decision => stepsOf(decision, context)),
      context.can,
    ),
    held: repaired.filter(({ rule }) => isHold(rule)).map(heldOf),
    ...(brake === undefined ? {} : { brake }),
  }
}

function heldOf({ triple, rule, detail }: Decision): Held {
  return { path: triple.path, because: rule, ...(detail === undefined ? {} : { detail }) }
}
