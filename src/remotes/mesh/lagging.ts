// What another device announces without knowing of ours, although ours replaced just that: it came to that device by another way.
import type { FolderIndex } from '../../index/folder-index.ts'
import { DELETED, OTHER_BRIDGES, type What, whatIs } from '../../index/lineage.ts'
import type { Announcement, MeshRecords } from '../../index/mesh.ts'
import { compareVersions, isWithin, mergeVersions } from '../../model/version.ts'
import { type DeviceKey, shortIdOf } from '../../wire/bep/device-key.ts'

interface Parts {
  readonly index: FolderIndex
  readonly mesh: MeshRecords
}

/** Ours, of what was heard, that are to be announced again as made of both: then nobody takes them for a conflict. */
export function outdone(heard: readonly Announcement[], parts: Parts): Announcement[] {
  // Where there is no other way, somebody has put the older one back.
  if (parts.index.get(OTHER_BRIDGES) === undefined) return []
  return heard.flatMap(theirs => outdoneBy(theirs, parts) ?? [])
}

function outdoneBy(theirs: Announcement, { index, mesh }: Parts): Announcement | undefined {
  const ours = mesh.announced(theirs.path)
  if (ours === undefined || ours.invalid || theirs.invalid) return undefined
  if (compareVersions(ours.version, theirs.version) !== 'concurrent') return undefined
  const row = index.row(theirs.path)
  // What is not announced yet will be.
  if (row === undefined || compareVersions(row.version, ours.version) !== 'equal') return undefined
  const what = whatOf(theirs)
  const isOld = index
    .lineage(theirs.path)
    .all.some(one => one.what === what && isWithin(one.version, ours.version) && !isWithin(one.version, theirs.version))
  // Deletions are all alike.
  if (!isOld || what === DELETED || what === whatOf(ours)) return undefined
  const version = mergeVersions(ours.version, theirs.version)
  index.adopt(row.path, row.sequence, version)
  return { ...ours, version }
}

function whatOf({ deleted, kind, blocks, target }: Announcement): What | undefined {
  return deleted ? DELETED : whatIs(kind, kind === 'file' ? blocks?.content : target)
}

/** Remembers that a device has the folder on remotes too, or has not. */
export function noteBridge(device: DeviceKey, hasRemotes: boolean, { index }: Pick<Parts, 'index'>): void {
  const shortId = String(shortIdOf(device))
  const before = index.get(OTHER_BRIDGES)?.split(' ') ?? []
  const others = before.filter(one => one !== shortId)
  const now = hasRemotes ? [...others, shortId] : others
  if (now.length !== before.length) index.set(OTHER_BRIDGES, now.length === 0 ? undefined : now.join(' '))
}
