// Directories that are to go, but still hold what is ignored: junk goes with them, everything else keeps them.
import type { Entry } from '../model/entry.ts'
import { comparePaths, isBelow, isWithin, type Path, pathIn } from '../model/path.ts'
import type { Remove } from '../plan/step.ts'
import type { Replica } from '../replica/replica.ts'
import type { IgnoreRules } from '../scan/ignore-rules.ts'

/** `cleared`: the removal can be tried again. `kept`: what is left is to be left alone. `stale`: something of ours is left. */
export type Clearing = 'cleared' | 'kept' | 'stale'

interface Found {
  readonly path: Path
  readonly entry: Exclude<Entry, { kind: 'blocked' }>
}

/** Looks into the directory of `step` on `replica` (which shows ignored entries too) and removes junk when nothing but junk is left there. */
export async function clearJunk(
  step: Remove,
  replica: Replica,
  ignore: IgnoreRules,
  signal: AbortSignal,
): Promise<Clearing> {
  const found = await findBelow(step.path, replica, signal)
  if (found === undefined) return 'kept'
  const files = found.filter(({ entry }) => entry.kind !== 'directory')
  const verdicts = new Set(files.map(({ path }) => ignore.verdict(path, 'other')))
  if (!verdicts.has('kept') && found.some(({ path, entry }) => isLeftAlone(path, entry, ignore))) return 'kept'
  if (verdicts.has('kept') || files.length === 0 || hasEmptyDirectory(found, files)) return 'stale'
  if (verdicts.has('ignored')) return 'kept'
  // Contents before the directories they are in.
  for (const { path, entry } of found.sort((a, b) => comparePaths(b.path, a.path))) {
    const committed = await replica.commit({ do: 'remove', path, kind: entry.kind, expect: entry.stamp }, signal)
    if (committed.as === 'stale') return 'stale'
  }
  return 'cleared'
}

/** A directory that is ignored as such, whatever is in it. */
function isLeftAlone(path: Path, entry: Entry, ignore: IgnoreRules): boolean {
  return entry.kind === 'directory' && ignore.verdict(path, 'directory') === 'ignored'
}

/** Everything below `place`; undefined when some of it cannot be looked at. */
async function findBelow(place: Path, replica: Replica, signal: AbortSignal): Promise<Found[] | undefined> {
  const found: Found[] = []
  const seen = { directory: () => undefined, skips: (path: Path) => !isWithin(path, place) && !isBelow(place, path) }
  for await (const observation of replica.observe(seen, signal)) {
    if (observation.place === '' || !isWithin(observation.place, place)) continue
    if (observation.as !== 'listing' || (observation.unusable?.length ?? 0) > 0) return undefined
    for (const [name, entry] of observation.children) {
      if (entry.kind === 'blocked') return undefined
      found.push({ path: pathIn(observation.place, name), entry })
    }
  }
  return found
}

/** A directory with nothing ignored in it is nobody's junk: somebody made it since. */
function hasEmptyDirectory(found: readonly Found[], files: readonly Found[]): boolean {
  return found.some(({ path, entry }) => entry.kind === 'directory' && !files.some(file => isBelow(file.path, path)))
}
