// Puts staged bytes in place under the guard of what is expected there.
import type { Entry, Stamp } from '../../model/entry.ts'
import { SyncError } from '../../model/errors.ts'
import { type Path, type Place, parentOf } from '../../model/path.ts'
import type { Commit, Committed, Expect } from '../../replica/replica.ts'
import { writeEtag } from '../../wire/dav/etags.ts'
import { faultOf } from '../http/faults.ts'
import type { HttpAnswer, HttpRequest } from '../http/message.ts'
import { setMtime } from './mtime.ts'
import type { Listing } from './observe.ts'
import { destination, hrefOf, lookAt, type Site, send } from './site.ts'
import { newUploadName, placeOfStaged, putHeaders, putUpload, type Waiting } from './stage.ts'
import { guardingEtag } from './stamps.ts'
import type { Traits } from './traits.ts'

export interface Committer {
  readonly site: Site
  readonly traits: Traits
  readonly waiting: Waiting
  /** Told of every state that we wrote. */
  wrote(path: Path, stamp: Stamp): void
  /** All that is in a directory now. */
  list(place: Place, signal: AbortSignal): Promise<Listing | undefined>
  /** What was found at directories that puts go to, for the time of one call. */
  readonly parents: Map<Place, Promise<Entry | undefined>>
  /** How many children a directory had when last listed. */
  childrenOf(place: Place): number
}

export type Put = Extract<Commit, { do: 'put' }>

/** A put that was done, and of which only the server knows what it looks like. */
export const WRITTEN = 'written'
export type Done = Committed | typeof WRITTEN

export async function put(at: Committer, change: Put, signal: AbortSignal): Promise<Done> {
  const staged = placeOfStaged(at.waiting, change.staged)
  const direct = staged instanceof Uint8Array && at.traits.atomicPut
  const condition = direct ? conditionOf(at.traits, change.expect) : undefined
  if (condition === undefined) {
    const found = await differing(at, change.path, change.expect, signal)
    if (found !== undefined) return found
  }
  await requireParent(at, change, signal)
  const stale = direct
    ? await putDirectly(at, change, staged, condition, signal)
    : await putByMove(at, change, staged, signal)
  if (stale !== undefined) return stale
  at.waiting.delete(change.staged.id)
  const { mtime, mtimeProperty } = at.traits
  if (mtime === 'proppatch' && change.mtimeNs !== undefined)
    await setMtime(at.site, mtimeProperty, change.path, change.mtimeNs, signal)
  return WRITTEN
}

/** The header by which the server itself checks `expect`; undefined when it would not. */
function conditionOf(traits: Traits, expect: Expect): Record<string, string> | undefined {
  if (expect === 'absent') return traits.ifNoneMatch ? { 'If-None-Match': '*' } : undefined
  const etag = guardingEtag(expect)
  return traits.ifMatch && etag !== undefined ? { 'If-Match': writeEtag(etag) } : undefined
}

/** `stale` with what is there, when it is not what is expected. */
export async function differing(
  at: Committer,
  path: Path,
  expect: Expect,
  signal: AbortSignal,
): Promise<Committed | undefined> {
  const found = await lookAt(at.site, path, signal)
  return isAsExpected(found, expect) ? undefined : { as: 'stale', found }
}

export function isAsExpected(found: Entry | undefined, expect: Expect): boolean {
  if (found === undefined || expect === 'absent') return found === undefined && expect === 'absent'
  return found.kind !== 'blocked' && found.stamp === expect
}

/** Where the server would make missing directories by itself, a put must not bring back one that was removed. */
async function requireParent(at: Committer, change: Put, signal: AbortSignal): Promise<void> {
  const parent = parentOf(change.path)
  if (!at.traits.makesParents || change.expect !== 'absent' || parent === '') return
  const looking = at.parents.get(parent) ?? lookAt(at.site, parent, signal)
  at.parents.set(parent, looking)
  if ((await looking)?.kind === 'directory') return
  throw new SyncError('missing', `The directory of ${change.path} is no longer on the server.`, { path: change.path })
}

async function putDirectly(
  at: Committer,
  change: Put,
  body: Uint8Array,
  condition: Record<string, string> | undefined,
  signal: AbortSignal,
): Promise<Committed | undefined> {
  const { site, traits } = at
  const failed = { doing: `take ${change.path}`, path: change.path }
  const headers = { ...putHeaders(traits, change.mtimeNs), ...condition }
  const repeat = condition === undefined ? 'unsent' : 'safe'
  const wanted: HttpRequest = { method: 'PUT', path: hrefOf(site, change.path), headers, body, repeat }
  const answer = await send(site, wanted, failed, [405, 409, 412], signal)
  if (answer.status < 400) return undefined
  const found = await lookAt(site, change.path, signal)
  if (!isAsExpected(found, change.expect)) return { as: 'stale', found }
  // Apache calls the etag of a young file weak, and a weak one never matches: then our own look has to do.
  if (answer.status === 412 && condition?.['If-Match'] !== undefined)
    return putDirectly(at, change, body, undefined, signal)
  throw faultOf(site.client.base.host, answer, failed)
}

/** By a name of our own and a move over, so that no reader sees half a file. */
async function putByMove(
  at: Committer,
  change: Put,
  staged: Uint8Array | Path,
  signal: AbortSignal,
): Promise<Committed | undefined> {
  const { site, traits } = at
  const upload = staged instanceof Uint8Array ? newUploadName(site) : staged
  if (staged instanceof Uint8Array) {
    await putUpload(site, traits, upload, { body: staged, mtimeNs: change.mtimeNs, path: change.path }, signal)
    // What was looked at before the bytes travelled is old by now.
    const found = await differing(at, change.path, change.expect, signal)
    if (found !== undefined) return dropUpload(at, upload, found, signal)
  }
  const failed = { doing: `put ${change.path} in place`, path: change.path }
  const overwrite = change.expect === 'absent' ? 'F' : 'T'
  const answer = await sendMove(site, hrefOf(site, upload), hrefOf(site, change.path), overwrite, failed, signal)
  if (answer.status < 400) return undefined
  const found = await lookAt(site, change.path, signal)
  const stale: Committed = { as: 'stale', found }
  if (!isAsExpected(found, change.expect))
    return staged instanceof Uint8Array ? dropUpload(at, upload, stale, signal) : stale
  throw faultOf(site.client.base.host, answer, failed)
}

async function dropUpload(at: Committer, upload: Path, result: Committed, signal: AbortSignal): Promise<Committed> {
  await send(
    at.site,
    { method: 'DELETE', path: hrefOf(at.site, upload), repeat: 'safe' },
    { doing: 'remove an upload' },
    [404],
    signal,
  )
  return result
}

export async function sendMove(
  site: Site,
  from: string,
  to: string,
  overwrite: 'T' | 'F',
  failed: { readonly doing: string; readonly path: Path },
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const headers = { Destination: destination(site, to), Overwrite: overwrite }
  // A second MOVE finds its source gone, and changes nothing.
  return send(site, { method: 'MOVE', path: from, headers, repeat: 'safe' }, failed, [404, 405, 409, 412], signal)
}
