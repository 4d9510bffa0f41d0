// Lists a plain server directory by directory; its stamps say nothing of what is below, so every one is listed.
import type { Entry, Stamp } from '../../model/entry.ts'
import { asSyncError, SyncError } from '../../model/errors.ts'
import { type Path, type Place, pathIn } from '../../model/path.ts'
import type { Observation, Seen, Unusable } from '../../replica/replica.ts'
import { meaningOfHref } from '../../wire/dav/hrefs.ts'
import { nonsense } from '../http/faults.ts'
import { collectionHref, entryOf, isOurs, namesOf, propfind, type Site } from './site.ts'
import { parseStamp, unsettled } from './stamps.ts'

const IN_FLIGHT = 8
/** A state younger than this may be followed by another with the same stamp, where stamps are made of seconds. */
const SETTLE_MS = 2000

export interface Observer {
  readonly site: Site
  /** Whether a rewrite always shows. */
  precise(): boolean
  /** Whether we wrote this state ourselves, and so know what is behind it. */
  wrote(path: Path, stamp: Stamp): boolean
  /** Told of every complete listing: its number of children, and the names that are ours. */
  listed(place: Place, children: number, ours: readonly Leftover[]): void
}

export interface Leftover {
  readonly name: string
  /** Age by the server's clock; undefined when it cannot be known. */
  readonly ageMs: number | undefined
}

export async function* observe(observer: Observer, seen: Seen, signal: AbortSignal): AsyncGenerator<Observation> {
  signal.throwIfAborted()
  // What is still under way when the caller leaves, or when all is lost, need not be finished.
  const leaving = new AbortController()
  const leave = () => leaving.abort(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  try {
    yield* walk(observer, seen, leaving.signal)
  } finally {
    signal.removeEventListener('abort', leave)
    leaving.abort()
  }
}

async function* walk(observer: Observer, seen: Seen, signal: AbortSignal): AsyncGenerator<Observation> {
  const waiting: Place[] = ['']
  const going = new Map<Place, Promise<Observation>>()
  while (waiting.length > 0 || going.size > 0) {
    while (going.size < IN_FLIGHT && waiting.length > 0) {
      const place = waiting.pop() ?? ''
      going.set(place, observePlace(observer, place, signal))
    }
    const observation = await Promise.race(going.values())
    going.delete(observation.place)
    if (observation.as === 'listing') {
      for (const [name, entry] of observation.children) {
        const path = pathIn(observation.place, name)
        if (entry.kind === 'directory' && !seen.skips(path)) waiting.push(path)
      }
    }
    yield observation
  }
}

async function observePlace(observer: Observer, place: Place, signal: AbortSignal): Promise<Observation> {
  try {
    const listing = await listSettled(observer, place, signal)
    if (listing !== undefined) return { as: 'listing', place, stamp: undefined, ...listing }
    throw missing(observer.site, place)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (place === '' || !(error instanceof SyncError) || error.scope !== 'entry') throw error
    return { as: 'unreadable', place, error: asSyncError(error, place) }
  }
}

function missing(site: Site, place: Place): SyncError {
  const { host } = site.client.base
  if (place !== '')
    return new SyncError('missing', `${place} went away on ${host} while it was being listed.`, { path: place })
  return new SyncError(
    'wrong-place',
    `There is no such directory on ${host}. If it was renamed there, use its new address.`,
  )
}

export interface Listing {
  readonly children: ReadonlyMap<string, Entry>
  readonly unusable: readonly Unusable[]
}

interface Dated extends Listing {
  /** How long until everything in it is older than its stamps' precision. */
  readonly settlesInMs: number
}

/**
 * Where stamps are made of seconds a listing waits until its youngest file is older than that, once: a stamp taken earlier could
 * hide a rewrite for ever. What is rewritten all the time gets a stamp that will not be equal next time.
 */
async function listSettled(observer: Observer, place: Place, signal: AbortSignal): Promise<Listing | undefined> {
  const first = await list(observer, place, 'settled-later', signal)
  if (first === undefined || first.settlesInMs === 0) return first
  await observer.site.world.clock.sleep(first.settlesInMs, signal)
  return list(observer, place, 'mark-unsettled', signal)
}

/** The children of a directory now; undefined when it is not there. Throws when it cannot be known. */
export async function listPlace(observer: Observer, place: Place, signal: AbortSignal): Promise<Listing | undefined> {
  return list(observer, place, 'settled-later', signal)
}

async function list(
  observer: Observer,
  place: Place,
  young: 'settled-later' | 'mark-unsettled',
  signal: AbortSignal,
): Promise<Dated | undefined> {
  const { site } = observer
  const failed = { doing: `list ${place === '' ? 'the directory' : place}`, ...(place === '' ? {} : { path: place }) }
  const listed = await propfind(site.client, collectionHref(site, place), '1', failed, signal)
  if (listed === undefined) return undefined
  const base = [...site.shown, ...namesOf(place)]
  const children = new Map<string, Entry>()
  const unusable: Unusable[] = []
  const ours: Leftover[] = []
  let self: Entry | undefined
  let settlesInMs = 0
  for (const response of listed.responses) {
    const meaning = meaningOfHref(response.href, base)
    const entry = entryOf(response)
    if (meaning.as === 'self') self = entry
    else if (meaning.as === 'fault') unusable.push({ name: meaning.name, reason: reasonOf(meaning.fault) })
    else if (isOurs(meaning.name)) ours.push({ name: meaning.name, ageMs: ageOf(entry, listed.serverMs) })
    else if (children.has(meaning.name)) children.set(meaning.name, { kind: 'blocked', why: 'unreadable' })
    else {
      const wait = settlesIn(observer, pathIn(place, meaning.name), entry, listed.serverMs)
      settlesInMs = Math.max(settlesInMs, wait)
      const doubtful = wait > 0 && young === 'mark-unsettled' && entry.kind === 'file'
      children.set(meaning.name, doubtful ? { ...entry, stamp: unsettled(entry.stamp) } : entry)
    }
  }
  // A listing without the directory itself is not one we can trust to be complete.
  if (self?.kind !== 'directory')
    throw nonsense(site.client.base.host, failed, 'its answer does not show the directory itself')
  observer.listed(place, children.size, ours)
  return { children, unusable, settlesInMs }
}

function settlesIn(observer: Observer, path: Path, entry: Entry, serverMs: number | undefined): number {
  if (entry.kind !== 'file' || observer.precise() || serverMs === undefined) return 0
  const age = ageOf(entry, serverMs) ?? SETTLE_MS
  // A time from the future will not pass while we wait.
  if (age >= SETTLE_MS || age < -SETTLE_MS || observer.wrote(path, entry.stamp)) return 0
  return SETTLE_MS - age
}

function ageOf(entry: Entry, serverMs: number | undefined): number | undefined {
  const mtimeMs = entry.kind === 'file' ? parseStamp(entry.stamp)?.mtimeMs : undefined
  return mtimeMs === undefined || serverMs === undefined ? undefined : serverMs - mtimeMs
}

const REASONS: Readonly<Record<string, string>> = {
  'not-unicode': 'the name is not valid Unicode',
  dot: 'the name would lead out of the folder',
  separator: "the name has a '/' in it",
  nul: 'the name has a NUL character in it',
  'too-long': 'the name is too long',
  elsewhere: 'the server lists it here although it is elsewhere',
}

function reasonOf(fault: string): string {
  return REASONS[fault] ?? 'the name cannot be used'
}
