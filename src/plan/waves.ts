// The order of steps: waves of steps that may be done in any order and at once, one wave after another.
import { ancestorsOf, depthOf, type Path } from '../model/path.ts'
import type { Abilities } from './context.ts'
import type { MoveStep } from './moves.ts'
import type { Remove, Step } from './step.ts'
import { PHASES, type Phase, type Phased } from './steps.ts'
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
  needsCare: (path: Path, side: Side) => boolean,
): Wave[] {
  const waves: Wave[] = moves.length === 0 ? [] : [{ order: 'sequential', steps: moves }]
  const foldable = foldTrees(makeRoom(phased), can, needsCare)
  for (const phase of PHASES) waves.push(...wavesOf(phase, foldable))
  return waves
}

/** What goes from below a directory that is to be replaced has to go before the directory does. */
function makeRoom(phased: readonly Phased[]): readonly Phased[] {
  const replaced = new Set<Path>()
  for (const { phase, step } of phased)
    if (phase === 'clear' && step.do === 'remove' && step.kind === 'directory') replaced.add(step.path)
  if (replaced.size === 0) return phased
  return phased.map(item =>
    item.phase === 'remove' && hasAbove(item.step.path, place => replaced.has(place))
      ? { ...item, phase: 'clear' }
      : item,
  )
}

/**
 * Makes one removal of a directory and everything in it, where the side can do that safely: guarded by a stamp that says nothing in
 * it has changed, by us neither, and only where nothing in it is to be left alone.
 */
function foldTrees(
  phased: readonly Phased[],
  can: { readonly [S in Side]: Abilities },
  needsCare: (path: Path, side: Side) => boolean,
): readonly Phased[] {
  const isFoldable = (step: Step): step is Remove => step.do === 'remove' && can[step.on].removesTrees
  const tops = new Map<string, Remove>()
  for (const { step } of phased)
    if (isFoldable(step) && step.kind === 'directory' && !needsCare(step.path, step.on))
      tops.set(keyOf(step.on, step.path), step)
  if (tops.size === 0) return phased
  const topOf = ({ on, path }: Remove) => {
    let top = tops.get(keyOf(on, path))
    for (const place of ancestorsOf(path)) top = tops.get(keyOf(on, place)) ?? top
    return top
  }
  const below = new Map<Remove, Path[]>()
  const left = phased.filter(({ step }) => {
    const top = isFoldable(step) ? topOf(step) : undefined
    if (top === undefined || top === step) return true
    const paths = below.get(top)
    if (paths === undefined) below.set(top, [step.path])
    else paths.push(step.path)
    return false
  })
  return left.map(item => {
    const { step } = item
    return isFoldable(step) && tops.get(keyOf(step.on, step.path)) === step
      ? { ...item, step: { ...step, tree: 'tree', below: below.get(step) ?? [] } }
      : item
  })
}

function keyOf(side: Side, path: Path): string {
  return `${side}:${path}`
}

function hasAbove(path: Path, test: (place: Path) => boolean): boolean {
  for (const place of ancestorsOf(path)) if (test(place)) return true
  return false
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
