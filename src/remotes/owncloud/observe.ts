// Walks the server's tree with PROPFIND of depth 1, entering only the directories whose recursive etag is news.
import type { Entry } from '../../model/entry.ts'
import { asSyncError, SyncError } from '../../model/errors.ts'
import { faultOfPath, type PathFault, type Place, pathIn } from '../../model/path.ts'
import type { Observation, Seen, Unusable } from '../../replica/replica.ts'
import type { DavResponse } from '../../wire/dav/multistatus.ts'
import { entryOfResponse, FINGERPRINT, isMount, LISTED, LISTED_OF_ROOT } from '../../wire/owncloud/properties.ts'
import { type Listing, list } from './listing.ts'
import type { Mounts } from './mounts.ts'
import type { Restored } from './restored.ts'
import { type Session, segmentsAt } from './session.ts'

/** Requests under way at once; more makes the usual server slower, not faster. */
const PARALLEL = 8
/** So many places in a row that cannot be reached are not places but the server. */
const MAX_OFFLINE = 4

/** What is remembered between runs, besides what the caller remembers. */
export interface Watches {
  readonly restored: Restored
  readonly mounts: Mounts
}

type Observed = Observation & { readonly enter?: readonly Place[] }

/** Throws when the root cannot be listed; any other place is `unreadable` then. */
export async function* observe(
  session: Session,
  watches: Watches,
  known: Seen,
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  const seen = pruning(known, watches)
  if (await isIdle(session, watches, seen, signal)) {
    yield { as: 'unchanged', place: '' }
    return
  }
  const queue: Place[] = ['']
  const running = new Map<Place, Promise<Observed>>()
  let offline = 0
  while (queue.length > 0 || running.size > 0) {
    while (queue.length > 0 && running.size < PARALLEL) {
      // The last found goes first, so that a wide tree does not pile up.
      const place = queue.pop() ?? ''
      running.set(
        place,
        place === '' ? listPlace(session, watches, '', signal) : tryPlace(session, watches, place, signal),
      )
    }
    const found = await Promise.race(running.values())
    running.delete(found.place)
    offline = found.as === 'unreadable' && found.error.code === 'offline' ? offline + 1 : 0
    if (found.as === 'unreadable' && offline >= MAX_OFFLINE) throw found.error
    yield found
    if (found.as === 'listing') yield* enter(found, seen, queue)
  }
}

/** What of the caller's knowledge may be relied on: nothing after a restore, and no etag above a mount that is missed. */
function pruning(known: Seen, { restored, mounts }: Watches): Seen {
  return {
    skips: path => known.skips(path),
    directory: place => (restored.isRestored || mounts.isMissingWithin(place) ? undefined : known.directory(place)),
  }
}

/** Says which directories of a listing are as they were; the others are queued. */
function* enter(found: Observation & { as: 'listing' }, seen: Seen, queue: Place[]): Generator<Observation> {
  for (const [name, entry] of found.children) {
    if (entry.kind !== 'directory') continue
    const path = pathIn(found.place, name)
    if (seen.skips(path)) continue
    if (seen.directory(path) === entry.stamp) yield { as: 'unchanged', place: path }
    else queue.push(path)
  }
}

/** Whether the root's etag is the one we remember: then one small request was all. */
async function isIdle(session: Session, watches: Watches, seen: Seen, signal: AbortSignal): Promise<boolean> {
  const remembered = seen.directory('')
  if (remembered === undefined) return false
  const listing = await listRoot(session, '0', signal)
  const entry = checkedRoot(session, watches, listing.self)
  return !watches.restored.isRestored && entry.stamp === remembered
}

async function tryPlace(session: Session, watches: Watches, place: Place, signal: AbortSignal): Promise<Observed> {
  try {
    return await listPlace(session, watches, place, signal)
  } catch (error) {
    signal.throwIfAborted()
    const fault = asSyncError(error, place === '' ? undefined : place)
    if (isFatal(fault)) throw fault
    return { as: 'unreadable', place, error: fault }
  }
}

// A connection that breaks may be that one listing's fault; these are not.
function isFatal({ code }: SyncError): boolean {
  return code === 'maintenance' || code === 'unauthorized' || code === 'untrusted' || code === 'wrong-place'
}

