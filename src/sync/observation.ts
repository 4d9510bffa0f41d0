// What the remote shows, compared with what was agreed: the paths that are not as agreed there, and where nobody could look.
import type { AgreedStamp, PairRecords } from '../index/folder-index.ts'
import type { Agreement } from '../model/agreement.ts'
import type { Entry, Rights, Stamp } from '../model/entry.ts'
import { asReplicaError, type SyncError } from '../model/errors.ts'
import { ancestorsOf, isWithin, type Path, type Place, parentOf, pathIn, ROOT, rebasePath } from '../model/path.ts'
import type { Observation, Replica, Seen, Unusable } from '../replica/replica.ts'
import type { IgnoreRules } from '../scan/ignore-rules.ts'
import { forgettingVanished } from './holding-ignored.ts'
import type { Outcome } from './outcome.ts'

export interface RemoteView {
  /** Nothing was left out when it was looked at: what is not in `dirty` is as agreed. */
  readonly isWhole: boolean
  /** Paths that are not as agreed; undefined: certainly not there. */
  readonly dirty: Map<Path, Entry | undefined>
  /** Places that could not be listed. */
  readonly unlisted: Map<Place, SyncError>
  /** The recursive stamps of the places that were listed. */
  readonly stamps: Map<Place, Stamp>
  /** Directories that show another stamp than when they were seen last, and were not entered: somebody else has to. */
  readonly passedBy: Set<Path>
  /** What the other side does not permit everything of. */
  readonly rights: Map<Path, Rights>
  /** Places that hold something ignored which is not junk. */
  readonly leftAlone: Set<Place>
  readonly unusable: readonly (Unusable & { readonly place: Place })[]
}

export interface ObserveParts {
  readonly remote: Pick<Replica, 'observe'>
  readonly records: PairRecords
  readonly ignore: IgnoreRules
  /** Whether remembered stamps may be used for pruning. */
  readonly prune: 'prune' | 'everything'
  /** Whether `remote` leaves something out. */
  readonly reach: 'everything' | 'some places'
  readonly onPlace?: (places: number) => void
}

/** Observes what `remote` shows. Throws when its root cannot be listed. */
export async function observeRemote(parts: ObserveParts, signal: AbortSignal): Promise<RemoteView> {
  const view = {
    isWhole: parts.reach === 'everything',
    dirty: new Map<Path, Entry | undefined>(),
    unlisted: new Map<Place, SyncError>(),
    stamps: new Map<Place, Stamp>(),
    passedBy: new Set<Path>(),
    rights: new Map(JSON.parse(parts.records.get(RIGHTS) ?? '[]') as [Path, Rights][]),
    leftAlone: new Set(JSON.parse(parts.records.get(LEFT_ALONE) ?? '[]') as Place[]),
    unusable: [] as (Unusable & { place: Place })[],
  }
  const { remote, records, ignore } = parts
  const forgetVanished = forgettingVanished(view.leftAlone)
  let places = 0
  const seen = {
    directory: (place: Place) => (parts.prune === 'prune' ? records.seen(place) : undefined),
    ...(parts.prune === 'prune' ? { rolls: records } : {}),
    skips: (path: Path) => ignore.verdict(path, 'directory') !== 'kept' && !ignore.mayHoldKept(path),
  }
  for await (const observation of observing(remote, seen, signal)) {
    places += 1
    parts.onPlace?.(places)
    if (observation.place !== '') view.passedBy.delete(observation.place)
    if (observation.as === 'same') view.leftAlone.delete(observation.place)
    if (observation.as === 'unreadable') view.unlisted.set(observation.place, observation.error)
    if (observation.as !== 'listing') continue
    if (observation.stamp !== undefined) view.stamps.set(observation.place, observation.stamp)
    for (const item of observation.unusable ?? []) view.unusable.push({ ...item, place: observation.place })
    if (observation.stamp !== undefined && parts.reach === 'some places') notePassedBy(observation, view, parts)
    forgetVanished(observation.place, observation.children)
    compareListing(observation, view, parts)
  }
  return view
}

/** Until they are entered. What is ignored as a whole never is. */
function notePassedBy({ place, children }: Listing, { passedBy }: RemoteView, { records, ignore }: ObserveParts): void {
  for (const [name, entry] of children) {
    if (entry.kind !== 'directory') continue
    const path = pathIn(place, name)
    const isEntered = ignore.verdict(path, 'directory') === 'kept' || ignore.mayHoldKept(path)
    if (isEntered && records.seen(path) !== entry.stamp) passedBy.add(path)
  }
}

