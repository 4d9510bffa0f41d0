// A plan in numbers: how many steps of each kind, and how many bytes.
import type { Answer } from '../../api/call.ts'
import { bytes } from '../../words/format.ts'

export type Step = Answer<'GET /folders/{folder}/remotes/{remote}/plan'>['steps'][number]
export type StepKind = 'removeHere' | 'removeThere' | 'download' | 'upload' | 'move' | 'other'

export interface Sum {
  readonly kind: StepKind
  readonly count: number
  /** Empty where no bytes flow. */
  readonly size: string
}

const ORDER: readonly StepKind[] = ['removeHere', 'removeThere', 'download', 'upload', 'move', 'other']

/** In a fixed order, without kinds that do not occur. What goes along with a directory that is removed is counted with it. */
export function countSteps(steps: readonly Step[]): readonly Sum[] {
  const sums = new Map<StepKind, { count: number; size: number }>()
  for (const step of steps) {
    const kind = kindOf(step)
    const sum = sums.get(kind) ?? { count: 0, size: 0 }
    sums.set(kind, { count: sum.count + 1 + (step.below ?? 0), size: sum.size + (step.size ?? 0) })
  }
  return ORDER.flatMap(kind => {
    const sum = sums.get(kind)
    return sum === undefined ? [] : [{ kind, count: sum.count, size: sum.size === 0 ? '' : bytes(sum.size) }]
  })
}

export function kindOf(step: Step): StepKind {
  switch (step.do) {
    case 'remove':
      return step.on === 'there' ? 'removeThere' : 'removeHere'
    case 'transfer':
      return step.on === 'there' ? 'upload' : 'download'
    case 'move':
      return 'move'
    default:
      return 'other'
  }
}
