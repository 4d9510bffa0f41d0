// Whether what all devices go to is no change at all: the version that was agreed on, or its bytes under another one.
import type { Announcement } from '../../index/mesh.ts'
import type { Agreement } from '../../model/agreement.ts'
import { stampOfVersion } from './announcements.ts'

/**
 * So it is when what is here was changed while it was agreed on, and when a change comes to two devices by another way too, as by a server
 * that both are in sync with.
 */
export function isAsAgreed({ deleted, invalid, kind, version, blocks }: Announcement, agreed: Agreement): boolean {
  if (deleted || invalid || kind !== agreed.kind) return false
  if (stampOfVersion(version) === agreed.remote) return true
  if (kind !== 'file') return false
  return agreed.content !== undefined && blocks?.content === agreed.content
}