/** What ends an observation concerns the whole side, whatever path it met first: without the root nothing can be told of anything. */
async function* observing(
  remote: Pick<Replica, 'observe'>,
  seen: Seen,
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  try {
    yield* remote.observe(seen, signal)
  } catch (error) {
    throw asReplicaError(error)
  }
}

type Listing = Extract<Observation, { as: 'listing' }>

function compareListing({ place, children }: Listing, view: RemoteView, { records, ignore }: ObserveParts): void {
  const agreed = new Map(records.remoteStampsIn(place).map(stamp => [stamp.path, stamp]))
  view.leftAlone.delete(place)
  for (const [name, entry] of children) {
    const path = pathIn(place, name)
    const agreement = agreed.get(path)
    agreed.delete(path)
    const verdict = ignore.verdict(path, entry.kind === 'directory' ? 'directory' : 'other')
    if (verdict === 'ignored') view.leftAlone.add(place)
    if (verdict !== 'kept' && agreement === undefined) continue
    // Of files only those are remembered that were refused once: a big read-only share has too many.
    if (entry.kind === 'directory' || view.rights.has(path)) noteRights(path, entry, view.rights)
    if (agreement !== undefined && isAsAgreed(entry, agreement)) continue
    view.dirty.set(path, entry)
    if (agreement?.kind === 'directory' && entry.kind !== 'directory' && entry.kind !== 'blocked')
      proveAbsent(path, view, records)
  }
  for (const { path, kind } of agreed.values()) {
    view.dirty.set(path, undefined)
    if (kind === 'directory') proveAbsent(path, view, records)
  }
}

/** A look showed nothing at `path`. */
export function noteAbsent(path: Path, view: RemoteView, records: PairRecords): void {
  view.dirty.set(path, undefined)
  if (records.agreement(path)?.kind === 'directory') proveAbsent(path, view, records)
}

/**
 * What was not there when others were listened to may be there by now, and what was agreed with them is judged by what they say now: nothing
 * is to be taken for deleted in between. It costs no waiting where all that they said is at hand.
 */
export async function lookForAbsent(view: RemoteView, remote: Replica, signal: AbortSignal): Promise<void> {
  if (remote.can.isAnnouncedTo !== true) return
  for (const [path, entry] of view.dirty) {
    const found = entry === undefined ? await remote.look(path, signal) : undefined
    if (found !== undefined) view.dirty.set(path, found)
  }
}

/** There is no such directory, says the listing of its parent or a look, so nothing that was agreed below it is there. */
function proveAbsent(place: Path, view: RemoteView, records: PairRecords): void {
  for (const left of view.leftAlone) if (isWithin(left as Path, place)) view.leftAlone.delete(left)
  for (const { path } of records.agreementsBelow(place)) view.dirty.set(path, undefined)
}

function isAsAgreed(entry: Entry, agreed: Agreement | AgreedStamp): boolean {
  if (entry.kind === 'blocked' || entry.kind !== agreed.kind) return false
  if (entry.kind !== 'directory') return entry.stamp === agreed.remote
  const isSameMode = entry.mode === undefined || agreed.mode === undefined || entry.mode === agreed.mode
  return isSameMode && (entry.id === undefined || entry.id === agreed.remoteId)
}

/** What is remembered with the stamps of places, because a pruned place is not listed again. */
const LEFT_ALONE = 'left-alone'
const RIGHTS = 'rights'

/** Remembers what `entry` does not permit; nothing where it permits everything. */
export function noteRights(path: Path, entry: Entry | undefined, rights: Map<Path, Rights>): void {
  const told = entry === undefined || entry.kind === 'blocked' || entry.kind === 'symlink' ? undefined : entry.rights
  if (told !== undefined && entry !== undefined && isRestricted(told, entry.kind)) rights.set(path, told)
  else rights.delete(path)
}

function isRestricted(rights: Rights, kind: Entry['kind']): boolean {
  const { write, remove, rename, move, addFiles, addDirectories } = rights
  return !(remove && rename && move && (kind === 'file' ? write : addFiles && addDirectories))
}

