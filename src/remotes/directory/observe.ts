// Lists the directory, one observation for each place, parents before children.
import type { Entry } from '../../model/entry.ts'
import { SyncError } from '../../model/errors.ts'
import {
  faultOfName,
  faultOfPath,
  isReserved,
  type Path,
  type PathFault,
  type Place,
  pathIn,
} from '../../model/path.ts'
import { callRolls, NONE_SAME } from '../../platform/roll.ts'
import { isMissing, type Listed, type Stat, type Tree } from '../../platform/tree.ts'
import type { Clock } from '../../platform/world.ts'
import type { Observation, Seen, Unusable } from '../../replica/replica.ts'
import { faultOf } from './faults.ts'
import { entryAt, settledEntry } from './look.ts'
import { entryOf, isRacy } from './stamps.ts'

/** Holds one listing and the names of directories still to enter; never the tree. */
export async function* observeTree(
  tree: Tree,
  clock: Clock,
  seen: Seen,
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  const called = seen.rolls === undefined ? NONE_SAME : await callRolls(tree, seen.rolls, signal)
  if (called.as === 'all') {
    yield { as: 'unchanged', place: '' }
    return
  }
  const same = new Map(called.same)
  const waiting: Place[] = ['']
  const enter = (path: Path) => {
    if (!seen.skips(path)) waiting.push(path)
  }
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    signal.throwIfAborted()
    const known = same.get(place)
    if (known !== undefined) {
      yield { as: 'same', place }
      for (const name of known.directories) enter(pathIn(place, name))
      continue
    }
    const observation = await observePlace(tree, clock, place, signal)
    yield observation
    if (observation.as !== 'listing') continue
    for (const [name, entry] of observation.children) {
      if (entry.kind === 'directory') enter(pathIn(place, name))
    }
  }
}

async function observePlace(tree: Tree, clock: Clock, place: Place, signal: AbortSignal): Promise<Observation> {
  try {
    return await listPlace(tree, clock, place, signal)
  } catch (error) {
    const fault = faultOf(error, place === '' ? undefined : place, tree.root)
    if (place === '' && isMissing(error)) throw lost(tree, error)
    // Without an own listing nothing below is taken as absent, also when the place vanished only now.
    if (fault instanceof SyncError && fault.scope === 'entry') return { as: 'unreadable', place, error: fault }
    throw fault
  }
}

async function listPlace(tree: Tree, clock: Clock, place: Place, signal: AbortSignal): Promise<Observation> {
  const children = new Map<string, Entry>()
  const unusable: Unusable[] = []
  const racy: { path: Path; name: string; stat: Stat }[] = []
  const all = await tree.list(place)
  const now = clock.now()
  for (const listed of all) {
    const { name, stat } = listed
    if (listed.fault === 'gone' || (place === '' && isReserved(name))) continue
    const reason = reasonAgainst(place, listed)
    if (reason !== undefined) unusable.push({ name, reason })
    else if (stat === undefined) children.set(name, { kind: 'blocked', why: 'unreadable' })
    else if (isRacy(stat, now)) racy.push({ path: pathIn(place, name), name, stat })
    else if (stat.kind === 'symlink') setIfThere(children, name, await entryAt(tree, pathIn(place, name), stat))
    else children.set(name, entryOf(stat, ''))
  }
  for (const each of racy) setIfThere(children, each.name, await settle(tree, clock, each, signal))
  return { as: 'listing', place, stamp: undefined, children, ...(unusable.length > 0 && { unusable }) }
}

/** The first of them waits; for the others the moment has usually passed by then. */
async function settle(
  tree: Tree,
  clock: Clock,
  { path, stat }: { readonly path: Path; readonly stat: Stat },
  signal: AbortSignal,
): Promise<Entry | undefined> {
  if (isRacy(stat, clock.now())) return settledEntry(tree, clock, { path, stat }, signal)
  const now = await tree.stat(path)
  if (now === undefined) return undefined
  return isRacy(now, clock.now()) ? settledEntry(tree, clock, { path, stat: now }, signal) : entryAt(tree, path, now)
}

function setIfThere(children: Map<string, Entry>, name: string, entry: Entry | undefined): void {
  if (entry !== undefined) children.set(name, entry)
}

const REASONS: Readonly<Record<PathFault, string>> = {
  empty: 'the name is empty',
  dot: 'the name is not one of a file',
  separator: "the name holds a '/'",
  nul: 'the name holds a NUL character',
  'not-unicode': 'the name is not valid Unicode',
  'too-long': 'the path is too long',
  'too-deep': 'it lies too deep in directories',
  reserved: 'the name is kept for this program',
}

/** Why a name cannot be one of ours. The whole path is only looked at where it might be too long or too deep. */
function reasonAgainst(place: Place, { name, fault }: Listed): string | undefined {
  if (fault === 'not-unicode') return REASONS['not-unicode']
  const wrong = place.length + name.length > 500 ? faultOfPath(pathIn(place, name)) : faultOfName(name)
  return wrong === undefined ? undefined : REASONS[wrong]
}

function lost(tree: Tree, cause: unknown): SyncError {
  return new SyncError('wrong-place', `${tree.root} is gone. Check that its disk is connected.`, { cause })
}
