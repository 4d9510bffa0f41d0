// Which directories of a folder this device does not keep: a set of paths, none of them in another.
import { SyncError } from '../model/errors.ts'
import { ancestorsOf, comparePaths, isBelow, isWithin, type Path, parsePath, rebasePath } from '../model/path.ts'

/** In path order. */
export type Deselected = readonly Path[]

/** `kept`: with everything in it. `partly`: something in it is not. */
export type Keeping = 'kept' | 'partly' | 'deselected'

/** A directory in one that is deselected says nothing more; so it is left out. */
export function deselectedOf(paths: Iterable<Path>): Deselected {
  const all = new Set(paths)
  return [...all].filter(path => ![...ancestorsOf(path)].some(place => all.has(place))).sort(comparePaths)
}

export function keepingOf(path: Path, deselected: Deselected): Keeping {
  if (deselected.some(place => isWithin(path, place))) return 'deselected'
  return deselected.some(place => isBelow(place, path)) ? 'partly' : 'kept'
}

export interface SelectionChange {
  /** From now on kept, with everything in them that is not deselected by the same change. */
  readonly select: readonly Path[]
  readonly deselect: readonly Path[]
}

/** Throws `usage` for what is to be kept of a directory that is not. */
export function changeSelection(before: Deselected, { select, deselect }: SelectionChange): Deselected {
  const left = before.filter(place => !select.some(path => isWithin(place, path)))
  for (const path of select) {
    const above = left.find(place => isBelow(path, place))
    if (above !== undefined) throw inDeselected(path, above)
  }
  return deselectedOf([...left, ...deselect])
}

function inDeselected(path: Path, above: Path): SyncError {
  return new SyncError(
    'usage',
    `'${path}' is in '${above}', which is not kept on this device. Select '${above}', and deselect in it what is not to be kept.`,
    { path },
  )
}

/** A directory that is at `to` instead of at `from`. */
export interface Moved {
  readonly from: Path
  readonly to: Path
}

/** What is deselected below `from`, with where it is once `from` is at `to`. */
export function followed(deselected: Deselected, from: Path, to: Path): readonly Moved[] {
  return deselected
    .filter(place => isBelow(place, from))
    .map(place => ({ from: place, to: rebasePath(place, from, to) }))
}

export function writeSelection(deselected: Deselected): string {
  return `${JSON.stringify({ deselected }, undefined, 2)}\n`
}

/** Throws `usage`: as long as nobody knows what is to be kept, nothing may be synced. */
export function parseSelection(text: string, name: string): Deselected {
  const read = listIn(text)
  const paths = read?.map(path => (typeof path === 'string' ? parsePath(path) : undefined))
  if (paths?.every(path => path !== undefined)) return deselectedOf(paths)
  throw new SyncError(
    'usage',
    `The file ${name}, which says what this device keeps, cannot be understood. Nothing is synced until it is mended: it holds {"deselected": ["a directory", …]}.`,
  )
}

function listIn(text: string): readonly unknown[] | undefined {
  try {
    const read = JSON.parse(text) as { deselected?: unknown } | null
    return Array.isArray(read?.deselected) ? read.deselected : undefined
  } catch {
    return undefined
  }
}
