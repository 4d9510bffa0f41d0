// What is staged outlives a failure where a later run can go on with it, and is discarded where none can.
import { asSyncError, type ErrorCode, type SyncError } from '../model/errors.ts'
import type { Transfer } from '../plan/step.ts'
import type { Resume, Staged } from '../replica/replica.ts'
import { type Ends, endOf } from './ends.ts'

/** Where this very transfer was interrupted, if it was: a token is for one state of the source only. */
export function resumeOf(step: Transfer, { records }: Ends): Resume & { forget(): void } {
  const key = `${step.to} ${step.source.stamp} ${step.path}`
  return {
    token: records.resume(key),
    save: token => records.saveResume(key, token),
    forget: () => records.saveResume(key, undefined),
  }
}

// The bytes are wrong or gone, or the room that they take is what is missing.
const WORTHLESS: ReadonlySet<ErrorCode> = new Set(['changed', 'corrupt', 'missing', 'disk-full', 'quota-exceeded'])

/** Whether a later run finds what was staged and may be able to commit it, after this one failed with `error`. */
export function isResumable(step: Transfer, error: SyncError, ends: Ends, signal: AbortSignal): boolean {
  if (resumeOf(step, ends).token === undefined) return false
  return signal.aborted || (error.retry !== 'never' && !WORTHLESS.has(error.code))
}

/** Discards what will not be committed. What cannot be removed now is swept later, so that is no failure of the step. */
export async function giveUp(step: Transfer, staged: Staged, ends: Ends, signal: AbortSignal): Promise<void> {
  try {
    await endOf(ends, step.to).discard(staged, signal)
  } catch (error) {
    const { message } = asSyncError(error, step.path)
    ends.world.log('debug', 'what was staged could not be discarded', { path: step.path, error: message })
  }
}
