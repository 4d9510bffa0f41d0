// One JSON object a line, for scripts. The shapes are in docs/guide/json.md.
import type { SyncEvent } from '../sync/events.ts'
import type { Outcome } from '../sync/outcome.ts'
import type { Summary } from '../sync/summary.ts'
import { brakeObject, planObjects } from '../words/plan-objects.ts'
import type { Output, Streams } from './output.ts'

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
    ...brakeField(brake),
  }
}

function brakeField(brake: Summary['brake']): object {
  return brake === undefined ? {} : { brake: brakeObject(brake) }
}

/** Sizes that JavaScript cannot hold as numbers become strings. */
function withoutBigInts(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
