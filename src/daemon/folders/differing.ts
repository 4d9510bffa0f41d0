// Which paths differ where changes travel one way only: what somebody decides about who says who is right.
import type { Differing } from '../../api/shapes/paths.ts'
import type { FolderIndex } from '../../index/folder-index.ts'
import type { Announcement, MeshRecords } from '../../index/mesh.ts'
import type { Path } from '../../model/path.ts'
import type { FolderConfig } from '../config/config.ts'

export interface DifferingParts {
  readonly type: FolderConfig['type']
  readonly index: Pick<FolderIndex, 'row'>
  readonly mesh: Pick<MeshRecords, 'lackedAfter' | 'keptBackAfter' | 'pickedOfOthers'>
}

/** At most `limit` that come after `after`, in the order of paths; none where changes go both ways. */
export function differingAfter(
  after: Path | '',
  limit: number,
  { type, index, mesh }: DifferingParts,
): readonly Differing[] {
  const isHere = (path: Path) => !['deleted', undefined].includes(index.row(path)?.state.kind)
  const told = ({ path }: Announcement, there: Announcement | undefined): Differing => ({
    path,
    is: wordOf(isHere(path), there !== undefined && !there.deleted && !there.invalid),
  })
  if (type === 'send-only') return mesh.lackedAfter(after, limit).map(theirs => told(theirs, theirs))
  if (type === 'send-receive') return []
  return mesh.keptBackAfter(after, limit).map(ours => told(ours, mesh.pickedOfOthers(ours.path)))
}

function wordOf(isHere: boolean, isThere: boolean): Differing['is'] {
  if (isHere === isThere) return 'changed'
  return isHere ? 'only-here' : 'only-there'
}
