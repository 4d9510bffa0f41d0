// Makes changes on the server, each only where it still shows what was expected.
import type { Entry, Stamp } from '../../model/entry.ts'
import { SyncError } from '../../model/errors.ts'
import { nameOf, type Path, type Place, parentOf } from '../../model/path.ts'
import type { Commit, Committed, Expect, Tried } from '../../replica/replica.ts'
import { writeEtag } from '../../wire/dav/etags.ts'
import { parseMultistatus } from '../../wire/dav/multistatus.ts'
import { dav } from '../../wire/dav/names.ts'
import { writeProppatch } from '../../wire/dav/proppatch.ts'
import { XmlFault } from '../../wire/dav/xml.ts'
import { faultOf } from '../http/faults.ts'
import type { HttpAnswer, HttpRequest } from '../http/message.ts'
import { HIDES_DOTS, PARALLEL } from './capabilities.ts'
import { tryMany } from './many.ts'
import type { Listing } from './observe.ts'
import { collectionHref, destination, hrefOf, lookAt, namesOf, propfind, type Site, send } from './site.ts'
import { newUploadName, placeOfStaged, putHeaders, putUpload, type Waiting } from './stage.ts'
import { DIRECTORY, parseStamp } from './stamps.ts'
import type { Traits } from './traits.ts'

export interface Committer {
  readonly site: Site
  readonly traits: Traits
  readonly waiting: Waiting
  /** Told of every state that we wrote. */
  wrote(path: Path, stamp: Stamp): void
  /** All that is in a directory now. */
  list(place: Place, signal: AbortSignal): Promise<Listing | undefined>
  /** How many children a directory had when last listed. */
  childrenOf(place: Place): number
}

type Put = Extract<Commit, { do: 'put' }>
type Move = Extract<Commit, { do: 'move' }>
type Remove = Extract<Commit, { do: 'remove' }>
type SetMetadata = Extract<Commit, { do: 'set-metadata' }>

/** A put that was done, and of which only the server knows what it looks like. */
const WRITTEN = 'written'
type Done = Committed | typeof WRITTEN

export async function commitOne(at: Committer, change: Commit, signal: AbortSignal): Promise<Committed> {
  const done = await act(at, change, signal)
  return done === WRITTEN && change.do === 'put'
    ? written(at, change, await lookAt(at.site, change.path, signal))
    : (done as Committed)
}

/** The same for many; what was written into one directory is looked at with one request when it is a good part of it. */
export async function commitAll(
  at: Committer,
  changes: readonly Commit[],
  signal: AbortSignal,
): Promise<readonly Tried<Committed>[]> {
  const results = await tryMany(changes, PARALLEL, signal, change => act(at, change, signal))
  const groups = new Map<Place, number[]>()
  for (const [i, change] of changes.entries()) {
    if (results[i] !== WRITTEN || change.do !== 'put') continue
    const place = parentOf(change.path)
    groups.set(place, [...(groups.get(place) ?? []), i])
  }
  const looked = await tryMany([...groups], PARALLEL, signal, group => lookAtGroup(at, changes, group, signal))
  for (const [g, [, indexes]] of [...groups].entries()) {
    const found = looked[g]
    for (const [n, i] of indexes.entries())
      results[i] = found instanceof Error ? found : (found?.[n] as Tried<Committed>)
  }
  return results as Tried<Committed>[]
}

async function lookAtGroup(
  at: Committer,
  changes: readonly Commit[],
  [place, indexes]: readonly [Place, readonly number[]],
  signal: AbortSignal,
): Promise<readonly Tried<Committed>[]> {
  const puts = indexes.map(i => changes[i] as Put)
  const worthListing = puts.length >= 4 && puts.length * 10 >= at.childrenOf(place)
  const listing = worthListing ? await at.list(place, signal) : undefined
  return tryMany(puts, PARALLEL, signal, async put =>
    written(at, put, listing ? listing.children.get(nameOf(put.path)) : await lookAt(at.site, put.path, signal)),
  )
}

function written(at: Committer, put: Put, found: Entry | undefined): Committed {
  // Somebody was faster than our look: what is there is not what we wrote.
  if (found?.kind !== 'file' || found.size !== put.staged.size) return { as: 'stale', found }
  at.wrote(put.path, found.stamp)
  return { as: 'done', entry: found }
}

async function act(at: Committer, change: Commit, signal: AbortSignal): Promise<Done> {
  requireShown(at.traits, change.do === 'move' ? change.to : change.path)
  switch (change.do) {
    case 'put':
      return put(at, change, signal)
    case 'make-directory':
      return makeDirectory(at, change.path, signal)
    case 'move':
      return move(at, change, signal)
    case 'remove':
      return change.kind === 'directory' ? removeDirectory(at, change, signal) : removeFile(at, change, signal)
    case 'set-metadata':
      return setMetadata(at, change, signal)
    case 'make-symlink':
      throw new SyncError('unsupported', 'WebDAV has no symbolic links.', { path: change.path })
  }
}

/** What the server would not list would look deleted in the next run. */
function requireShown(traits: Traits, path: Path): void {
  if (!traits.hidesDots || !namesOf(path).some(name => name.startsWith('.'))) return
  throw new SyncError('name-not-allowed', `${path} stays here: ${HIDES_DOTS}.`, { path })
}

// --- put ---

async function put(at: Committer, change: Put, signal: AbortSignal): Promise<Done> {
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
  const etag = parseStamp(expect)?.etag
  return traits.ifMatch && etag !== undefined ? { 'If-Match': writeEtag(etag) } : undefined
}

/** `stale` with what is there, when it is not what is expected. */
async function differing(
  at: Committer,
  path: Path,
  expect: Expect,
  signal: AbortSignal,
): Promise<Committed | undefined> {
  const found = await lookAt(at.site, path, signal)
  return isAsExpected(found, expect) ? undefined : { as: 'stale', found }
}

