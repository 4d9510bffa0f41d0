// Whether what all devices go to is no change at all: the bytes that were agreed on, under another version.
import type { Announcement } from '../../index/mesh.ts'
import type { Agreement } from '../../model/agreement.ts'

/** So it is when a change comes to two devices by another way too, as by a server that both are in sync with. */
export function isAsAgreed({ deleted, invalid, kind, blocks }: Announcement, agreed: Agreement): boolean {
  if (deleted || invalid || kind !== 'file' || agreed.kind !== 'file') return false
  return agreed.content !== undefined && blocks?.content === agreed.content
}
