// Names as a watcher is told them: not checked yet.
import { faultOfName, isReserved, type Path, type Place } from '../model/path.ts'

/** Whether events at `path` concern nobody: our own directory, and what the caller skips, or anything below these. */
export function isLeftAlone({ skips }: { skips(path: Path): boolean }, path: string): boolean {
  const names = path.split('/')
  if (isReserved(names[0] ?? '')) return true
  // A name that cannot be ours is worth a look: the scan will say what is wrong with it.
  if (names.some(name => faultOfName(name) !== undefined)) return false
  return names.some((_, index) => skips(names.slice(0, index + 1).join('/') as Path))
}

/** The directory that holds `path`, or the nearest one above whose name can be ours. */
export function placeOf(path: string): Place {
  const names = path.split('/').slice(0, -1)
  const fault = names.findIndex(name => faultOfName(name) !== undefined)
  return (fault < 0 ? names : names.slice(0, fault)).join('/') as Place
}