function isAsExpected(found: Entry | undefined, expect: Expect): boolean {
  if (found === undefined || expect === 'absent') return found === undefined && expect === 'absent'
  return found.kind !== 'blocked' && found.stamp === expect
}

/** Where the server would make missing directories by itself, a put must not bring back one that was removed. */
async function requireParent(at: Committer, change: Put, signal: AbortSignal): Promise<void> {
  const parent = parentOf(change.path)
  if (!at.traits.makesParents || change.expect !== 'absent' || parent === '') return
  const found = await lookAt(at.site, parent, signal)
  if (found?.kind === 'directory') return
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

async function sendMove(
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

// --- the others ---

/** What servers say when there is something already: a directory, or (Apache: 400) a file. */
const IN_THE_WAY = [400, 404, 405, 409, 412]

async function makeDirectory(at: Committer, path: Path, signal: AbortSignal): Promise<Committed> {
  const failed = { doing: `make the directory ${path}`, path }
  const wanted: HttpRequest = { method: 'MKCOL', path: collectionHref(at.site, path), repeat: 'safe' }
  const answer = await send(at.site, wanted, failed, IN_THE_WAY, signal)
  if (answer.status < 400) return { as: 'done', entry: { kind: 'directory', stamp: DIRECTORY } }
  const found = await lookAt(at.site, path, signal)
  if (found === undefined) throw faultOf(at.site.client.base.host, answer, failed)
  return found.kind === 'directory' ? { as: 'done', entry: found } : { as: 'stale', found }
}

async function move(at: Committer, { from, to, kind, expect }: Move, signal: AbortSignal): Promise<Committed> {
  const { site } = at
  const stale = await differing(at, from, expect, signal)
  if (stale !== undefined) return stale
  if (!at.traits.moveGuarded) {
    const taken = await lookAt(site, to, signal)
    if (taken !== undefined) return { as: 'stale', found: taken }
  }
  const href = kind === 'directory' ? collectionHref : hrefOf
  const failed = { doing: `move ${from} to ${to}`, path: from }
  const answer = await sendMove(site, href(site, from), href(site, to), 'F', failed, signal)
  const found = await lookAt(site, to, signal)
  if (answer.status < 400) {
    if (found?.kind === 'file') at.wrote(to, found.stamp)
    return { as: 'done', entry: found }
  }
  if (found !== undefined) return { as: 'stale', found }
  const left = await lookAt(site, from, signal)
  if (!isAsExpected(left, expect)) return { as: 'stale', found: left }
  throw faultOf(site.client.base.host, answer, failed)
}

async function removeFile(at: Committer, { path, expect }: Remove, signal: AbortSignal): Promise<Committed> {
  const stale = await differing(at, path, expect, signal)
  if (stale !== undefined) return stale
  const failed = { doing: `remove ${path}`, path }
  await send(at.site, { method: 'DELETE', path: hrefOf(at.site, path) }, failed, [404], signal)
  return { as: 'done', entry: undefined }
}

/** DELETE takes everything below along, so the directory must be seen to be empty right before. */
async function removeDirectory(at: Committer, { path }: Remove, signal: AbortSignal): Promise<Committed> {
  const failed = { doing: `remove the directory ${path}`, path }
  const now = await lookAt(at.site, path, signal)
  if (now?.kind !== 'directory') return { as: 'stale', found: now }
  const listed = await propfind(at.site.client, collectionHref(at.site, path), '1', failed, signal)
  if (listed === undefined) return { as: 'stale', found: undefined }
  if (listed.responses.length !== 1) return { as: 'stale', found: now }
  await send(at.site, { method: 'DELETE', path: collectionHref(at.site, path) }, failed, [404], signal)
  return { as: 'done', entry: undefined }
}

async function setMetadata(at: Committer, change: SetMetadata, signal: AbortSignal): Promise<Committed> {
  const stale = await differing(at, change.path, change.expect, signal)
  if (stale !== undefined) return stale
  const { mtimeProperty } = at.traits
  if (change.mtimeNs !== undefined) {
    if (mtimeProperty === '')
      throw new SyncError('unsupported', 'This server keeps its own times.', { path: change.path })
    await setMtime(at.site, mtimeProperty, change.path, change.mtimeNs, signal)
  }
  const found = await lookAt(at.site, change.path, signal)
  if (found?.kind === 'file') at.wrote(change.path, found.stamp)
  return { as: 'done', entry: found }
}

async function setMtime(site: Site, property: string, path: Path, mtimeNs: bigint, signal: AbortSignal): Promise<void> {
  const seconds = mtimeNs / 1_000_000_000n
  const value = property === dav('lastmodified') ? String(seconds) : new Date(Number(seconds) * 1000).toUTCString()
  const body = writeProppatch(new Map([[property, value]]))
  const headers = { 'Content-Type': 'application/xml; charset=utf-8' }
  const failed = { doing: `set the time of ${path}`, path }
  const wanted: HttpRequest = { method: 'PROPPATCH', path: hrefOf(site, path), headers, body, repeat: 'safe' }
  const answer = await site.client.request(wanted, signal)
  if (answer.status >= 400) throw faultOf(site.client.base.host, answer, failed)
  if (!tells(await answer.text(), property))
    throw new SyncError('unsupported', `${site.client.base.host} could not ${failed.doing}.`, { path })
}

/** Whether the reply to a PROPPATCH says that `property` was set. */
export function tells(text: string, property: string): boolean {
  try {
    return parseMultistatus(text).some(response => response.props.has(property))
  } catch (error) {
    if (error instanceof XmlFault) return false
    throw error
  }
}
