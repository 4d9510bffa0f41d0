// The acts that move no bytes: making, moving and removing, and setting times; and which file does what.
import type { Entry, Stamp } from '../../model/entry.ts'
import { assertNever, SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import type { Commit, Committed } from '../../replica/replica.ts'
import { writeEtag } from '../../wire/dav/etags.ts'
import { parseMultistatus } from '../../wire/dav/multistatus.ts'
import { dav } from '../../wire/dav/names.ts'
import { writeProppatch } from '../../wire/dav/proppatch.ts'
import {
  directoryStamp,
  entryOfResponse,
  isSameDirectory,
  LISTED,
  parseFileId,
} from '../../wire/owncloud/properties.ts'
import type { HttpAnswer } from '../http/message.ts'
import { heedSpelling } from './letters.ts'
import { list } from './listing.ts'
import { look } from './look.ts'
import { put, secondsOf } from './put.ts'
import { isProvenMissing, refusalOf } from './refusals.ts'
import { hrefAt, type Session, segmentsAt } from './session.ts'
import type { Staging } from './stage.ts'

/** Does one act, guarded. Throws `SyncError`. */
export async function commit(
  session: Session,
  staging: Staging,
  change: Commit,
  signal: AbortSignal,
): Promise<Committed> {
  switch (change.do) {
    case 'put':
      return put(session, staging, change, signal)
    case 'make-directory':
      return makeDirectory(session, change.path, signal)
    case 'move':
      return move(session, change, signal)
    case 'remove':
      return change.kind === 'directory'
        ? removeDirectory(session, change, signal)
        : removeFile(session, change, signal)
    case 'set-metadata':
      return setMetadata(session, change, signal)
    case 'make-symlink':
      throw new SyncError('unsupported', `${session.host} cannot keep links.`, { path: change.path })
    default:
      return assertNever(change)
  }
}

type Move = Commit & { readonly do: 'move' }
type Remove = Commit & { readonly do: 'remove' }
type SetMetadata = Commit & { readonly do: 'set-metadata' }

async function makeDirectory(session: Session, path: Path, signal: AbortSignal): Promise<Committed> {
  const answer = await session.client.request({ method: 'MKCOL', path: hrefAt(session, path), repeat: 'safe' }, signal)
  if (answer.status >= 300 && answer.status !== 405) throw refusalOf(session, answer, `make ${path}`, path)
  await answer.drop()
  if (answer.status === 405) await heedSpelling(session, path, signal)
  const id = answer.status === 405 ? undefined : parseFileId(answer.headers['oc-fileid'] ?? '')
  if (id !== undefined) return { as: 'done', entry: { kind: 'directory', stamp: directoryStamp('', id), id } }
  const found = await look(session, path, signal)
  return found?.kind === 'directory' ? { as: 'done', entry: found } : { as: 'stale', found }
}

async function move(session: Session, change: Move, signal: AbortSignal): Promise<Committed> {
  if (change.kind === 'directory') {
    const found = await look(session, change.from, signal)
    if (!isSame(found, change.expect)) return movedBefore(session, change, found, signal)
  }
  // The servers do not look at conditions on collections.
  const guard = change.kind === 'directory' ? {} : { 'If-Match': writeEtag(change.expect) }
  const headers = { Destination: hrefAt(session, change.to), Overwrite: 'F', ...guard }
  const request = { method: 'MOVE', path: hrefAt(session, change.from), headers, repeat: 'safe' } as const
  const answer = await session.client.request(request, signal)
  if (answer.status === 412 || answer.status === 404 || answer.status === 409)
    return movedBefore(session, change, await look(session, change.from, signal), signal, answer)
  if (answer.status >= 300) throw refusalOf(session, answer, `move ${change.from} to ${change.to}`, change.from)
  await answer.drop()
  return { as: 'done', entry: await look(session, change.to, signal) }
}

/**
 * The move could not be made, and `found` is at its source. When nothing is, and the target is what was to be moved, an earlier
 * try did it and its answer was lost.
 */
async function movedBefore(
  session: Session,
  change: Move,
  found: Entry | undefined,
  signal: AbortSignal,
  answer?: HttpAnswer,
): Promise<Committed> {
  const target = await look(session, change.to, signal)
  if (found === undefined && isSame(target, change.expect)) return { as: 'done', entry: target }
  if (!isSame(found, change.expect)) return { as: 'stale', found }
  if (target === undefined) throw aboveIsMissing(session, change, answer)
  await heedSpelling(session, change.to, signal)
  return { as: 'stale', found: target }
}

/** Both ends are as they should be: what is missing is the directory above the target. */
function aboveIsMissing(session: Session, change: Move, answer: HttpAnswer | undefined): SyncError {
  return answer === undefined
    ? new SyncError('changed', `${change.from} changed meanwhile.`, { path: change.from })
    : refusalOf(session, answer, `move ${change.from} to ${change.to}`, change.from)
}

/** Whether `found` is what the stamp was taken of. A directory stays the same whatever happens in it. */
function isSame(found: Entry | undefined, expect: Stamp): boolean {
  if (found === undefined || found.kind === 'blocked') return false
  return found.kind === 'directory' ? isSameDirectory(found.stamp, expect) : found.stamp === expect
}

async function removeFile(session: Session, change: Remove, signal: AbortSignal): Promise<Committed> {
  const answer = await sendDelete(session, change.path, { 'If-Match': writeEtag(change.expect) }, signal)
  if (answer === 'done') return DONE
  // A condition on something that is not there fails as well.
  const found = await look(session, change.path, signal)
  return found === undefined ? DONE : { as: 'stale', found }
}

const DONE: Committed = { as: 'done', entry: undefined }

/**
 * Looks first, because the servers remove collections with all that is in them and whatever condition the request has. A tree
 * must have the recursive etag that was seen; otherwise it must be empty.
 */
async function removeDirectory(session: Session, change: Remove, signal: AbortSignal): Promise<Committed> {
  const { path, tree } = change
  const depth = tree === 'tree' ? '0' : '1'
  const listing = await list(session, { at: segmentsAt(session, path), depth, properties: LISTED, place: path }, signal)
  if (listing === undefined) return DONE
  const found = entryOfResponse(listing.self)
  const empty = listing.children.length === 0 && listing.faulty.length === 0
  const asSeen =
    tree === 'tree'
      ? found.kind === 'directory' && found.stamp === change.expect
      : empty && isSame(found, change.expect)
  if (!asSeen) return { as: 'stale', found }
  const answer = await sendDelete(session, path, {}, signal)
  return answer === 'done' ? DONE : { as: 'stale', found: await look(session, path, signal) }
}

async function sendDelete(
  session: Session,
  path: Path,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<'done' | 'refused'> {
  const request = { method: 'DELETE', path: hrefAt(session, path), headers, repeat: 'safe' } as const
  const answer = await session.client.request(request, signal)
  if (answer.status === 412) return 'refused'
  if (answer.status >= 300 && !isProvenMissing(answer)) throw refusalOf(session, answer, `remove ${path}`, path)
  await answer.drop()
  return 'done'
}

const LAST_MODIFIED = dav('lastmodified')

/** Sets the time with the property that these servers keep for it, and looks whether it took. */
async function setMetadata(session: Session, change: SetMetadata, signal: AbortSignal): Promise<Committed> {
  const { path, expect } = change
  const seconds = secondsOf(change.mtimeNs)
  const before = await look(session, path, signal)
  if (!isSame(before, expect)) return { as: 'stale', found: before }
  if (seconds === undefined || before?.kind !== 'file') return { as: 'done', entry: before }
  const answer = await session.client.request(
    {
      method: 'PROPPATCH',
      path: hrefAt(session, path),
      headers: { 'Content-Type': 'text/xml; charset=utf-8', 'If-Match': writeEtag(expect) },
      body: writeProppatch(new Map([[LAST_MODIFIED, String(seconds)]])),
    },
    signal,
  )
  if (answer.status === 412) return { as: 'stale', found: await look(session, path, signal) }
  if (answer.status !== 207) throw refusalOf(session, answer, `set the time of ${path}`, path)
  const set = parseMultistatus(await answer.text()).some(response => response.props.has(LAST_MODIFIED))
  const after = await look(session, path, signal)
  if (set && after?.kind === 'file' && secondsOf(after.mtimeNs) === seconds) return { as: 'done', entry: after }
  session.memory.set('sets-mtime', 'with-content')
  throw new SyncError('unsupported', `${session.host} does not set times without new content.`, { path })
}
