// A path inside the folder, as the user typed it.
import { isAbsolute, join, normalize, relative } from 'node:path'
import { realFolder } from '../assemble/open-folder.ts'
import { SyncError } from '../model/errors.ts'
import { type Path, parsePath } from '../model/path.ts'

/** `text` is relative to FOLDER, or absolute and inside it. Throws `usage` when it is neither. */
export function parsePathIn(folder: string, text: string): Path {
  const inside = isAbsolute(text) ? relativeTo(folder, text) : normalize(text)
  const path = parsePath(inside.replace(/\/+$/, ''))
  if (path !== undefined && !inside.startsWith('../')) return path
  throw new SyncError(
    'usage',
    `'${text}' is no path inside '${folder}'. Give it relative to the folder, as 'notes/todo.txt'.`,
  )
}

function relativeTo(folder: string, text: string): string {
  const real = relative(realFolder(folder), text)
  return real.startsWith('..') ? relative(normalize(join(process.cwd(), folder)), text) : real
}
