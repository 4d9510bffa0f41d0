// When a path that failed is tried again.
import type { Failure, PairRecords } from '../index/folder-index.ts'
import { isErrorCode, mayGoWellLater, type SyncError } from '../model/errors.ts'
import type { Triple } from '../plan/triple.ts'
import { stampOf } from './triples.ts'

const FIRST_MS = 25_000
const FACTOR = 5
const LONGEST_MS = 24 * 60 * 60 * 1000
/** A refusal is often a setting that somebody is about to change. */
const LONGEST_DENIED_MS = 60 * 60 * 1000

/** The failure to remember of `triple`, after `before` (of the same state) and now `error`. */
export function failureOf(triple: Triple, error: SyncError, before: Failure | undefined, now: number): Failure {
  const local = stampOf(triple.local)
  const remote = stampOf(triple.remote)
  const isSame = before !== undefined && before.local === local && before.remote === remote
  const times = isSame ? before.count + 1 : 1
  return {
    path: triple.path,
    message: error.message,
    code: error.code,
    count: times,
    lastAt: now,
    nextTryAt: now + waitMs(times, error),
    local,
    remote,
  }
}

/**
 * A person asks, who may have mended what was in the way: what failed is due now. It is counted on, so that what fails again waits longer; and
 * what cannot go well before something changes goes on waiting for that.
 */
export function makeDue(records: PairRecords, now: number): void {
  for (const failure of records.failures()) {
    if (failure.nextTryAt > now && isAskedAgain(failure.code)) records.recordFailure({ ...failure, nextTryAt: now })
  }
}

/** Whether `makeDue` is about failures of this kind. */
export function isAskedAgain(code: string): boolean {
  return isErrorCode(code) && mayGoWellLater(code)
}

function waitMs(times: number, error: SyncError): number {
  const longest = error.code === 'denied' ? LONGEST_DENIED_MS : LONGEST_MS
  if (error.retry === 'never') return longest
  const wait = Math.min(longest, FIRST_MS * FACTOR ** Math.min(times - 1, 10))
  return Math.max(wait, error.retryAfterMs ?? 0)
}
