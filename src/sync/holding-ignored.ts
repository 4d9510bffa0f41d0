// Places of the other side that hold something ignored are remembered; here they follow what becomes of the directories they are.
import type { Entry } from '../model/entry.ts'
import { isWithin, nameOf, type Place, parentOf, rebasePath } from '../model/path.ts'
import type { Outcome } from './outcome.ts'

/** To be told of each listing: a place that is in no directory any more holds nothing. */
export function forgettingVanished(holding: Set<Place>): (place: Place, children: ReadonlyMap<string, Entry>) => void {
  const below = new Map<Place, Map<string, Place[]>>()
  for (const held of holding) {
    for (let path = held; path !== ''; path = parentOf(path)) {
      const names = below.get(parentOf(path)) ?? new Map<string, Place[]>()
      const same = names.get(nameOf(path)) ?? []
      same.push(held)
      below.set(parentOf(path), names.set(nameOf(path), same))
    }
  }
  return (place, children) => {
    for (const [name, holdingIn] of below.get(place) ?? []) {
      const kind = children.get(name)?.kind
      if (kind !== 'directory' && kind !== 'blocked') for (const held of holdingIn) holding.delete(held)
    }
  }
}

/** What we moved there took along what is ignored in it. */
export function followMoves(holding: Set<Place>, outcomes: readonly Outcome[]): void {
  for (const { as, step } of outcomes) {
    if (as !== 'done' || step.do !== 'move' || step.on !== 'remote' || step.kind !== 'directory') continue
    for (const held of [...holding]) {
      if (held === '' || !isWithin(held, step.from)) continue
      holding.delete(held)
      holding.add(rebasePath(held, step.from, step.path))
    }
  }
}
