// Every path that is not equal on both sides, each with exactly one reason.
import type { Failure } from '../index/folder-index.ts'
import { nameOf, type Path, type Place } from '../model/path.ts'
import { explain } from '../plan/explain.ts'
import type { Held } from '../plan/plan.ts'
import type { ScanReport } from '../scan/report.ts'
import type { Hindsight } from './hindsight.ts'
import type { RemoteView } from './observation.ts'
import type { Outcome } from './outcome.ts'
import type { Unsynced } from './summary.ts'

export interface UnsyncedParts {
  readonly held: readonly Held[]
  readonly outcomes: readonly Outcome[]
  readonly scan: ScanReport
  readonly remote: RemoteView
  readonly failures: readonly Failure[]
  readonly hindsight?: Pick<Hindsight, 'waitsUntil'> | undefined
  /** What is here of directories that this device does not keep. */
  readonly notKept?: readonly Unsynced[]
}

/** What is left alone because the user wants it so is in sync as far as the user is concerned. */
const QUIET = new Set<string>(['hold-ignored', 'hold-nonempty'])

/** In path order. What lies below an unreadable directory is told of once, by the directory. */
export function unsyncedOf(parts: UnsyncedParts): Unsynced[] {
  const { held, outcomes, scan, remote, failures, hindsight, notKept = [] } = parts
  const found = new Map<string, Unsynced>()
  const add = (item: Unsynced) => {
    if (!found.has(item.path)) found.set(item.path, item)
  }
  for (const { place, reason, because = 'hold-unreadable' } of scan.unreadable)
    add({ path: place, because, reason: `it cannot be read here: ${reason}` })
  for (const [place, error] of remote.unlisted) add({ path: place, because: error.code, reason: error.message })
  for (const { path, reason } of scan.unsupported) add({ path, because: 'hold-unsupported', reason })
  for (const path of scan.damaged) add({ path, because: 'damaged', reason: DAMAGED })
  for (const path of scan.unsettled)
    add({ path, because: 'changed', reason: 'it is being written to; it is looked at again by the next run' })
  for (const { place, name, reason } of scan.unusable) add({ path: shown(place, name), because: 'hold-name', reason })
  for (const { place, name, reason } of remote.unusable)
    add({ path: shown(place, name), because: 'hold-name', reason: `on the other side ${reason}` })
  for (const outcome of outcomes) addOutcome(outcome, failures, add)
  for (const item of notKept) add(item)
  for (const item of held) addHeld(item, failures, hindsight?.waitsUntil(item.path), add)
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

const DAMAGED =
  'its bytes changed on disk though nobody wrote to it: it is neither uploaded nor replaced; compare it with a revision or with the other side, then save it again or delete it'

function addOutcome(outcome: Outcome, failures: readonly Failure[], add: (item: Unsynced) => void): void {
  const { path } = outcome.step
  if (outcome.as === 'failed') {
    const next = failures.find(failure => failure.path === path)?.nextTryAt
    add({
      path,
      because: outcome.error.code,
      reason: outcome.error.message,
      ...(next === undefined ? {} : { nextTryAt: next }),
    })
  }
  if (outcome.as === 'stale')
    add({
      path,
      because: 'changed',
      reason: 'it kept changing while it was synced; it is looked at again by the next run',
    })
  if (outcome.as === 'skipped')
    add({
      path,
      because: 'skipped',
      reason: `it has to wait for '${nameOf(outcome.because)}', which could not be done`,
    })
}

function addHeld(
  { path, because, detail }: Held,
  failures: readonly Failure[],
  waitsUntil: number | undefined,
  add: (item: Unsynced) => void,
): void {
  if (QUIET.has(because)) return
  const failure = because === 'hold-backing-off' ? failures.find(item => item.path === path) : undefined
  if (failure !== undefined) add({ path, because: failure.code, reason: failure.message, nextTryAt: failure.nextTryAt })
  else
    add({
      path,
      because,
      reason: detail === undefined ? explain(because) : `${explain(because)} (${detail})`,
      ...(because === 'hold-news' && waitsUntil !== undefined ? { nextTryAt: waitsUntil } : {}),
    })
}

function shown(place: Place, name: string): Path {
  return (place === '' ? name : `${place}/${name}`) as Path
}
