// The order of steps: waves of steps that may be done in any order and at once, one wave after another.
import { depthOf, isBelow, isWithin, type Path } from '../model/path.ts'
import type { Abilities } from './context.ts'
import type { MoveStep } from './moves.ts'
import type { Remove, Step } from './step.ts'
import { clearsDirectory, PHASES, type Phase, type Phased } from './steps.ts'
import type { Side } from './triple.ts'

export interface Wave {
  /** `any`: the steps do not depend on each other. `sequential`: each may depend on those before. */
  readonly order: 'any' | 'sequential'
  readonly steps: readonly Step[]
}

/** Lays the steps out: moves first, then what has to make room, then directories from the top, contents, removals from the bottom. */
export function layWaves(
  moves: readonly MoveStep[],
  phased: readonly Phased[],
  can: { readonly [S in Side]: Abilities },
): Wave[] {
  const waves: Wave[] = moves.length === 0 ? [] : [{ order: 'sequential', steps: moves }]
  const foldable = foldTrees(makeRoom(phased), can)
  for (const phase of PHASES) waves.push(...wavesOf(phase, foldable))
  return waves
}

/** What goes from below a directory that is to be replaced has to go before the directory does. */
function makeRoom(phased: readonly Phased[]): readonly Phased[] {
  const cleared = phased.map(clearsDirectory).filter(path => path !== undefined)
  if (cleared.length === 0) return phased
  const isInRoom = ({ phase, step }: Phased) => phase === 'remove' && cleared.some(place => isBelow(step.path, place))
  return phased.map(item => (isInRoom(item) ? { ...item, phase: 'clear' } : item))
}

/** Makes one removal of a directory and everything in it, where the side can do that safely. */
function foldTrees(phased: readonly Phased[], can: { readonly [S in Side]: Abilities }): readonly Phased[] {
  const isFoldable = (step: Step): step is Remove => step.do === 'remove' && can[step.on].removesTrees
  const tops: Remove[] = []
  for (const { step } of phased) {
    if (
      isFoldable(step) &&
      step.kind === 'directory' &&
      !tops.some(top => top.on === step.on && isWithin(step.path, top.path))
    )
      tops.push(step)
  }
  if (tops.length === 0) return phased
  const topOf = (step: Step) =>
    isFoldable(step) ? tops.find(top => top.on === step.on && isWithin(step.path, top.path)) : undefined
  const below = new Map<Remove, Path[]>()
  for (const { step } of phased) {
    const top = topOf(step)
    if (top !== undefined && top !== step) below.set(top, [...(below.get(top) ?? []), step.path])
  }
  return phased.flatMap(item => {
    const top = topOf(item.step)
    if (top === undefined) return [item]
    return top === item.step ? [{ ...item, step: { ...top, tree: 'tree' as const, below: below.get(top) ?? [] } }] : []
  })
}

function wavesOf(phase: Phase, phased: readonly Phased[]): Wave[] {
  const steps = phased.filter(item => item.phase === phase).map(item => item.step)
  if (steps.length === 0) return []
  switch (phase) {
    case 'directories':
      return byDepth(steps, 'top-first')
    case 'clear':
    case 'remove':
      return byDepth(steps, 'bottom-first')
    case 'finish':
      return byDepth(steps, 'bottom-first')
    default:
      return [{ order: 'any', steps }]
  }
}

/** Waves of equal depth. Files need no depth of their own when they are removed: they all go before the first directory. */
function byDepth(steps: readonly Step[], direction: 'top-first' | 'bottom-first'): Wave[] {
  const isTree = (step: Step) =>
    step.do === 'make-directory' || (step.do === 'remove' && step.kind === 'directory') || step.do === 'set-metadata'
  const flat = steps.filter(step => !isTree(step))
  const depths = new Map<number, Step[]>()
  for (const step of steps.filter(isTree)) {
    const depth = depthOf(step.path)
    const level = depths.get(depth)
    if (level === undefined) depths.set(depth, [step])
    else level.push(step)
  }
  const sign = direction === 'top-first' ? 1 : -1
  const levels = [...depths]
    .sort(([a], [b]) => sign * (a - b))
    .map(([, level]) => ({ order: 'any' as const, steps: level }))
  return flat.length === 0 ? levels : [{ order: 'any', steps: flat }, ...levels]
}
