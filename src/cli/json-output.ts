// One JSON object a line, for scripts. The shapes are in docs/guide/json.md.
import { explainBrake } from '../plan/brakes.ts'
import { explain } from '../plan/explain.ts'
import type { Plan } from '../plan/plan.ts'
import { isEffect, type Step } from '../plan/step.ts'
import type { SyncEvent } from '../sync/events.ts'
import type { Outcome } from '../sync/outcome.ts'
import type { Summary } from '../sync/summary.ts'
import type { Output, Streams } from './output.ts'
import { wordsOf } from './words.ts'

const PROGRESS_MS = 100

/** `now` in milliseconds, for holding progress back. */
export function jsonOutput({ out }: Streams, now: () => number): Output {
  const say = (value: object) => void out.write(`${JSON.stringify(value, withoutBigInts)}\n`)
  let toldAt = -Infinity
  return {
    event(event) {
      if (event.type === 'progress') {
        const isLast = event.steps.done === event.steps.of
        if (!isLast && now() - toldAt < PROGRESS_MS) return
        toldAt = now()
      }
      for (const object of objectsOf(event)) say(object)
    },
    scanned() {},
    notice: text => say({ type: 'notice', text }),
    log(level, message) {
      if (level === 'warn' || level === 'error') say({ type: 'notice', text: message })
    },
    finish: (summary, tookMs) => say({ ...summaryObject(summary), tookMs: Math.round(tookMs) }),
  }
}

function objectsOf(event: SyncEvent): readonly object[] {
  switch (event.type) {
    case 'plan':
      return planObjects(event.plan)
    case 'outcome':
      return [outcomeObject(event.outcome)]
    case 'summary':
      return []
    default:
      return [event]
  }
}

/** The plan as a whole, then each of its steps and what it holds back. */
export function planObjects(plan: Plan): readonly object[] {
  const steps = plan.waves.flatMap(wave => wave.steps.filter(isEffect))
  return [
    { type: 'plan', steps: steps.length, held: plan.held.length, ...brakeOf(plan.brake) },
    ...steps.map(step => ({ type: 'step', ...stepObject(step) })),
    ...plan.held.map(({ path, because, detail }) => ({
      type: 'held',
      path,
      because,
      reason: explain(because),
      ...(detail === undefined ? {} : { detail }),
    })),
  ]
}

function stepObject(step: Step): object {
  const side = 'on' in step ? step.on : 'to' in step ? step.to : undefined
  return {
    do: step.do,
    path: step.path,
    ...(side === undefined ? {} : { on: side === 'local' ? 'here' : 'there' }),
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

function outcomeObject(outcome: Outcome): object {
  const { do: act, path } = outcome.step
  const error = outcome.as === 'failed' ? { code: outcome.error.code, message: outcome.error.message } : {}
  const waitsFor = outcome.as === 'skipped' ? { waitsFor: outcome.because } : {}
  return { type: 'outcome', as: outcome.as, do: act, path, ...error, ...waitsFor }
}

function summaryObject({ counts, unsynced, passes, brake }: Summary): object {
  return {
    type: 'summary',
    isEqual: unsynced.length === 0 && brake === undefined,
    counts,
    passes,
    unsynced,
    ...brakeOf(brake),
  }
}

function brakeOf(brake: Plan['brake']): object {
  return brake === undefined
    ? {}
    : { brake: { ...brake, on: brake.on === 'local' ? 'here' : 'there', text: explainBrake(brake) } }
}

/** Sizes that JavaScript cannot hold as numbers become strings. */
function withoutBigInts(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
