// From the hrefs of a listing to names, and back. Nothing that comes out can point outside the collection that was asked.
import { faultOfName, type PathFault } from '../../model/path.ts'

/** Decoded names from the server's root down to a collection. */
export type Segments = readonly string[]

export type HrefMeaning =
  /** The collection itself. */
  | { readonly as: 'self' }
  /** A child; `slash` says whether the href ended like a collection's. */
  | { readonly as: 'child'; readonly name: string; readonly slash: boolean }
  /** Not a child of the collection, or one whose name cannot be ours. `name` is for people. */
  | { readonly as: 'fault'; readonly name: string; readonly fault: PathFault | 'elsewhere' | 'malformed' }

/** What `href` means in a listing of the collection at `base`: an absolute path, a full URL or a bare name, encoded well or badly. */
export function meaningOfHref(href: string, base: Segments): HrefMeaning {
  const path = pathOfHref(href)
  if (path === undefined) return { as: 'fault', name: href, fault: 'malformed' }
  const slash = path.endsWith('/')
  const names = segmentsOf(path)
  if (names === undefined) return { as: 'fault', name: shown(path), fault: 'not-unicode' }
  const rest = path.startsWith('/') ? below(names, base) : names
  // What is decoded is checked, and never decoded again: `%252e` is a name with a percent sign in it.
  const bad = names.map(faultOfName).find(fault => fault !== undefined)
  if (bad !== undefined) return { as: 'fault', name: shown(path), fault: bad }
  if (rest === undefined || rest.length > 1) return { as: 'fault', name: shown(path), fault: 'elsewhere' }
  const [name] = rest
  return name === undefined ? { as: 'self' } : { as: 'child', name, slash }
}

/** The decoded names of a path or URL; undefined when they are not UTF-8. */
export function segmentsOfUrl(href: string): Segments | undefined {
  const path = pathOfHref(href)
  return path === undefined ? undefined : segmentsOf(path)
}

/** An absolute path for a request line, without a trailing slash; '' for the server's root. */
export function writeHref(segments: Segments): string {
  return segments.map(name => `/${encodeURIComponent(name)}`).join('')
}

// A path may hold raw '?' and '#' when the server does not encode: it has no query to tell us about.
function pathOfHref(href: string): string | undefined {
  const url = /^([a-z][a-z0-9+.-]*):\/\/[^/]*(\/.*)?$/is.exec(href)
  if (url === null) return href === '' ? undefined : href
  return /^https?$/i.test(url[1] ?? '') ? (url[2] ?? '/') : undefined
}

function segmentsOf(path: string): Segments | undefined {
  const names: string[] = []
  for (const part of path.split('/')) {
    if (part === '') continue
    const name = decodePart(part)
    if (name === undefined) return undefined
    names.push(name)
  }
  return names
}

/** Percent-decoding that leaves a percent sign alone when no two hexadecimal digits follow. Undefined for what is not UTF-8. */
function decodePart(part: string): string | undefined {
  if (!part.includes('%')) return part
  try {
    return decodeURIComponent(part.replace(/%(?![0-9a-f]{2})/gi, '%25'))
  } catch {
    return undefined
  }
}

/** What follows `base` in `names`; servers may spell the names of the way there in another Unicode form. */
function below(names: Segments, base: Segments): Segments | undefined {
  if (names.length < base.length) return undefined
  const same = base.every((name, i) => name === names[i] || name.normalize('NFC') === names[i]?.normalize('NFC'))
  return same ? names.slice(base.length) : undefined
}

const shown = (path: string): string => path.replace(/\/$/, '').split('/').at(-1) ?? path
