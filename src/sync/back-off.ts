// When a path that failed is tried again.
import type { Failure } from '../index/folder-index.ts'
import type { SyncError } from '../model/errors.ts'
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

function waitMs(times: number, error: SyncError): number {
  const longest = error.code === 'denied' ? LONGEST_DENIED_MS : LONGEST_MS
  if (error.retry === 'never') return longest
  const wait = Math.min(longest, FIRST_MS * FACTOR ** Math.min(times - 1, 10))
  return Math.max(wait, error.retryAfterMs ?? 0)
}
