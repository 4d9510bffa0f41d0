// Shows what a run would do, and why.
import { explainBrake } from '../plan/brakes.ts'
import type { Plan } from '../plan/plan.ts'
import { isEffect } from '../plan/step.ts'
import type { Approval } from '../sync/options.ts'
import type { Unsynced } from '../sync/summary.ts'
import { planObjects } from '../words/plan-objects.ts'
import { counted, shownPath } from '../words/show.ts'
import { reasonOfHeld, reasonOfStep, wordsOf, wordsOfUnsynced } from '../words/steps.ts'
import { adviceOnBrake } from '../words/summary.ts'
import { EXIT } from './exit-status.ts'
import type { Stream } from './output.ts'

interface Preview {
  readonly plan: Plan
  readonly unsynced: readonly Unsynced[]
}

/** Returns the exit status: as of a run that would be stopped by a brake, or leave paths unsynced. */
export function showPlan(
  preview: Preview,
  style: 'text' | 'json',
  out: Stream,
  approved: ReadonlySet<Approval>,
): number {
  if (style === 'json') for (const object of planObjects(preview.plan)) out.write(`${JSON.stringify(object)}\n`)
  else for (const line of linesOf(preview, approved)) out.write(`${line}\n`)
  if (isStopped(preview.plan, approved)) return EXIT.brake
  return preview.unsynced.length > 0 ? EXIT.unsynced : EXIT.equal
}

function* linesOf({ plan, unsynced }: Preview, approved: ReadonlySet<Approval>): Generator<string> {
  const steps = plan.waves.flatMap(wave => wave.steps.filter(isEffect))
  for (const step of steps) yield `would ${wordsOf(step)}: ${reasonOfStep(step)}`
  const held = new Set<string>(plan.held.map(({ path }) => path))
  for (const item of plan.held) yield `leave alone ${shownPath(item.path)}: ${reasonOfHeld(item)}`
  for (const item of unsynced) if (!held.has(item.path)) yield `leave alone ${wordsOfUnsynced(item)}`
  yield steps.length === 0
    ? 'Dry run: there is nothing to do.'
    : `Dry run: ${counted(steps.length, 'step')} to do. Nothing was changed.`
  const { brake } = plan
  if (brake === undefined) return
  if (!isStopped(plan, approved)) yield `Approved: ${explainBrake(brake)}.`
  else {
    yield `A run would stop here: ${explainBrake(brake)}.`
    yield adviceOnBrake(brake)
  }
}

function isStopped({ brake }: Plan, approved: ReadonlySet<Approval>): boolean {
  if (brake === undefined) return false
  return !approved.has(brake.because === 'too-many-overwrites' ? 'overwrites' : 'deletes')
}
