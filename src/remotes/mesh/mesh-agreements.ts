// What a pair with a mesh agrees on is what we announce: whatever was taken over from other devices is ours now, exactly as they made it.
import type { FolderIndex, PairRecords, Row } from '../../index/folder-index.ts'
import type { Announcement, MeshRecords } from '../../index/mesh.ts'
import type { Agreement } from '../../model/agreement.ts'
import type { Path } from '../../model/path.ts'
import { compareVersions } from '../../model/version.ts'
import { stampOfVersion } from './announcements.ts'

export interface AgreementParts {
  readonly records: PairRecords
  readonly index: FolderIndex
  readonly mesh: MeshRecords
  readonly onAnnounced: () => void
}

/**
 * `records`, of which each agreement and each forgetting is announced in the same transaction. What we announced does not count
 * as agreed once another version won that was made without knowing of it: then both sides have something new.
 */
export function meshAgreements({ records, index, mesh, onAnnounced }: AgreementParts): PairRecords {
  const announce = (announcements: readonly Announcement[]) => {
    if (announcements.length === 0) return
    mesh.announce(announcements)
    onAnnounced()
  }
  const believed = (row: Row | undefined, agreed: Agreement | undefined) =>
    agreed !== undefined && row !== undefined && isApart(row, mesh) ? undefined : agreed
  return {
    ...records,
    agreement: path => {
      const agreed = records.agreement(path)
      return agreed === undefined ? undefined : believed(index.row(path), agreed)
    },
    *dirtyRows() {
      for (const { row, agreed } of records.dirtyRows()) yield { row, agreed: believed(row, agreed) }
    },
    agree: agreements =>
      index.transaction(() => {
        records.agree(agreements)
        announce(agreements.flatMap(agreement => takenOver(agreement, index, mesh)))
      }),
    forget: paths =>
      index.transaction(() => {
        records.forget(paths)
        announce(paths.flatMap(path => given(path, index, mesh)))
      }),
  }
}

function isApart({ path, version, state }: Row, mesh: MeshRecords): boolean {
  const global = mesh.global(path)?.announcement
  if (global === undefined || (global.deleted && state.kind === 'deleted')) return false
  return compareVersions(version, global.version) === 'concurrent'
}

/** Ours from now on: what all go to, if that is what was agreed on. Not when we made it ourselves. */
function takenOver({ path, local, remote }: Agreement, index: FolderIndex, mesh: MeshRecords): Announcement[] {
  const global = mesh.global(path)?.announcement
  // It went on meanwhile: what came is taken over next.
  if (global === undefined || stampOfVersion(global.version) !== remote) return []
  index.adopt(path, Number(local), global.version)
  return isOurs(global, mesh) ? [] : [global]
}

/** What is not ours any more: gone as it is everywhere, or ignored here from now on. */
function given(path: Path, index: FolderIndex, mesh: MeshRecords): Announcement[] {
  const row = index.row(path)
  const ours = mesh.announced(path)
  if (row?.state.kind === 'blocked')
    return ours === undefined || ours.invalid ? [] : [{ ...ours, invalid: true, blocks: undefined }]
  const global = mesh.global(path)?.announcement
  if (global === undefined || !global.deleted) return []
  if (row !== undefined) index.adopt(path, row.sequence, global.version)
  return isOurs(global, mesh) ? [] : [global]
}

function isOurs(global: Announcement, mesh: MeshRecords): boolean {
  const ours = mesh.announced(global.path)
  return (
    ours !== undefined &&
    ours.deleted === global.deleted &&
    ours.invalid === global.invalid &&
    stampOfVersion(ours.version) === stampOfVersion(global.version)
  )
}
