// What is announced of a change that was made here: a version of our own, what others have already, or that it is kept back.
import type { FolderIndex, Row } from '../../index/folder-index.ts'
import type { Announcement, BlocksKey, MeshRecords } from '../../index/mesh.ts'
import type { ContentId } from '../../model/content.ts'
import type { Kind } from '../../model/entry.ts'
import type { Path } from '../../model/path.ts'
import { bumpVersion, compareVersions, type DeviceId, mergeVersions, type Version } from '../../model/version.ts'
import type { Clock } from '../../platform/world.ts'
import { announcementOfRow } from './announcements.ts'
import { isAsAgreed } from './as-agreed.ts'
import { isAnnouncedAs } from './is-announced-as.ts'
import { remoteIdOf } from './remote-id.ts'
import type { Role } from './role.ts'

export interface AnnounceParts {
  readonly folder: string
  readonly role: Role
  readonly index: FolderIndex
  readonly mesh: MeshRecords
  /** Who signs our versions. */
  readonly device: DeviceId
  readonly clock: Clock
}

export interface LocalChange {
  /** Of what is gone, where it is a deletion. */
  readonly goneKind?: Kind
  /** It takes the place of a file that was brought aside. */
  readonly isOverFile: boolean
  /** The hash of the only block, where the file was read for it. */
  readonly only?: Uint8Array
}

/** To be called in the transaction that announces it. */
export function announceChange(row: Row, change: LocalChange, parts: AnnounceParts): Announcement {
  const { role, mesh } = parts
  if (role.type === 'send-receive') return ofOurs(row, change, versionFor(row, change, parts), parts)
  const picked = mesh.picked(row.path)
  // What is as others have it is theirs, whoever did it first.
  if (picked !== undefined && isAnnouncedAs(row, picked, role)) {
    parts.index.adopt(row.path, row.sequence, picked.version)
    return picked
  }
  return role.type === 'send-only' ? ofOurs(row, change, row.version, parts) : keptBack(row, change, parts)
}

/** It is so here, and others go on with what they have. */
export function keptBack(row: Row, change: LocalChange, parts: AnnounceParts): Announcement {
  const others = parts.mesh.pickedOfOthers(row.path)
  const madeOf: Version = others?.version ?? []
  // Newer than what it was made of, and so no conflict with that.
  parts.index.adopt(row.path, row.sequence, mergeVersions(row.version, madeOf))
  const told = ofOurs(row, change, madeOf, parts)
  // What was made here only, and is gone again, is nothing to keep.
  const isNothing = told.deleted && (others === undefined || others.deleted || others.invalid)
  return isNothing ? told : { ...told, invalid: true, isKeptBack: true }
}

export function ofOurs(
  row: Row,
  { goneKind, only }: LocalChange,
  version: Version,
  { role, mesh, device, clock }: AnnounceParts,
): Announcement {
  const nowNs = BigInt(clock.now()) * 1_000_000n
  const blocks = blocksOfRow(row, only, mesh)
  const announcement = announcementOfRow(row, { version, modifiedBy: device, blocks }, nowNs)
  return {
    ...announcement,
    // A deletion keeps saying what kind of thing is gone.
    kind: goneKind ?? announcement.kind,
    mode: role.permissions === 'ignored' ? undefined : announcement.mode,
  }
}

function blocksOfRow({ path, state }: Row, only: Uint8Array | undefined, mesh: MeshRecords): BlocksKey | undefined {
  if (state.kind !== 'file') return undefined
  const { content } = state
  if (only !== undefined) return { key: content, content, only }
  return knownBlocks(path, content, mesh) ?? { key: content, content }
}

/** Where the file was announced with this content, by us or as what all go to. */
export function knownBlocks(path: Path, content: ContentId, mesh: MeshRecords): BlocksKey | undefined {
  const picked = mesh.picked(path)
  if (picked === undefined || picked.blocks?.key === content) return picked?.blocks
  const ours = mesh.announced(path)?.blocks
  return ours?.key === content ? ours : undefined
}

/** A version that is newer than what all go to. */
export function newerVersion(row: Row, { index, mesh, device, clock }: AnnounceParts): Version {
  const global = mesh.picked(row.path)?.version ?? []
  const version = bumpVersion(mergeVersions(row.version, global), device, BigInt(Math.floor(clock.now() / 1000)))
  index.adopt(row.path, row.sequence, version)
  return version
}

/** The row's own version, unless all devices went on meanwhile, or what they have was brought aside: then one that is newer than theirs. */
function versionFor(row: Row, { isOverFile }: LocalChange, parts: AnnounceParts): Version {
  const global = parts.mesh.picked(row.path)?.version ?? []
  const order = compareVersions(row.version, global)
  const isNewer = isOverFile || isNoChange(row, parts)
  return order === 'newer' || (order === 'concurrent' && !isNewer) ? row.version : newerVersion(row, parts)
}

/** Whether others made no change that ours could be a conflict with. */
function isNoChange({ path }: Row, { index, mesh, folder }: AnnounceParts): boolean {
  const global = mesh.picked(path)
  const agreed = index.pair(remoteIdOf(folder)).agreement(path)
  return global !== undefined && agreed !== undefined && isAsAgreed(global, agreed)
}
