// What a Space says no with, and what fails in operation, as the faults of WebDAV.
import { SyncError } from '../model/errors.ts'
import type { Changed, Refusal, SpaceNode } from '../store/space.ts'
import { DavFault } from './fault.ts'

/** What a change did. Throws the `DavFault` that stands for a refusal; `statuses` names those of a method where they differ. */
export function doneOf(
  changed: Changed,
  statuses: Partial<Record<Refusal, number>> = {},
): { readonly node: SpaceNode | undefined; readonly made: 'created' | 'replaced' } {
  if (changed.as === 'done') return changed
  throw new DavFault(statuses[changed.why] ?? STATUSES[changed.why], changed.message, {
    ...(changed.why === 'over-quota' ? { condition: '<d:quota-not-exceeded/>' } : {}),
    ...(changed.why === 'name-not-allowed' ? { exception: INVALID_PATH } : {}),
  })
}

/** By which clients of ownCloud tell a name that is refused from bytes that came out wrong. */
export const INVALID_PATH = 'OCA\\DAV\\Connector\\Sabre\\Exception\\InvalidPath'

const STATUSES: Readonly<Record<Refusal, number>> = {
  stale: 412,
  exists: 412,
  missing: 404,
  'no-parent': 409,
  'is-a-directory': 405,
  'into-itself': 403,
  'not-permitted': 403,
  'name-not-allowed': 400,
  'over-quota': 507,
}

/** `error` as a fault; undefined for what only a bug or a failing disk can bring, which concerns the log and not the client. */
export function faultOf(error: unknown): DavFault | undefined {
  if (error instanceof DavFault) return error
  if (!(error instanceof SyncError)) return undefined
  const status = ERRORS[error.code]
  const message = FOR_GUESTS[error.code] ?? error.message
  return status === undefined ? undefined : new DavFault(status, message, { cause: error })
}

/** Whether only the log says what it was. */
export function isForTheLog({ cause }: DavFault): boolean {
  return cause instanceof SyncError && FOR_GUESTS[cause.code] !== undefined
}

/** What is said in place of sentences for whoever runs the server: those name its files. */
const FOR_GUESTS: Partial<Record<SyncError['code'], string>> = {
  'folder-unusable': 'The server cannot get at its files now. Its log says why.',
  'folder-locked': 'The server cannot get at its files now. Its log says why.',
  'disk-full': 'The disk of the server is full.',
}

const ERRORS: Partial<Record<SyncError['code'], number>> = {
  offline: 503,
  'folder-unusable': 503,
  'folder-locked': 503,
  maintenance: 503,
  protocol: 400,
  corrupt: 400,
  denied: 403,
  missing: 404,
  changed: 409,
  'quota-exceeded': 507,
  'disk-full': 507,
  'too-large': 413,
  'name-not-allowed': 400,
  locked: 423,
  unsupported: 501,
}