/** The place that could not be listed and that `path` is in, if any. */
export function unlistedAbove(path: Path, { unlisted }: RemoteView): Place | undefined {
  if (unlisted.size === 0) return undefined
  if (unlisted.has(ROOT)) return ROOT
  for (const place of ancestorsOf(path)) if (unlisted.has(place)) return place
  return undefined
}

/** What the remote showed that is still not what was agreed: however a step ended, this is what counts. */
export function* unsettledIn(dirty: RemoteView['dirty'], records: PairRecords): Generator<Path> {
  for (const [path, entry] of dirty) {
    const agreed = records.agreement(path)
    const isSettled = agreed === undefined || entry === undefined ? agreed === entry : isAsAgreed(entry, agreed)
    if (!isSettled) yield path
  }
}

/**
 * What is known of the remote after these outcomes without looking at it again: `dirty` without what was agreed on since, and with
 * what was moved there at its new place; `unknown` are paths that have to be looked at.
 */
export function followOutcomes(
  before: RemoteView['dirty'],
  outcomes: readonly Outcome[],
): { readonly dirty: RemoteView['dirty']; readonly unknown: readonly Path[] } {
  const dirty = new Map(before)
  const unknown: Path[] = []
  let found: Movable | undefined
  const movable = () => {
    found ??= new Movable(dirty)
    return found
  }
  for (const { as, step } of outcomes) {
    if (as !== 'done') continue
    if (step.do === 'move' && step.on === 'remote') followMove(movable(), step.from, step.path)
    else if (step.do === 'move' || step.do === 'follow') followAgreements(movable(), step.from, step.path)
    else {
      dirty.delete(step.path)
      if (step.do === 'remove') for (const path of step.below ?? []) dirty.delete(path)
      if (step.do === 'set-aside' && step.on === 'remote') unknown.push(step.as)
    }
  }
  return { dirty, unknown }
}

/** What is dirty, where what is in a place is found without looking through all of it when that is nothing: many files may move at once. */
class Movable {
  readonly dirty: RemoteView['dirty']
  /** Places with something in them, and maybe some that had. */
  readonly #holding = new Set<Path>()

  constructor(dirty: RemoteView['dirty']) {
    this.dirty = dirty
    for (const path of dirty.keys()) this.#enter(path)
  }

  within(place: Path): readonly (readonly [Path, Entry | undefined])[] {
    if (this.#holding.has(place)) return [...this.dirty].filter(([path]) => isWithin(path, place))
    return this.dirty.has(place) ? [[place, this.dirty.get(place)]] : []
  }

  set(path: Path, entry: Entry | undefined): void {
    this.dirty.set(path, entry)
    this.#enter(path)
  }

  #enter(path: Path): void {
    for (const place of ancestorsOf(path)) this.#holding.add(place)
  }
}

function followMove(movable: Movable, from: Path, to: Path): void {
  // The place was free, and maybe seen to be: now what came is there.
  for (const [path] of movable.within(to)) movable.dirty.delete(path)
  for (const [path, entry] of movable.within(from)) {
    movable.dirty.delete(path)
    movable.set(rebasePath(path, from, to), entry)
  }
}

/** The agreements went to where the remote already had it: what was absent at the old place is absent at the new one, unless it was seen there. */
function followAgreements(movable: Movable, from: Path, to: Path): void {
  for (const [path, entry] of movable.within(from)) {
    if (entry !== undefined) continue
    const now = rebasePath(path, from, to)
    movable.dirty.delete(path)
    if (!movable.dirty.has(now)) movable.set(now, undefined)
  }
}

/** Remembers the stamps of the places below which everything is as agreed now. `open` are paths that are not as agreed on the remote. */
export function markSeen(view: RemoteView, open: Iterable<Path>, records: PairRecords): void {
  const stamps = new Map(view.stamps)
  const spoil = (place: Place) => {
    for (let above = place; above !== ''; above = parentOf(above)) stamps.delete(above)
    stamps.delete(ROOT)
  }
  for (const path of open) spoil(parentOf(path))
  for (const place of view.unlisted.keys()) spoil(place)
  for (const path of view.passedBy) spoil(parentOf(path))
  for (const { place } of view.unusable) spoil(place)
  records.markSeen(stamps)
  records.set(LEFT_ALONE, JSON.stringify([...view.leftAlone]))
  records.set(RIGHTS, JSON.stringify([...view.rights]))
}
