// External storage that is mounted into the user's files: when it goes missing from a listing, it is most likely only unplugged.
import { isBelow, nameOf, type Path, type Place, parentOf, parsePath, pathIn } from '../../model/path.ts'
import type { World } from '../../platform/world.ts'
import type { Memory } from '../../replica/replica.ts'
import { parseJson } from '../../wire/owncloud/json.ts'

export interface Mounts {
  /** Takes what a complete listing of `place` shows. */
  listed(place: Place, names: ReadonlySet<string>, mounted: ReadonlySet<string>): void
  /** Mounts that a listing of `place` lacks and that are not given up yet. */
  missingIn(place: Place): readonly string[]
  /** Whether one is missing in or below `place`, which must be listed again until that is settled. */
  isMissingWithin(place: Place): boolean
}

/** A mount is taken to be removed on purpose when it is still missing so long after it was first missed. */
const GIVE_UP_MS = 60 * 60 * 1000
const MAX_MOUNTS = 100
const KEY = 'mounts'

/** When each known mount was first missed, in milliseconds since 1970; null while it is there. */
type Missed = Map<Path, number | null>

export function mountWatch(memory: Memory, world: World): Mounts {
  const known = recall(memory)
  const save = (): void => memory.set(KEY, known.size === 0 ? undefined : JSON.stringify(Object.fromEntries(known)))
  const isMissing = (since: number | null): boolean => since !== null
  return {
    listed(place, names, mounted) {
      const before = JSON.stringify([...known])
      for (const [path, since] of known) {
        if (parentOf(path) !== place) continue
        const name = nameOf(path)
        if (names.has(name)) known.delete(path)
        else if (since === null) known.set(path, world.clock.now())
        else if (world.clock.now() - since >= GIVE_UP_MS) known.delete(path)
      }
      for (const name of mounted) {
        if (known.size < MAX_MOUNTS) known.set(pathIn(place, name), null)
      }
      if (JSON.stringify([...known]) !== before) save()
    },
    missingIn: place =>
      [...known].filter(([path, since]) => isMissing(since) && parentOf(path) === place).map(([path]) => nameOf(path)),
    isMissingWithin: place => [...known].some(([path, since]) => isMissing(since) && isBelow(path, place)),
  }
}

/** Passes over what is no mount of ours, so that a damaged memory costs the memory only. */
function recall(memory: Memory): Missed {
  const kept = parseJson(memory.get(KEY) ?? '', 1 << 20)
  const known: Missed = new Map()
  if (typeof kept !== 'object' || kept === null || Array.isArray(kept)) return known
  for (const [text, since] of Object.entries(kept)) {
    const path = parsePath(text)
    if (path !== undefined && (since === null || Number.isFinite(since))) known.set(path, since)
  }
  return known
}
