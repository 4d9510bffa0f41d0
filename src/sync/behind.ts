// Which side is behind the other: what it shows is something that the other side is known to have replaced.
import type { FolderIndex, PairRecords, Row } from '../index/folder-index.ts'
import { DELETED, type Lineage, OTHER_BRIDGES, type What, whatIs } from '../index/lineage.ts'
import type { Agreement } from '../model/agreement.ts'
import type { Entry, Stamp, Syncable } from '../model/entry.ts'
import type { Path } from '../model/path.ts'
import { compareVersions, isWithin, mergeVersions, type Version } from '../model/version.ts'
import { agreementOf } from '../plan/agree.ts'
import type { Side, Triple } from '../plan/triple.ts'

export interface BehindParts {
  readonly index: FolderIndex
  readonly records: PairRecords
  /** The folder has remotes beside the mesh. */
  readonly isBridge: boolean
  /** The version of what the other side shows, if that is `shown`; without it the other side knows nothing of versions. */
  readonly versionOf?: (path: Path, shown: Entry | undefined) => Version | undefined
}

/** Equals no stamp of anybody. */
const NEVER = 'never' as Stamp

/** Undefined where that cannot be told, or neither is. */
export function whoIsBehind(triple: Triple, row: Row, lineage: Lineage, parts: BehindParts): Side | undefined {
  const { versionOf } = parts
  return versionOf === undefined
    ? behindOnRemote(triple, row, lineage, parts)
    : behindInMesh(triple, row, lineage, { ...parts, there: versionOf(triple.path, triple.remote) })
}

/** A remote knows of no versions: those are it that had what it shows, and that are not known to have been replaced there. */
function behindOnRemote(
  { path, remote, agreed }: Triple,
  row: Row,
  { all }: Lineage,
  { records }: BehindParts,
): Side | undefined {
  const agreedVersion = records.agreedVersion(path)
  if (agreed !== undefined && agreedVersion === undefined) return undefined
  const shown = whatOf(remote)
  const since = all.filter(
    ({ what, version }) => what === shown && (agreedVersion === undefined || !isWithin(version, agreedVersion)),
  )
  if (since.some(({ version }) => compareVersions(version, row.version) === 'newer')) return 'local'
  return since.some(({ version }) => isWithin(version, row.version)) ? 'remote' : undefined
}

/**
 * Where versions know nothing of each other, and one of them is of something that the other has replaced, it only came round by another
 * way: from then on the newer one counts as made of both. Where there is no other way, somebody has put the older one back.
 */
function behindInMesh(
  { path, local, remote }: Triple,
  row: Row,
  { all }: Lineage,
  { index, isBridge, there }: BehindParts & { readonly there: Version | undefined },
): Side | undefined {
  if (there === undefined) return undefined
  const order = compareVersions(row.version, there)
  if (order === 'newer') return 'remote'
  if (order === 'older') return 'local'
  // Deletions are all alike: from one of them nobody can tell which it is. And of a content that was there twice neither.
  const had = (what: What | undefined, before: Version, unknownTo: Version) =>
    what !== DELETED &&
    all.some(one => one.what === what && isWithin(one.version, before) && !isWithin(one.version, unknownTo))
  const areOthers = index.get(OTHER_BRIDGES) !== undefined
  const isOldThere = areOthers && had(whatOf(remote), row.version, there)
  const isOldHere = (areOthers || isBridge) && had(whatOf(local), there, row.version)
  if (isOldThere === isOldHere) return undefined
  if (isOldThere) index.adopt(path, row.sequence, mergeVersions(row.version, there))
  return isOldThere ? 'remote' : 'local'
}

/** The triple as if both had agreed on what one of them still shows. */
export function asBehind(triple: Triple, behind: Side): Triple {
  const { agreed: _, ...rest } = triple
  const shown = behind === 'local' ? triple.local : triple.remote
  if (shown === undefined || shown.kind === 'blocked') return rest
  const unknown = { ...shown, stamp: NEVER }
  const agreed: Agreement =
    behind === 'local' ? agreementOf(triple.path, shown, unknown) : agreementOf(triple.path, withoutId(unknown), shown)
  return { ...rest, agreed }
}

function withoutId(entry: Syncable): Syncable {
  const { id: _, ...rest } = entry
  return rest as Syncable
}

/** What is there as far as it can be told apart. */
export function whatOf(entry: Entry | undefined): What | undefined {
  if (entry === undefined) return DELETED
  if (entry.kind === 'blocked') return undefined
  return whatIs(entry.kind, entry.kind === 'file' ? entry.content : entry.kind === 'symlink' ? entry.target : undefined)
}
