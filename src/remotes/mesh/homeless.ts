// Where devices disagree on what a path is: one made a file of a directory, another put something into it without knowing of that.
import type { Global, MeshRecords } from '../../index/mesh.ts'
import { ancestorsOf, type Path } from '../../model/path.ts'

/** Enough to tell. */
const FEW = 20

/**
 * All go to it, and yet to no directory that it could be in: somebody made a file of that, without knowing of what is in it now. One who
 * still announces both has only not got round to telling of the deletion.
 */
export function isHomeless(path: Path, mesh: MeshRecords): boolean {
  const above = [...ancestorsOf(path)]
    .map(place => mesh.global(place))
    .find(global => global !== undefined && !global.announcement.deleted && global.announcement.kind !== 'directory')
  const own = above === undefined ? undefined : mesh.global(path)
  if (above === undefined || own === undefined || own.announcement.deleted) return false
  return !above.holders.some(holder => holder !== undefined && own.holders.includes(holder))
}

/** What all go to here is no directory, but others have something in it that we have not: to us it is one. */
export function isOverrun(path: Path, mesh: MeshRecords): boolean {
  const picked = mesh.picked(path)
  if (picked === undefined || picked.deleted || picked.invalid || picked.kind === 'directory') return false
  const below = mesh.pickedBelow(path, FEW).flatMap(each => mesh.global(each) ?? [])
  if (below.length === 0 || below.some(({ holders }) => holders.includes(undefined))) return false
  const holders = mesh.global(path)?.holders ?? []
  return below.some(each => !haveCommon(each.holders, holders))
}

function haveCommon(a: Global['holders'], b: Global['holders']): boolean {
  return a.some(holder => b.includes(holder))
}
