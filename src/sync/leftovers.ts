// What is on this disk in directories that this device does not keep: nobody syncs it, and that has to be said.
import { isBelow, isWithin, type Path, pathIn } from '../model/path.ts'
import type { Held } from '../plan/plan.ts'
import type { Replica } from '../replica/replica.ts'
import type { IgnoreRules, Selection } from '../scan/ignore-rules.ts'
import type { Unsynced } from './summary.ts'

/** A reason for each deselected directory that is not cleared yet (`waiting`), or in which something is that the rules do not leave alone. */
export async function leftoversIn(
  { selection, unselected }: IgnoreRules,
  waiting: readonly Path[],
  disk: Replica,
  signal: AbortSignal,
): Promise<readonly Unsynced[]> {
  const found: Unsynced[] = []
  if (selection === undefined || unselected === undefined) return found
  for (const path of selection.deselected) {
    if (!(await holdsSomething(path, disk, unselected, signal))) continue
    found.push({ path, because: 'not-kept', reason: waiting.includes(path) ? WAITS : STAYS })
  }
  return found
}

const WAITS =
  'it is no longer kept on this device, but it could not yet be made sure that the other side has all of it: it goes when that is sure'
const STAYS =
  'it is not kept on this device, but something in it is here that is not known to be on the other side as it is: that stays here and is not synced; select the directory again, or move away what is in it'

/** A reason for each directory that was deleted here and stays on the other side for the sake of what is not kept here of it. */
export function stayingFor(
  selection: Selection | undefined,
  held: readonly Held[],
  isGone: (path: Path) => boolean,
): readonly Unsynced[] {
  if (selection === undefined) return []
  return held.flatMap(({ path, because }) => {
    if (because !== 'hold-nonempty' || !isGone(path)) return []
    const inside = selection.deselected.find(place => isBelow(place, path))
    return inside === undefined ? [] : [{ path, because: 'not-kept', reason: staysFor(inside) }]
  })
}

const staysFor = (inside: Path) =>
  `it was deleted here, but stays on the other side, because '${inside}', which is not kept on this device, is in it; select that to delete all of it, or deselect the whole directory`

/** Nothing but what is ignored, and directories that only hold such things, counts as nothing. */
export async function holdsSomething(
  place: Path,
  disk: Replica,
  rules: IgnoreRules,
  signal: AbortSignal,
): Promise<boolean> {
  const own = await disk.look(place, signal)
  if (own === undefined) return false
  if (own.kind !== 'directory') return rules.verdict(place, 'other') === 'kept'
  if (rules.verdict(place, 'directory') !== 'kept') return false
  const skips = (path: Path) => {
    const isOnTheWay = isWithin(path, place) || isBelow(place, path)
    return !isOnTheWay || (rules.verdict(path, 'directory') !== 'kept' && !rules.mayHoldKept(path))
  }
  for await (const observation of disk.observe({ directory: () => undefined, skips }, signal)) {
    if (observation.place === '' || !isWithin(observation.place, place)) continue
    if (observation.as !== 'listing') return true
    if (observation.children.size === 0 || (observation.unusable?.length ?? 0) > 0) return true
    for (const [name, { kind }] of observation.children) {
      if (kind !== 'directory' && rules.verdict(pathIn(observation.place, name), 'other') === 'kept') return true
    }
  }
  return false
}
