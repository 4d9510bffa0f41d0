// Looks at single paths of the directory.
import type { Entry } from '../../model/entry.ts'
import type { Path } from '../../model/path.ts'
import { isMissing, type Stat, type Tree } from '../../platform/tree.ts'
import type { Clock } from '../../platform/world.ts'
import { entryOf, isRacy, settlingMs, untrusted } from './stamps.ts'

/** What is at `path`, once it has settled. Undefined when nothing is. */
export async function lookAt(tree: Tree, clock: Clock, path: Path, signal: AbortSignal): Promise<Entry | undefined> {
  const stat = await statAt(tree, path)
  if (stat === undefined) return undefined
  return isRacy(stat, clock.now()) ? settledEntry(tree, clock, { path, stat }, signal) : entryAt(tree, path, stat)
}

/** What is at `path` at this moment. */
export async function glanceAt(tree: Tree, path: Path): Promise<Entry | undefined> {
  const stat = await statAt(tree, path)
  return stat === undefined ? undefined : entryAt(tree, path, stat)
}

/** The entry of a file that was modified a moment ago: waits until a further write would show, and looks again. */
export async function settledEntry(
  tree: Tree,
  clock: Clock,
  racy: { readonly path: Path; readonly stat: Stat },
  signal: AbortSignal,
): Promise<Entry | undefined> {
  const { path } = racy
  await clock.sleep(settlingMs(racy.stat) + 1, signal)
  const stat = await statAt(tree, path)
  if (stat === undefined) return undefined
  const entry = await entryAt(tree, path, stat)
  const now = clock.now()
  return entry !== undefined && isRacy(stat, now) ? untrusted(entry, now) : entry
}

/** The state of `path`; nothing as well when something that is no directory lies in the way. */
export async function statAt(tree: Tree, path: Path): Promise<Stat | undefined> {
  try {
    return await tree.stat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The entry for a known state; undefined when a symlink is gone meanwhile. */
export async function entryAt(tree: Tree, path: Path, stat: Stat): Promise<Entry | undefined> {
  if (stat.kind !== 'symlink') return entryOf(stat, '')
  try {
    return entryOf(stat, await tree.readLink(path))
  } catch (error) {
    if (isMissing(error) || (error as { code?: string }).code === 'EINVAL') return undefined
    throw error
  }
}
