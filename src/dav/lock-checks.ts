// Which locks stand in the way of a request, and whether it brought their tokens.
import { ancestorsOf, isBelow, isWithin, type Path, type Place, parentOf, ROOT } from '../model/path.ts'
import type { DavCall } from './call.ts'
import { DavFault } from './fault.ts'
import type { Lock } from './locks.ts'
import { hrefOf } from './resolve.ts'

/** What a request will do at a place. */
export type Touch =
  /** Change what is there itself: its bytes or properties. */
  | 'content'
  /** Make something come, go or be another: concerns the directory's names as well. */
  | 'name'
  /** The same, with all that is below. */
  | 'tree'

/** Throws 423 when something at `place` is locked and the request has not submitted the token of a lock of the one who asks. */
export async function requireTokens(call: DavCall, place: Place, touch: Touch): Promise<void> {
  if (call.locks.isEmpty) return
  const groups = new Map<number, Lock[]>()
  for (const lock of await locksConcerning(call, place, touch))
    groups.set(lock.node, [...(groups.get(lock.node) ?? []), lock])
  // Of shared locks, one's own is enough.
  for (const locks of groups.values())
    if (!locks.some(lock => lock.user === call.user && call.submitted.has(lock.token))) throw await locked(call, locks)
}

/** All that stand in the way, whoever holds them. */
export async function locksConcerning(
  call: Pick<DavCall, 'locks' | 'space'>,
  place: Place,
  touch: Touch,
): Promise<readonly Lock[]> {
  const found = [...(await locksOver(call, place))]
  if (touch !== 'content' && place !== '') {
    const parent = await call.space.find(parentOf(place))
    if (parent !== undefined) found.push(...call.locks.on(parent.id))
  }
  if (touch === 'tree') found.push(...(await locksBelow(call, place)).map(({ lock }) => lock))
  return [...new Set(found)]
}

/** The locks that hold at `place`: taken on it, or on a directory above with all below. */
export async function locksOver(
  { locks, space }: Pick<DavCall, 'locks' | 'space'>,
  place: Place,
): Promise<readonly Lock[]> {
  if (locks.isEmpty) return []
  const node = await space.find(place)
  const found = node === undefined ? [] : [...locks.on(node.id)]
  if (place === '') return found
  for (const above of [...ancestorsOf(place), ROOT]) {
    const directory = await space.find(above)
    if (directory !== undefined) found.push(...locks.on(directory.id).filter(({ depth }) => depth === 'tree'))
  }
  return found
}

/** The locks taken on something strictly below `place`, with where that is. */
export async function locksBelow(
  { locks, space }: Pick<DavCall, 'locks' | 'space'>,
  place: Place,
): Promise<readonly { readonly lock: Lock; readonly at: Path }[]> {
  const found: { lock: Lock; at: Path }[] = []
  for (const lock of locks.all()) {
    const at = (await space.findById(lock.node))?.path
    if (at !== undefined && at !== '' && isBelow(at, place)) found.push({ lock, at })
  }
  return found
}

/** The locks taken on what is at `path` or below. */
export async function locksWithin(call: DavCall, path: Path): Promise<readonly Lock[]> {
  const found: Lock[] = []
  for (const lock of call.locks.all()) {
    const at = (await call.space.findById(lock.node))?.path
    if (at !== undefined && at !== '' && isWithin(at, path)) found.push(lock)
  }
  return found
}

/** The fault of a lock in the way. It names where the lock was taken, if the one who asks can see that, and never its token. */
export async function locked(
  call: DavCall,
  locks: readonly Lock[],
  condition = 'lock-token-submitted',
): Promise<DavFault> {
  const hrefs = new Set<string>()
  for (const { node } of locks) {
    const found = await call.space.findById(node)
    if (found !== undefined) hrefs.add(hrefOf(call.root, found.path, found.kind))
  }
  const inside = [...hrefs].map(href => `<d:href>${href}</d:href>`).join('')
  return new DavFault(423, 'It is locked.', { condition: `<d:${condition}>${inside}</d:${condition}>` })
}
