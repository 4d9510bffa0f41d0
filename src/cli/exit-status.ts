// What the program tells the shell by its exit status.
import { ApiError, type ApiErrorCode } from '../api/errors.ts'
import { AssertionError, SyncError } from '../model/errors.ts'
import type { Summary } from '../sync/summary.ts'

export const EXIT = {
  equal: 0,
  unsynced: 1,
  usage: 2,
  remote: 3,
  brake: 4,
  folder: 5,
  /** The daemon does not run, or does not let us in. */
  daemon: 6,
  /** A fault of this program (EX_SOFTWARE of sysexits.h). */
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const

export function statusOfSummary({ brake, unsynced }: Pick<Summary, 'brake' | 'unsynced'>): number {
  if (brake !== undefined) return EXIT.brake
  return unsynced.length > 0 ? EXIT.unsynced : EXIT.equal
}

export function statusOfError(error: unknown): number {
  if (error instanceof ApiError) return STATUS_OF_API[error.code] ?? EXIT.unsynced
  if (!(error instanceof SyncError)) return EXIT.bug
  if (error.code === 'usage') return EXIT.usage
  if (error.scope === 'folder') return EXIT.folder
  if (error.scope === 'replica') return EXIT.remote
  return EXIT.unsynced
}

/** All others: it was understood, but not possible as things are. */
const STATUS_OF_API: Readonly<Partial<Record<ApiErrorCode, number>>> = {
  invalid: EXIT.usage,
  'not-found': EXIT.usage,
  'not-running': EXIT.daemon,
  unavailable: EXIT.daemon,
  unauthenticated: EXIT.daemon,
  forbidden: EXIT.daemon,
  'too-many-requests': EXIT.daemon,
  internal: EXIT.bug,
}

/** An error that ended a whole run although its kind usually concerns one path: it was the root of the other side that failed. */
export function endingRun(error: unknown): unknown {
  if (!(error instanceof SyncError) || error.scope !== 'entry') return error
  const { code, message, path, retry, retryAfterMs } = error
  return new SyncError(code, message, { path, cause: error, scope: 'replica', retry, retryAfterMs })
}

/** What to say about an error that ends the program; the second line, if any, is for whoever looks for the cause. */
export function sentenceOf(error: unknown): string {
  if (error instanceof SyncError || error instanceof ApiError) return error.message
  const text = error instanceof Error ? error.message : String(error)
  if (error instanceof AssertionError) return text
  return `Internal error, please report it: ${error instanceof Error ? (error.stack ?? text) : text}`
}
