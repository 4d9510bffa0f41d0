// Where something may have changed since the last run, so that a watching run need not look everywhere.
import { isWithin, type Path, type Place, parentOf, ROOT } from '../model/path.ts'
import type { Observation, Replica, Seen } from '../replica/replica.ts'
import type { HintReach } from '../scan/hints.ts'

/** By place: its own names only, or everything in it. */
export type Places = 'everything' | ReadonlyMap<Place, HintReach>

export interface Within {
  readonly here: Places
  /** Elsewhere the other side is taken to be as it last was. That costs nothing but a `stale` where it is not: every step has its guard. */
  readonly there: Places
}

export const EVERYWHERE: Within = { here: 'everything', there: 'everything' }
export const NOWHERE: ReadonlyMap<Place, HintReach> = new Map()

export function isNowhere(places: Places): boolean {
  return places !== 'everything' && places.size === 0
}

/** Whether nothing is left out. */
export function isWhole(places: Places): boolean {
  return places === 'everything' || places.get(ROOT) === 'below'
}

/** The places of one reach. */
export function placesOf(places: Exclude<Places, 'everything'>, reach: HintReach): Place[] {
  return [...places].filter(([, its]) => its === reach).map(([place]) => place)
}

/** Whether all names in `place` are looked at. */
export function isLookedAt(place: Place, places: Places): boolean {
  if (places === 'everything' || places.has(place)) return true
  return placesOf(places, 'below').some(above => above === ROOT || isWithin(place as Path, above))
}

/** Both together. */
export function joinPlaces(a: Places, b: Places): Places {
  if (a === 'everything' || b === 'everything') return 'everything'
  const joined = new Map(a)
  for (const [place, reach] of b) if (joined.get(place) !== 'below') joined.set(place, reach)
  return joined
}

/** `remote`, entering no directory but the way to these places and what is asked for in them. `isKnown`: whether it was there before. */
export function narrowed(
  remote: Pick<Replica, 'observe'>,
  places: Exclude<Places, 'everything'>,
  isKnown: (place: Path) => boolean,
): Pick<Replica, 'observe'> {
  if (places.size === 0) return { observe: nothing }
  const below = placesOf(places, 'below')
  const all = [...places.keys()]
  const isWanted = (path: Path) =>
    all.some(place => isWithin(place, path)) ||
    below.some(place => isWithin(path, place)) ||
    (places.has(parentOf(path)) && !isKnown(path)) ||
    // In a directory that is new, everything is.
    (!isKnown(path) && !isKnown(parentOf(path) as Path))
  return {
    observe: (seen, signal) => {
      const narrow: Seen = {
        directory: place => seen.directory(place),
        skips: path => seen.skips(path) || !isWanted(path),
      }
      return remote.observe(narrow, signal)
    },
  }
}

async function* nothing(): AsyncGenerator<Observation> {}
