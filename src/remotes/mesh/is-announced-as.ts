// Whether what is here is what a device announced, whatever the versions are.
import type { Row } from '../../index/folder-index.ts'
import type { Announcement } from '../../index/mesh.ts'
import type { Role } from './role.ts'

/** A folder that only sends is never touched: there the time of a file has to be the same too. */
export function isAnnouncedAs(row: Row | undefined, announced: Announcement, { type, permissions }: Role): boolean {
  if (announced.invalid) return false
  const state = row?.state ?? { kind: 'deleted' as const }
  if (announced.deleted || state.kind === 'deleted') return announced.deleted && state.kind === 'deleted'
  if (state.kind !== announced.kind) return false
  if (state.kind === 'symlink') return state.target === announced.target
  const isSameMode =
    permissions === 'ignored' || announced.mode === undefined || announced.mode === (state.mode & 0o777)
  if (state.kind === 'directory') return isSameMode
  const isSameTime = type !== 'send-only' || state.mtimeNs === announced.modifiedNs
  return isSameMode && isSameTime && announced.blocks?.content === state.content
}
