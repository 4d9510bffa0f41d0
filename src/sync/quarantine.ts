// Files that the disk has spoilt: nobody wrote to them, but their bytes are not what they were.
import { type FolderIndex, type PairRecords, stampOfRow } from '../index/folder-index.ts'
import type { Path } from '../model/path.ts'
import type { Revisions } from '../revisions/revisions.ts'
import type { Home } from './home.ts'
import type { RemoteView } from './observation.ts'
import { entryOfAgreement } from './triples.ts'

export interface QuarantineParts {
  readonly home: Home
  readonly index: FolderIndex
  readonly records: PairRecords
  readonly revisions: Revisions
  readonly view: RemoteView
}

/**
 * Moves a damaged file to the trash where the other side still has the good one, and forgets that it was ever agreed on: so it is
 * fetched like a new one, and its absence here is no deletion for anybody. False when there is no good one to fetch.
 */
export function quarantine(path: Path, parts: QuarantineParts): Promise<boolean> {
  return parts.home.alone([path], () => quarantineAlone(path, parts))
}

async function quarantineAlone(path: Path, { index, records, revisions, view }: QuarantineParts): Promise<boolean> {
  const agreed = records.agreement(path)
  const row = index.row(path)
  if (agreed?.kind !== 'file' || view.dirty.has(path)) return false
  // Somebody has put another file there since it was looked at: that one is not damaged.
  if (row === undefined || stampOfRow(row) !== agreed.local) return false
  await revisions.keep(path, 'replaced')
  index.transaction(() => {
    index.record([{ path, state: { kind: 'deleted' } }])
    for (const remote of index.remotes()) index.pair(remote).forget([path])
  })
  // The planner is to see what is there now: the good file, agreed with nobody.
  view.dirty.set(path, entryOfAgreement(agreed, undefined))
  return true
}
