// What a conflict copy is a copy of, as its name tells: of the names that this program, ownCloud, Nextcloud and Syncthing give.
import { nameOf, type Path, parentOf, pathIn } from '../model/path.ts'

const PATTERNS = [
  / \(conflicted copy \d{4}-\d\d-\d\d \d{6}(?: \d+)?\)/,
  / \(conflicted copy [^()]{1,100} \d{4}-\d\d-\d\d \d{6}(?: \d+)?\)/,
  /\.sync-conflict-\d{8}-\d{6}-[A-Z2-7]{7}/,
]

/** Parts of names that copies have: what is searched for. */
export const COPY_MARKS = [' (conflicted copy ', '.sync-conflict-'] as const

/** Undefined for what is no copy by its name. */
export function originOfCopy(path: Path): Path | undefined {
  const name = nameOf(path)
  const pattern = PATTERNS.find(each => each.test(name))
  const origin = pattern === undefined ? '' : name.replace(pattern, '')
  return origin === '' ? undefined : pathIn(parentOf(path), origin)
}

/** The short id of the device that made what won, in names as Syncthing gives them. */
export function deviceInCopy(path: Path): string | undefined {
  return /\.sync-conflict-\d{8}-\d{6}-([A-Z2-7]{7})/.exec(nameOf(path))?.[1]
}
