// The bytes turn out to be there already: nothing is replaced, only time and mode are taken over.
import { entryOfRow, stampOfRow } from '../index/folder-index.ts'
import type { FileEntry } from '../model/entry.ts'
import type { Path } from '../model/path.ts'
import { agreementOf } from '../plan/agree.ts'
import type { Transfer } from '../plan/step.ts'
import { isSameTime } from '../plan/steps.ts'
import type { Staged } from '../replica/replica.ts'
import type { Ends } from './ends.ts'
import type { Ledger } from './ledger.ts'

/** Settles a download whose bytes are those of the file here; undefined when they are others. */
export async function keepSame(
  step: Transfer,
  staged: Staged,
  ends: Ends,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<'done' | 'stale' | undefined> {
  if (!mayBeThere(step)) return undefined
  const row = ends.index.row(step.path)
  if (row?.state.kind !== 'file' || row.state.content !== staged.content || stampOfRow(row) !== step.expect)
    return undefined
  await ends.local.discard(staged, signal)
  return agreeOnSame(step.path, entryOfRow(row) as FileEntry, step.source, ends, ledger, signal)
}

/** Whether there is anything that the bytes could be equal to. */
export function mayBeThere({ to, expect, aside }: Transfer): boolean {
  return to === 'local' && expect !== 'absent' && aside === undefined
}

/** Agrees on two files with the same content, after the local one has taken over the other's time and mode where they are worth it. */
export async function agreeOnSame(
  path: Path,
  local: FileEntry,
  remote: FileEntry,
  ends: Ends,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<'done' | 'stale'> {
  const wanted = metadataOf(local, remote, ends)
  if (wanted === undefined) {
    ledger.add([{ do: 'agree', agreement: agreementOf(path, local, remote) }])
    return 'done'
  }
  const committed = await ends.local.commit({ do: 'set-metadata', path, expect: local.stamp, ...wanted }, signal)
  if (committed.as === 'stale' || committed.entry?.kind !== 'file') return 'stale'
  ledger.add([{ do: 'agree', agreement: agreementOf(path, committed.entry, remote) }])
  return 'done'
}

/** What the local file lacks of the other's time and mode; a time that a server chose itself says nothing about the file. */
function metadataOf(local: FileEntry, remote: FileEntry, ends: Ends): { mtimeNs?: bigint; mode?: number } | undefined {
  const [here, there] = [ends.local.can, ends.remote.can]
  const precision = here.mtimePrecisionNs > there.mtimePrecisionNs ? here.mtimePrecisionNs : there.mtimePrecisionNs
  const isOtherTime =
    there.setsMtime !== 'never' &&
    remote.mtimeNs !== undefined &&
    (local.mtimeNs === undefined || !isSameTime(local.mtimeNs, remote.mtimeNs, precision))
  const isOtherMode = there.modes && remote.mode !== undefined && remote.mode !== local.mode
  if (!isOtherTime && !isOtherMode) return undefined
  return {
    ...(isOtherTime && remote.mtimeNs !== undefined ? { mtimeNs: remote.mtimeNs } : {}),
    ...(isOtherMode && remote.mode !== undefined ? { mode: remote.mode } : {}),
  }
}
