// What is known of paths that are not equal, after a run that did not look everywhere.
import { isWithin, type Path, parentOf } from '../../model/path.ts'
import type { Unsynced } from '../../sync/summary.ts'
import type { Within } from '../../sync/within.ts'

/** Entries that are kept in memory; the summary of a run may hold more. */
const MOST = 100_000

/** What the run `now`, which looked `within`, tells, and of what was known `before` that on which it had nothing to say. */
export function mergeUnsynced(
  before: readonly Unsynced[],
  now: readonly Unsynced[],
  within: Within | undefined,
  isEqual: (path: Path) => boolean,
): readonly Unsynced[] {
  const there = within?.there ?? 'everything'
  if (there === 'everything') return now.slice(0, MOST)
  const told = new Set(now.map(({ path }) => path))
  const isLookedAt = (path: Path | '') =>
    path === ''
      ? there.has('')
      : there.has(parentOf(path)) || [...there].some(([place, reach]) => reach === 'below' && isWithin(path, place))
  const kept = before.filter(({ path }) => !told.has(path) && !isLookedAt(path) && (path === '' || !isEqual(path)))
  return [...now, ...kept].sort((a, b) => (a.path < b.path ? -1 : 1)).slice(0, MOST)
}
