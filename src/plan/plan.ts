// The plan: what is to be done to make both sides equal, why, and what is held back. Pure: the same triples give the same plan.
import { ancestorsOf, type Path } from '../model/path.ts'
import { type Brake, brakeOf } from './brakes.ts'
import type { PlanContext } from './context.ts'
import { type Decision, decide } from './decide.ts'
import { isHold } from './explain.ts'
import { type Moved, planMoves } from './moves.ts'
import type { Rule } from './policy.ts'
import { repairShape } from './shape.ts'
import { stepsOf } from './steps.ts'
import type { Side, Triple } from './triple.ts'
import { layWaves, type Wave } from './waves.ts'

export interface Held {
  readonly path: Path
  readonly because: Rule
  readonly detail?: string
}

export interface Plan {
  readonly waves: readonly Wave[]
  readonly held: readonly Held[]
  /** Left to the next plan, because steps of this one come first. They are dirty again then, and must not count as done. */
  readonly deferred: readonly Path[]
  readonly brake?: Brake
}

/**
 * Plans for the paths that are not as agreed. Paths that are in no triple are as agreed on both sides, except those below a
 * directory that a side has moved: they are in a triple each, at both places.
 */
export function makePlan(dirty: Iterable<Triple>, context: PlanContext): Plan {
  const inOrder = inPathOrder(dirty)
  const moved = planMoves(new Map(inOrder.map(triple => [triple.path, triple])), context)
  const decisions = new Map<Path, Decision>()
  for (const triple of moved.triples.values()) decisions.set(triple.path, decide(triple, context))
  const repaired = repairShape(decisions, context)
  const { now, deferred } = deferStale(repaired, moved)
  const phased = now.flatMap(decision => stepsOf(decision, context))
  const brake = brakeOf(repaired, context, moved.found)
  const needsCare = (path: Path, side: Side) => moved.isTouched(path, side) || context.holdsIgnored(path, side)
  return {
    waves: layWaves(moved.steps, phased, context.can, needsCare),
    held: repaired.filter(({ rule }) => isHold(rule)).map(heldOf),
    deferred,
    ...(brake === undefined ? {} : { brake }),
  }
}

/**
 * A move here gives what is moved new stamps, which steps cannot name before it is done: what else is to be done to it is left to
 * the next plan. What is as agreed after a move needs nothing: its agreement has moved along.
 */
function deferStale(decisions: readonly Decision[], { steps, made, moved, isStale, deferred: chosen }: Moved) {
  if (steps.length === 0 && chosen.size === 0) return { now: decisions, deferred: [] }
  const deferred: Path[] = []
  const trees = new Set<Path>()
  const now = decisions.filter(({ triple, rule }) => {
    const { path, local, remote } = triple
    if (made.has(path) || (rule === 'in-sync' && moved.has(path))) return false
    const isBelowDeferred = trees.size > 0 && [...ancestorsOf(path)].some(place => trees.has(place))
    const isLate = (local !== undefined && isStale(path)) || chosen.has(path) || isBelowDeferred
    if (!isLate || isHold(rule)) return true
    deferred.push(path)
    if (local?.kind !== 'directory' || remote?.kind !== 'directory') trees.add(path)
    return false
  })
  return keepAbove(now, deferred)
}

/** A directory in which something waits for the next plan cannot go in this one. */
function keepAbove(decisions: readonly Decision[], deferred: readonly Path[]) {
  if (deferred.length === 0) return { now: decisions, deferred }
  const above = new Set(deferred.flatMap(path => [...ancestorsOf(path)]))
  const isGoing = ({ rule, triple: { path, local, remote } }: Decision) => {
    if (!above.has(path)) return false
    if (rule === 'pull-deleted' || rule === 'pull-edited') return local?.kind === 'directory'
    return (rule === 'push-deleted' || rule === 'push-edited') && remote?.kind === 'directory'
  }
  const going = decisions.filter(isGoing)
  const late = new Set(going)
  return {
    now: decisions.filter(decision => !late.has(decision)),
    deferred: [...deferred, ...going.map(({ triple }) => triple.path)],
  }
}

/** As `comparePaths` orders them. A separator is below every other character then, and texts are compared faster than characters. */
function inPathOrder(triples: Iterable<Triple>): Triple[] {
  return [...triples]
    .map(triple => ({ triple, key: triple.path.replaceAll('/', '\0') }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ triple }) => triple)
}

function heldOf({ triple, rule, detail }: Decision): Held {
  return { path: triple.path, because: rule, ...(detail === undefined ? {} : { detail }) }
}
