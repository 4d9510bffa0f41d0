// Plans as data for scripts and other programs: what `sync --dry-run --json` prints, and what the API tells.
import { type Brake, explainBrake } from '../plan/brakes.ts'
import { explain } from '../plan/explain.ts'
import type { Held, Plan } from '../plan/plan.ts'
import { isEffect, type Step } from '../plan/step.ts'
import type { Side } from '../plan/triple.ts'
import { wordsOf } from './steps.ts'

/** The plan as a whole, then each of its steps and what it holds back. */
export function planObjects(plan: Plan): readonly object[] {
  const steps = effectsOf(plan)
  const brake = plan.brake === undefined ? {} : { brake: brakeObject(plan.brake) }
  return [
    { type: 'plan', steps: steps.length, held: plan.held.length, ...brake },
    ...steps.map(step => ({ type: 'step', ...stepObject(step) })),
    ...plan.held.map(held => ({ type: 'held', ...heldObject(held) })),
  ]
}

/** The steps of a plan that change a side, in order. */
export function effectsOf(plan: Plan): readonly Step[] {
  return plan.waves.flatMap(wave => wave.steps.filter(isEffect))
}

export interface StepObject {
  readonly do: Step['do']
  readonly path: string
  readonly on?: 'here' | 'there'
  readonly from?: string
  readonly as?: string
  readonly aside?: string
  /** Bytes. */
  readonly size?: number
  readonly below?: readonly string[]
  readonly because: string
  readonly reason: string
  readonly words: string
}

export function stepObject(step: Step): StepObject {
  const side = 'on' in step ? step.on : 'to' in step ? step.to : undefined
  return {
    do: step.do,
    path: step.path,
    ...(side === undefined ? {} : { on: sideWord(side) }),
    ...('from' in step ? { from: step.from } : {}),
    ...('as' in step ? { as: step.as } : {}),
    ...('aside' in step && step.aside !== undefined ? { aside: step.aside } : {}),
    ...(step.do === 'transfer' ? { size: step.source.size } : {}),
    ...(step.do === 'remove' && step.below !== undefined ? { below: step.below } : {}),
    because: step.because,
    reason: explain(step.because),
    words: wordsOf(step),
  }
}

export function heldObject({ path, because, detail }: Held) {
  return { path, because, reason: explain(because), ...(detail === undefined ? {} : { detail }) }
}

export function brakeObject(brake: Brake) {
  return { ...brake, on: sideWord(brake.on), text: explainBrake(brake) }
}

function sideWord(side: Side): 'here' | 'there' {
  return side === 'local' ? 'here' : 'there'
}