async function listPlace(session: Session, watches: Watches, place: Place, signal: AbortSignal): Promise<Observed> {
  const listing = place === '' ? await listRoot(session, '1', signal) : await listBelow(session, place, signal)
  const self = place === '' ? checkedRoot(session, watches, listing.self) : entryOfResponse(listing.self)
  const stamp = self.kind === 'directory' ? self.stamp : undefined
  return { as: 'listing', place, stamp, ...childrenOf(listing, place, watches.mounts) }
}

async function listBelow(session: Session, place: Place, signal: AbortSignal): Promise<Listing> {
  const request = { at: segmentsAt(session, place), depth: '1', properties: LISTED, place } as const
  const listing = await list(session, request, signal)
  // The parent's listing showed it a moment ago. It may be gone now, but one contradiction proves nothing.
  if (listing === undefined) throw new SyncError('missing', `${place} vanished from ${session.host} while we looked.`)
  return listing
}

async function listRoot(session: Session, depth: '0' | '1', signal: AbortSignal): Promise<Listing> {
  const listing = await list(session, { at: session.root, depth, properties: LISTED_OF_ROOT, place: '' }, signal)
  if (listing === undefined)
    throw isMet(session) ? wrongPlace(session, 'The directory to sync with is not there any more') : nowhere(session)
  return listing
}

/** The root's own entry, after making sure that it is the directory we know. Throws `wrong-place` otherwise. */
function checkedRoot(session: Session, watches: Watches, self: DavResponse): Entry & { kind: 'directory' } {
  const entry = entryOfResponse(self)
  if (entry.kind !== 'directory' || entry.id === undefined)
    throw wrongPlace(session, 'The place to sync with is not a directory, or the server does not say enough about it')
  const known = session.memory.get('root-id')
  if (known === undefined) session.memory.set('root-id', entry.id)
  else if (known !== entry.id) throw wrongPlace(session, 'The directory to sync with was replaced by another one')
  watches.restored.compare(self.props.get(FINGERPRINT)?.text.trim())
  return entry
}

function isMet({ memory }: Session): boolean {
  return memory.get('root-id') !== undefined
}

function nowhere({ host }: Session): SyncError {
  return new SyncError(
    'wrong-place',
    `There is no directory at this address (${host}). Check it, or make the directory there first.`,
  )
}

function wrongPlace(session: Session, what: string): SyncError {
  return new SyncError(
    'wrong-place',
    `${what} (${session.host}). Nothing was changed. Check the address. To begin anew with what is there now, remove the remote and add it again (without the daemon: \`syncline doctor FOLDER --forget REMOTE\`).`,
  )
}

function childrenOf(
  listing: Listing,
  place: Place,
  mounts: Mounts,
): { children: Map<string, Entry>; unusable?: Unusable[] } {
  const children = new Map<string, Entry>()
  const unusable: Unusable[] = listing.faulty.map(({ name, fault }) => ({ name, reason: REASONS[fault] }))
  for (const [name, response] of listing.children) {
    const fault = faultOfPath(pathIn(place, name))
    if (fault !== undefined) unusable.push({ name, reason: REASONS[fault] })
    else children.set(name, children.has(name) ? { kind: 'blocked', why: 'name-clash' } : entryOfResponse(response))
  }
  mounts.listed(place, new Set(listing.children.map(([name]) => name)), mountsIn(listing))
  for (const name of mounts.missingIn(place)) children.set(name, { kind: 'blocked', why: 'unlisted' })
  return unusable.length === 0 ? { children } : { children, unusable }
}

function mountsIn(listing: Listing): ReadonlySet<string> {
  return new Set(listing.children.filter(([, response]) => isMount(response)).map(([name]) => name))
}

const REASONS: Readonly<Record<PathFault | 'elsewhere' | 'malformed', string>> = {
  empty: 'the name is empty',
  dot: "the name is '.' or '..'",
  separator: "the name holds a '/'",
  nul: 'the name holds a NUL character',
  'not-unicode': 'the name is not valid Unicode',
  'too-long': 'the path is too long',
  'too-deep': 'it lies too deep',
  reserved: "the name is kept for Syncline's own state",
  elsewhere: 'the server listed it where it does not belong',
  malformed: 'the server wrote its address in a way that cannot be read',
}
