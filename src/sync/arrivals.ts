// What is new on the other side, where nothing is or was here: what becomes of it depends on no other path, so that much of it is planned and
// brought in parts. A large folder that comes for the first time is never one plan, and its first files are there soon.
import { faultOfNameFor, type NameRules } from '../model/names.ts'
import { nameOf, type Path, type Place, parentOf } from '../model/path.ts'
import type { Triple } from '../plan/triple.ts'
import type { Amount } from './apply.ts'
import { isAgreedDirectory } from './plain-news.ts'
import { dirtyTriples, type TripleParts, tripleAt } from './triples.ts'

export interface ArrivalParts extends TripleParts {
  /** Of this side. */
  readonly names: NameRules
  /** So much is planned together. */
  readonly most: number
}

/**
 * How much comes in all. Undefined unless it is much and nothing that was agreed on has changed on either side: what comes may be what went from another place, and
 * brakes go by all that goes or is replaced. Nor where names are taken for each other here.
 */
export function muchArriving(parts: ArrivalParts): Amount | undefined {
  const { view, records, names, most } = parts
  if (view.dirty.size <= most || !names.caseSensitive || names.normalizes) return undefined
  for (const place of new Set([...view.dirty.keys()].map(parentOf)))
    if (records.remoteStampsIn(place).some(({ path }) => view.dirty.has(path))) return undefined
  let steps = 0
  let bytes = 0
  for (const entry of view.dirty.values()) {
    if (entry === undefined || entry.kind === 'blocked') continue
    steps += 1
    if (entry.kind === 'file') bytes += entry.size
  }
  if (steps <= most) return undefined
  for (const { agreed } of dirtyTriples(parts)) if (agreed !== undefined) return undefined
  return { steps, bytes }
}

/** The arrivals alone, part by part, directories before what is in them. What was done of one part is no longer dirty when the next is asked for. */
export function* arrivalsInParts(parts: ArrivalParts): Generator<ReadonlyMap<Path, Triple>> {
  let part = new Map<Path, Triple>()
  let isPlain = plainIn(parts)
  for (const path of parts.view.dirty.keys()) {
    const triple = tripleAt(path, parts)
    if (isPlain(triple)) part.set(path, triple)
    if (part.size < parts.most) continue
    yield part
    part = new Map()
    // A directory of an earlier part is there only if that went well.
    isPlain = plainIn(parts)
  }
  if (part.size > 0) yield part
}

/** `done`, with what such a part comes to. */
export function withPart({ steps, bytes }: Amount, triples: ReadonlyMap<Path, Triple>): Amount {
  let sum = bytes
  for (const { remote } of triples.values()) if (remote?.kind === 'file') sum += remote.size
  return { steps: steps + triples.size, bytes: sum }
}

function plainIn({ view, records, names }: ArrivalParts): (triple: Triple) => boolean {
  const failing = new Set<Path>(records.failures().map(({ path }) => path))
  const made = new Set<Place>([''])
  return triple => {
    const { path, remote } = triple
    if (!isNewThereOnly(triple) || failing.has(path) || faultOfNameFor(names, nameOf(path)) !== undefined) return false
    const place = parentOf(path)
    if (!made.has(place)) {
      if (!isAgreedDirectory(place as Path, view, records)) return false
      made.add(place)
    }
    if (remote?.kind === 'directory') made.add(path)
    return true
  }
}

function isNewThereOnly({ local, remote, agreed, waits, backingOff }: Triple): boolean {
  const isThere = remote !== undefined && remote.kind !== 'blocked'
  return isThere && local === undefined && agreed === undefined && waits === undefined && backingOff === undefined
}
