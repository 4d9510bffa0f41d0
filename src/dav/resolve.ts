// From the path of a request, a `Destination` or an `If` header to a place in the space, in one way for all of them, and back to hrefs.
import { faultOfPath, type PathFault, type Place, parsePath, ROOT } from '../model/path.ts'
import type { SpaceNode } from '../store/space.ts'
import { parseResourcePath, writeResourcePath } from '../wire/dav/resource-path.ts'
import type { DavCall } from './call.ts'
import { DavFault } from './fault.ts'
import { INVALID_PATH } from './refusal.ts'

export interface Resolved {
  readonly place: Place
  /** Whether it was written like a collection's. */
  readonly slash: boolean
}

/** What `raw` (a path or a URL) means below the prefix `root`; `elsewhere` when it lies outside. Throws a `DavFault` for what is no path. */
export function resolvePlace(raw: string, root: string, maxLength: number): Resolved | 'elsewhere' {
  if (raw.length > maxLength) throw new DavFault(414, 'The path is too long.')
  const path = parseResourcePath(raw)
  if (path.as === 'fault') throw badPath(path.fault)
  const prefix = namesOfRoot(root)
  if (prefix.some((name, at) => path.names[at] !== name)) return 'elsewhere'
  const names = path.names.slice(prefix.length)
  if (names.length === 0) return { place: ROOT, slash: path.slash }
  const text = names.join('/')
  const place = parsePath(text)
  if (place === undefined) throw badPath(faultOfPath(text) ?? 'malformed')
  return { place, slash: path.slash }
}

/** Where a COPY or MOVE is to put things. Throws 400 for none or a bad one, 502 for one that is not in this tree. */
export function destinationOf(call: DavCall): Place {
  const raw = call.request.headers['destination']
  if (typeof raw !== 'string' || raw === '') throw new DavFault(400, 'The request says no Destination.')
  if (!isOurs(raw, call)) throw new DavFault(502, 'The Destination is on another server.')
  const resolved = resolvePlace(raw, call.root, call.limits.pathLength)
  if (resolved === 'elsewhere') throw new DavFault(502, 'The Destination is in another tree.')
  return resolved.place
}

/** What a URI in an `If` header is about: undefined for what is not in this tree. */
export function resourceOf(uri: string, call: DavCall): Place | undefined {
  if (!isOurs(uri, call)) return undefined
  try {
    const resolved = resolvePlace(uri, call.root, call.limits.pathLength)
    return resolved === 'elsewhere' ? undefined : resolved.place
  } catch (error) {
    // It is a name like any other that nothing has.
    if (error instanceof DavFault) return undefined
    throw error
  }
}

/** The href of what is at `place`, with the slash that collections have. */
export function hrefOf(root: string, place: Place, kind: SpaceNode['kind']): string {
  const path = root + (place === '' ? '' : writeResourcePath(place.split('/')))
  return kind === 'directory' ? `${path}/` : path
}

/** A URL is ours when its host is the one that was asked: proxies change ports and schemes, and a path names no host. */
function isOurs(raw: string, { request }: DavCall): boolean {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:@]*)/i.exec(raw)?.[1]
  if (host === undefined) return true
  const asked = /^(\[[^\]]*\]|[^:]*)/.exec(request.headers.host ?? '')?.[1] ?? ''
  return host.toLowerCase() === asked.toLowerCase()
}

function badPath(fault: PathFault | 'malformed'): DavFault {
  if (fault === 'reserved') return new DavFault(403, WORDS[fault])
  const isTooLong = fault === 'too-long' || fault === 'too-deep'
  return new DavFault(400, WORDS[fault], isTooLong ? { exception: INVALID_PATH } : {})
}

const WORDS: Readonly<Record<PathFault | 'malformed', string>> = {
  empty: 'The path has an empty name in it.',
  dot: "The path has '.' or '..' in it.",
  separator: 'A name in the path holds a slash.',
  nul: 'A name in the path holds a NUL.',
  'not-unicode': 'The path is not UTF-8.',
  'too-long': 'The path is too long.',
  'too-deep': 'The path is too deep.',
  reserved: 'The name belongs to the program that serves this.',
  malformed: 'The path is malformed.',
}

const NO_NAMES: readonly string[] = []
// Prefixes are few: one for each user and kind of collection.
const MAX_ROOTS = 1000
const roots = new Map<string, readonly string[]>()

function namesOfRoot(root: string): readonly string[] {
  if (root === '') return NO_NAMES
  const known = roots.get(root)
  if (known !== undefined) return known
  const path = parseResourcePath(root)
  const names = path.as === 'path' ? path.names : NO_NAMES
  if (roots.size >= MAX_ROOTS) roots.clear()
  roots.set(root, names)
  return names
}
