// An agreement made of what both sides showed.
import type { Agreement } from '../model/agreement.ts'
import type { FileEntry, Syncable } from '../model/entry.ts'
import { assert } from '../model/errors.ts'
import type { Path } from '../model/path.ts'

/** What is known of it is filled in one by one: spreading many objects that mostly hold nothing into one takes ten times as long. */
type Filling = { -readonly [K in keyof Agreement]: Agreement[K] }

/** What both sides agree on at `path`, when they show `local` and `remote` and their contents are known to be equal. */
export function agreementOf(path: Path, local: Syncable, remote: Syncable): Agreement {
  assert(local.kind === remote.kind, `an agreement on two kinds at ${path}`)
  const both: Filling = { path, kind: local.kind, local: local.stamp, remote: remote.stamp }
  if (local.id !== undefined) both.localId = local.id
  if (remote.id !== undefined) both.remoteId = remote.id
  if (local.kind === 'symlink') return { ...both, target: local.target }
  // A mode counts only where both sides hold one: else nobody could tell whose change a difference is.
  if (local.mode !== undefined && modeOf(remote) !== undefined) both.mode = local.mode
  if (local.kind === 'file' && remote.kind === 'file') fillFile(both, local, remote)
  return both
}

function fillFile(both: Filling, local: FileEntry, remote: FileEntry): void {
  both.size = local.size
  const content = local.content ?? remote.content
  if (content !== undefined) both.content = content
  if (remote.sums !== undefined && remote.sums.length > 0) both.sums = remote.sums
  if (local.mtimeNs !== undefined) both.localMtimeNs = local.mtimeNs
  if (remote.mtimeNs !== undefined) both.remoteMtimeNs = remote.mtimeNs
}

function modeOf(entry: Syncable): number | undefined {
  return entry.kind === 'symlink' ? undefined : entry.mode
}
