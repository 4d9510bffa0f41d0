// Brakes: plans that look like an accident are refused until a person says yes.
import { ancestorsOf, type Path } from '../model/path.ts'
import type { PlanContext } from './context.ts'
import { type Decision, receiverOf } from './decide.ts'
import type { Found } from './find-moves.ts'
import { otherSide, type Side } from './triple.ts'

export interface Brake {
  readonly because: 'root-emptied' | 'too-many-deletions' | 'too-many-overwrites'
  /** The side that would be changed. */
  readonly on: Side
  readonly count: number
  readonly of: number
}

/**
 * The brake for these decisions, if one is due. One emptied file is not an accident; two at once on an otherwise empty side may be.
 * `moved`: what either side only has elsewhere now.
 */
export function brakeOf(
  decisions: readonly Decision[],
  context: PlanContext,
  moved: Found['moved'],
): Brake | undefined {
  // Counting them takes time: asked for only when it matters.
  const { agreed, limits } = context
  for (const on of ['local', 'remote'] as const) {
    const gone = lost(deletions(decisions, on), moved[otherSide(on)])
    const goneFiles = gone.filter(({ triple }) => triple.agreed?.kind !== 'directory').length
    const stays = decisions.some(({ rule }) => receiverOf(rule) === on)
    const entries = gone.length === 0 ? 0 : agreed.entries
    if (gone.length === entries && goneFiles >= 2 && !stays)
      return { because: 'root-emptied', on, count: gone.length, of: entries }
    if (gone.length > 0 && entries >= limits.entries && gone.length > entries * limits.deletedShare) {
      return { because: 'too-many-deletions', on, count: gone.length, of: entries }
    }
    const overwritten = decisions.filter(decision => overwrites(decision, on)).length
    if (overwritten < limits.overwritten || overwritten === 0) continue
    const { files } = agreed
    if (overwritten > files * limits.overwrittenShare) {
      return { because: 'too-many-overwrites', on, count: overwritten, of: files }
    }
  }
  return undefined
}

function deletions(decisions: readonly Decision[], on: Side): readonly Decision[] {
  return decisions.filter(({ rule }) => rule === (on === 'local' ? 'pull-deleted' : 'push-deleted'))
}

/**
 * What goes for good: not what only moves, whichever steps do that, nor the directories that are left of it when everything in them went
 * elsewhere.
 */
function lost(gone: readonly Decision[], moved: ReadonlySet<Path>): readonly Decision[] {
  if (gone.length === 0 || moved.size === 0) return gone
  const left = gone.filter(({ triple }) => !moved.has(triple.path))
  const vacated = placesAbove(moved)
  const emptied = placesAbove(left.filter(isOfFile).map(({ triple }) => triple.path))
  return left.filter(one => isOfFile(one) || !vacated.has(one.triple.path) || emptied.has(one.triple.path))
}

function isOfFile({ triple }: Decision): boolean {
  return triple.agreed?.kind !== 'directory'
}

function placesAbove(paths: Iterable<Path>): ReadonlySet<Path> {
  const places = new Set<Path>()
  for (const path of paths) for (const place of ancestorsOf(path)) places.add(place)
  return places
}

function overwrites({ rule, triple }: Decision, on: Side): boolean {
  if (rule !== (on === 'local' ? 'pull-edited' : 'push-edited')) return false
  return (on === 'local' ? triple.local : triple.remote)?.kind === 'file'
}

/** The brake in words. */
export function explainBrake({ because, on, count, of }: Brake): string {
  const where = on === 'local' ? 'in this folder' : 'on the other side'
  switch (because) {
    case 'root-emptied':
      return `all ${count} entries would be deleted ${where}, because the other side is empty now`
    case 'too-many-deletions':
      return `${count} of ${of} entries would be deleted ${where}`
    case 'too-many-overwrites':
      return `${count} of ${of} files would be overwritten ${where}`
  }
}
