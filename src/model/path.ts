// Paths inside a folder: parsed once at the border, trusted inside.

declare const brand: unique symbol
export type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** Relative to the folder's root, '/' between names, never empty, never '.' or '..'. Only `parsePath` and `pathIn` make one. */
export type Path = Branded<string, 'Path'>

/** A directory of the folder: a path, or '' for the root itself. */
export type Place = Path | ''

/** The root of a folder. */
export const ROOT: Place = ''

/** Names nobody may sync: they hold this program's own state. Compared without case, as some disks do. */
export const OWN_DIRECTORY = '.syncline'

export const MAX_PATH_BYTES = 4096
export const MAX_DEPTH = 512

/** Why a name or path cannot be one of ours. */
export type PathFault = 'empty' | 'dot' | 'separator' | 'nul' | 'not-unicode' | 'too-long' | 'too-deep' | 'reserved'

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/
// What a decoder leaves behind for bytes that are not UTF-8: such a name cannot be written back.
const REPLACEMENT = '\uFFFD'

/** What is wrong with `name` as one component of a path; undefined when nothing is. */
export function faultOfName(name: string): PathFault | undefined {
  if (name === '') return 'empty'
  if (name === '.' || name === '..') return 'dot'
  if (name.includes('/')) return 'separator'
  if (name.includes('\0')) return 'nul'
  if (LONE_SURROGATE.test(name) || name.includes(REPLACEMENT)) return 'not-unicode'
  if (name.length > 85 && Buffer.byteLength(name) > 1024) return 'too-long'
  return undefined
}

/** What is wrong with `text` as a path relative to the root; undefined when nothing is. */
export function faultOfPath(text: string): PathFault | undefined {
  const names = text.split('/')
  for (const name of names) {
    const fault = faultOfName(name)
    if (fault !== undefined) return fault
  }
  if (names.length > MAX_DEPTH) return 'too-deep'
  if (text.length * 3 > MAX_PATH_BYTES && Buffer.byteLength(text) > MAX_PATH_BYTES) return 'too-long'
  if (isReserved(names[0] ?? '')) return 'reserved'
  return undefined
}

/** The path that `text` spells, or undefined when it is none (`faultOfPath` says why). */
export function parsePath(text: string): Path | undefined {
  return faultOfPath(text) === undefined ? (text as Path) : undefined
}

/** Whether a name at the root belongs to this program or to another synchroniser's state, and so never syncs. */
export function isReserved(name: string): boolean {
  return name.length === OWN_DIRECTORY.length && name.toLowerCase() === OWN_DIRECTORY
}

/** The path of `name` in `place`. The caller has checked `name` with `faultOfName`. */
export function pathIn(place: Place, name: string): Path {
  return (place === '' ? name : `${place}/${name}`) as Path
}

/** The directory that holds `path`. */
export function parentOf(path: Path): Place {
  const at = path.lastIndexOf('/')
  return at < 0 ? ROOT : (path.slice(0, at) as Path)
}

/** The last name of `path`. */
export function nameOf(path: Path): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Whether `path` is strictly below `place`. */
export function isBelow(path: Path, place: Place): boolean {
  return (
    place === '' || (path.length > place.length && path.charCodeAt(place.length) === 0x2f && path.startsWith(place))
  )
}

/** Whether `path` is `place` itself or below it. */
export function isWithin(path: Place, place: Place): boolean {
  return path === place || (path !== '' && isBelow(path, place))
}

/** `path`, with the leading `from` replaced by `to`. `path` is `from` or below it. */
export function rebasePath(path: Path, from: Path, to: Path): Path {
  return (to + path.slice(from.length)) as Path
}

/** How many directories lie between the root and `path`; a path at the root has depth 0. */
export function depthOf(path: Path): number {
  let depth = 0
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) depth += 1
  return depth
}

/** The directories above `path`, nearest first, without the root. */
export function* ancestorsOf(path: Path): Generator<Path> {
  for (let place = parentOf(path); place !== ''; place = parentOf(place)) yield place
}

/** Orders paths so that a directory comes right before what is in it, the same on every machine and in every locale. */
export function comparePaths(a: Path, b: Path): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return (x === 0x2f ? -1 : x) - (y === 0x2f ? -1 : y)
  }
  return a.length - b.length
}
