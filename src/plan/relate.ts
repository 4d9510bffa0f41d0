// What happened to one side since the agreement.
import type { Agreement } from '../model/agreement.ts'
import { compareChecksums } from '../model/content.ts'
import type { Entry, FileEntry, Syncable } from '../model/entry.ts'
import type { Side } from './triple.ts'

/**
 * `absent` and `created` are without an agreement, the others with one; `touched` means the same content under another time or
 * mode; `blocked` means that nothing can be said.
 */
export type Change = 'absent' | 'created' | 'unchanged' | 'touched' | 'edited' | 'deleted' | 'blocked'

/** How `entry`, as shown by `side` now, relates to what was agreed. */
export function relate(entry: Entry | undefined, agreed: Agreement | undefined, side: Side): Change {
  if (entry?.kind === 'blocked') return 'blocked'
  if (agreed === undefined) return entry === undefined ? 'absent' : 'created'
  if (entry === undefined) return 'deleted'
  if (entry.kind !== agreed.kind) return 'edited'
  // A directory has no content of its own; its stamp may change with what is below it, which is not an edit of the directory.
  if (entry.kind === 'directory') return sameMode(entry.mode, agreed.mode) ? 'unchanged' : 'touched'
  if (entry.stamp === (side === 'local' ? agreed.local : agreed.remote)) return 'unchanged'
  if (entry.kind === 'symlink') return entry.target === agreed.target ? 'unchanged' : 'edited'
  return relateFile(entry, agreed, side)
}

/** As `relate` of a file, whatever its stamp: also of one at another path. */
export function relateFile(entry: FileEntry, agreed: Agreement, side: Side): Change {
  // A new stamp says that something happened. Only equal content proves that it was not the bytes; unknown content never does.
  if (!isAgreedContent(entry, agreed)) return 'edited'
  const mtimeNs = side === 'local' ? agreed.localMtimeNs : agreed.remoteMtimeNs
  return entry.mtimeNs === mtimeNs && sameMode(entry.mode, agreed.mode) ? 'unchanged' : 'touched'
}

function isAgreedContent(entry: FileEntry, agreed: Agreement): boolean {
  if (entry.size !== agreed.size) return false
  if (entry.content !== undefined && agreed.content !== undefined) return entry.content === agreed.content
  return compareChecksums(entry.sums ?? [], agreed.sums ?? []) === 'same'
}

/** Modes count only where both hold them. */
function sameMode(a: number | undefined, b: number | undefined): boolean {
  return a === undefined || b === undefined || a === b
}

/** What is known of the contents of two entries of the same path without moving bytes. */
export function compareEntries(a: Syncable, b: Syncable): 'same' | 'different' | 'unknown' {
  if (a.kind !== b.kind) return 'different'
  if (a.kind === 'directory') return 'same'
  if (a.kind === 'symlink') return b.kind === 'symlink' && a.target === b.target ? 'same' : 'different'
  if (b.kind !== 'file' || a.size !== b.size) return 'different'
  if (a.size === 0) return 'same'
  if (a.content !== undefined && b.content !== undefined) return a.content === b.content ? 'same' : 'different'
  return compareChecksums(a.sums ?? [], b.sums ?? [])
}
