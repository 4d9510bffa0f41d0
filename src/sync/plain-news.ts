// What is new here, where nothing else is or was: what becomes of it depends on no other path, so that much of it is planned in parts. A large
// folder that is told of for the first time is never one plan.
import type { PairRecords } from '../index/folder-index.ts'
import { faultOfNameFor, type NameRules } from '../model/names.ts'
import { ancestorsOf, nameOf, type Path, type Place, parentOf } from '../model/path.ts'
import type { Triple } from '../plan/triple.ts'
import type { RemoteView } from './observation.ts'
import { collectTriples, dirtyTriples, type TripleParts } from './triples.ts'

export interface PartedParts extends TripleParts {
  /** Of the other side. */
  readonly names: NameRules
  /** So much news is planned together, and as much with everything else. */
  readonly most: number
}

/**
 * Every triple that is not as agreed; `much` where there is much plain news, and nothing that was agreed on has changed: what is new may
 * be what went from another place, and brakes go by all that goes.
 */
export function sortNews(parts: PartedParts): ReadonlyMap<Path, Triple> | 'much' {
  const isPlain = plainIn(parts)
  let isMuch = false
  let news: Triple[] = []
  const triples = collectTriples(parts, triple => {
    if (!isPlain(triple)) return 'kept'
    if (!isMuch) news.push(triple)
    if (news.length > parts.most) {
      isMuch = true
      news = []
    }
    return 'left out'
  })
  if (!isMuch) for (const triple of news) triples.set(triple.path, triple)
  else if ([...triples.values()].some(({ agreed }) => agreed !== undefined)) return collectTriples(parts)
  return isMuch ? 'much' : triples
}

/** The plain news alone, part by part, in the order of paths. What was done of one part is on record before the next is asked for. */
export function* newsInParts(parts: PartedParts): Generator<ReadonlyMap<Path, Triple>> {
  let part = new Map<Path, Triple>()
  let isPlain = plainIn(parts)
  for (const triple of dirtyTriples(parts)) {
    if (isPlain(triple)) part.set(triple.path, triple)
    if (part.size < parts.most) continue
    yield part
    part = new Map()
    // A directory of an earlier part is there only if that went well.
    isPlain = plainIn(parts)
  }
  if (part.size > 0) yield part
}

/** Tells for each path, asked in their order, whether it is plain news. */
function plainIn({ view, records, names }: PartedParts): (triple: Triple) => boolean {
  const failing = new Set<Path>(records.failures().map(({ path }) => path))
  const made = new Set<Place>([''])
  let agreed: Place | undefined
  const isPlace = (place: Place) => {
    if (made.has(place) || place === agreed) return true
    if (!isAgreedDirectory(place as Path, view, records)) return false
    agreed = place
    return true
  }
  return triple => {
    const { path, local } = triple
    if (!isNewHereOnly(triple) || view.dirty.has(path) || failing.has(path)) return false
    if (faultOfNameFor(names, nameOf(path)) !== undefined || !isPlace(parentOf(path))) return false
    if (local?.kind === 'directory') made.add(path)
    return true
  }
}

function isNewHereOnly({ local, remote, agreed, waits, backingOff }: Triple): boolean {
  const isHere = local !== undefined && local.kind !== 'blocked'
  return isHere && remote === undefined && agreed === undefined && waits === undefined && backingOff === undefined
}

/** Nothing above it is otherwise on the other side, as far as anybody knows. */
export function isAgreedDirectory(place: Path, { dirty }: RemoteView, records: PairRecords): boolean {
  if (records.agreement(place)?.kind !== 'directory') return false
  return dirty.size === 0 || ![place, ...ancestorsOf(place)].some(above => dirty.has(above as Path))
}
