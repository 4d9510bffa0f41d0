// One catalogue of what can go wrong in operation. Each error tells a person what happened, to which path, and what to do.
import type { Path } from './path.ts'

export type ErrorCode =
  /** The other side does not answer. */
  | 'offline'
  /** It answers that it is in maintenance. */
  | 'maintenance'
  /** Wrong or missing credentials. */
  | 'unauthorized'
  /** The certificate is not to be trusted. */
  | 'untrusted'
  /** The other side is not what it was, or not what was asked for. */
  | 'wrong-place'
  /** It speaks, but not sense. */
  | 'protocol'
  | 'denied'
  | 'missing'
  | 'quota-exceeded'
  | 'too-large'
  | 'name-not-allowed'
  | 'locked'
  /** The bytes are not those that were promised. */
  | 'corrupt'
  /** It changed while we looked. */
  | 'changed'
  | 'unsupported'
  | 'disk-full'
  /** The system lets this program have no more files open. */
  | 'too-many-files'
  | 'io'
  /** The folder's marker is missing or another's. */
  | 'folder-unusable'
  | 'folder-locked'
  | 'usage'

/** Whom the error concerns: one path, everything on that side, or the folder itself. */
export type ErrorScope = 'entry' | 'replica' | 'folder'

/** When trying again makes sense: within this run, in a later run with back-off, or only after somebody changed something. */
export type Retry = 'soon' | 'later' | 'never'

const SCOPES: Readonly<Record<ErrorCode, ErrorScope>> = {
  offline: 'replica',
  maintenance: 'replica',
  unauthorized: 'replica',
  untrusted: 'replica',
  'wrong-place': 'replica',
  protocol: 'entry',
  denied: 'entry',
  missing: 'entry',
  'quota-exceeded': 'entry',
  'too-large': 'entry',
  'name-not-allowed': 'entry',
  locked: 'entry',
  corrupt: 'entry',
  changed: 'entry',
  unsupported: 'entry',
  'disk-full': 'folder',
  'too-many-files': 'entry',
  io: 'entry',
  'folder-unusable': 'folder',
  'folder-locked': 'folder',
  usage: 'folder',
}

const RETRIES: Readonly<Record<ErrorCode, Retry>> = {
  offline: 'later',
  maintenance: 'later',
  unauthorized: 'never',
  untrusted: 'never',
  'wrong-place': 'never',
  protocol: 'later',
  denied: 'later',
  missing: 'soon',
  'quota-exceeded': 'later',
  'too-large': 'never',
  'name-not-allowed': 'never',
  locked: 'soon',
  corrupt: 'soon',
  changed: 'soon',
  unsupported: 'never',
  'disk-full': 'later',
  'too-many-files': 'later',
  io: 'later',
  'folder-unusable': 'never',
  'folder-locked': 'later',
  usage: 'never',
}

/** Whether `text` is one of the codes: for errors that come from another process. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(SCOPES, text)
}

/** Whether what failed with `code` may go well another time, although nothing has changed here or there. */
export function mayGoWellLater(code: ErrorCode): boolean {
  return RETRIES[code] !== 'never'
}

export interface SyncErrorOptions {
  readonly path?: Path | undefined
  readonly cause?: unknown
  /** Where it differs from what the code usually means. */
  readonly scope?: ErrorScope
  readonly retry?: Retry
  /** The other side asked us to wait this long. */
  readonly retryAfterMs?: number | undefined
}

/** An operational error. `message` is a sentence for the user; `cause` is for the log. */
export class SyncError extends Error {
  override readonly name = 'SyncError'
  readonly code: ErrorCode
  readonly scope: ErrorScope
  readonly retry: Retry
  readonly path: Path | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, options: SyncErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.scope = options.scope ?? SCOPES[code]
    this.retry = options.retry ?? RETRIES[code]
    this.path = options.path
    this.retryAfterMs = options.retryAfterMs
  }
}

/** `error` as a SyncError: itself, or wrapped as one of `path` when it is something else that was thrown: `too-many-files`, else `io`. */
export function asSyncError(error: unknown, path?: Path): SyncError {
  if (error instanceof SyncError) return error
  if (isTooManyFiles(error)) {
    const text =
      path === undefined ? 'Too many files are open.' : `${path} could not be opened: too many files are open.`
    return new SyncError('too-many-files', text, { path, cause: error })
  }
  const text = error instanceof Error ? error.message : String(error)
  return new SyncError('io', path === undefined ? text : `${path}: ${text}`, { path, cause: error })
}

/** Whether the system says that this program, or the whole computer, may have no more files open. The disk is sound. */
export function isTooManyFiles(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code
  return code === 'EMFILE' || code === 'ENFILE'
}

/** What was thrown, as something that concerns the whole side: for acts without which nothing can be told of any path. */
export function asReplicaError(error: unknown): unknown {
  if (!(error instanceof SyncError) || error.scope !== 'entry') return error
  const { code, message, retryAfterMs } = error
  return new SyncError(code, message, { scope: 'replica', cause: error, retryAfterMs })
}

/** A bug in this program: stops the folder, not the daemon. Stays on in production. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new AssertionError(`Internal error, please report it: ${what}`)
}

export function assertNever(value: never): never {
  throw new AssertionError(`Internal error, please report it: unexpected ${JSON.stringify(value)}`)
}
