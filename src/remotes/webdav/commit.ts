// Makes changes on the server, each only where it still shows what was expected.
import type { Entry } from '../../model/entry.ts'
import { SyncError } from '../../model/errors.ts'
import { nameOf, type Path, type Place, parentOf } from '../../model/path.ts'
import type { Commit, Committed, Tried } from '../../replica/replica.ts'
import { writeEtag } from '../../wire/dav/etags.ts'
import { faultOf } from '../http/faults.ts'
import type { HttpRequest } from '../http/message.ts'
import { HIDES_DOTS, PARALLEL } from './capabilities.ts'
import { tryMany } from './many.ts'
import { setMtime } from './mtime.ts'
import { type Committer, type Done, differing, isAsExpected, type Put, put, sendMove, WRITTEN } from './put.ts'
import { collectionHref, hrefOf, lookAt, namesOf, propfind, send } from './site.ts'
import { DIRECTORY, guardingEtag } from './stamps.ts'
import type { Traits } from './traits.ts'

type Move = Extract<Commit, { do: 'move' }>
type Remove = Extract<Commit, { do: 'remove' }>
type SetMetadata = Extract<Commit, { do: 'set-metadata' }>

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
  const etag = guardingEtag(expect)
  const failed = { doing: `remove ${path}`, path }
  const remove: HttpRequest = { method: 'DELETE', path: hrefOf(at.site, path) }
  if (at.traits.ifMatchOnDelete && etag !== undefined) {
    const headers = { 'If-Match': writeEtag(etag) }
    const answer = await send(at.site, { ...remove, headers, repeat: 'safe' }, failed, [404, 412], signal)
    if (answer.status !== 412) return { as: 'done', entry: undefined }
    // The file was changed, or its etag is called weak because it is young: our own look tells.
  }
  const stale = await differing(at, path, expect, signal)
  if (stale !== undefined) return stale
  await send(at.site, remove, failed, [404], signal)
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
