// An agreement made of what both sides showed.
import type { Agreement } from '../model/agreement.ts'
import type { Syncable } from '../model/entry.ts'
import { assert } from '../model/errors.ts'
import type { Path } from '../model/path.ts'

/** What both sides agree on at `path`, when they show `local` and `remote` and their contents are known to be equal. */
export function agreementOf(path: Path, local: Syncable, remote: Syncable): Agreement {
  assert(local.kind === remote.kind, `an agreement on two kinds at ${path}`)
  const both = {
    path,
    kind: local.kind,
    local: local.stamp,
    remote: remote.stamp,
    ...(local.id === undefined ? {} : { localId: local.id }),
    ...(remote.id === undefined ? {} : { remoteId: remote.id }),
  }
  if (local.kind === 'symlink') return { ...both, target: local.target }
  // A mode counts only where both sides hold one: else nobody could tell whose change a difference is.
  const mode = local.mode === undefined || modeOf(remote) === undefined ? {} : { mode: local.mode }
  if (local.kind === 'directory' || remote.kind !== 'file') return { ...both, ...mode }
  const content = local.content ?? remote.content
  return {
    ...both,
    ...mode,
    size: local.size,
    ...(content === undefined ? {} : { content }),
    ...(remote.sums === undefined || remote.sums.length === 0 ? {} : { sums: remote.sums }),
    ...(local.mtimeNs === undefined ? {} : { localMtimeNs: local.mtimeNs }),
    ...(remote.mtimeNs === undefined ? {} : { remoteMtimeNs: remote.mtimeNs }),
  }
}

function modeOf(entry: Syncable): number | undefined {
  return entry.kind === 'symlink' ? undefined : entry.mode
}
