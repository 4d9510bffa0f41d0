// Paths that a client names: parsed here, so that the service only sees what is one.
import { faultOfPath, type Path, type PathFault, type Place, parsePath } from '../model/path.ts'
import { ApiError } from './errors.ts'

const WHY: Readonly<Record<PathFault, string>> = {
  empty: 'a name in it is empty',
  dot: "a name in it is '.' or '..'",
  separator: 'a name in it holds a separator',
  nul: 'it holds a NUL',
  'not-unicode': 'it is not Unicode text',
  'too-long': 'it is too long',
  'too-deep': 'it is too deep',
  reserved: 'it belongs to this program',
}

/** Throws `invalid` for what is no path in a folder. */
export function pathOf(text: string): Path {
  const path = parsePath(text)
  if (path !== undefined) return path
  throw new ApiError('invalid', `That is no path in a folder: ${WHY[faultOfPath(text) ?? 'empty']}.`)
}

/** The same, or the folder itself. */
export function placeOf(text: string | undefined): Place {
  return text === undefined || text === '' ? '' : pathOf(text)
}
