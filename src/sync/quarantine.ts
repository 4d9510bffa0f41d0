// Files that the disk has spoilt: nobody wrote to them, but their bytes are not what they were.
import type { FolderIndex, PairRecords } from '../index/folder-index.ts'
import type { Path } from '../model/path.ts'
import type { Revisions } from '../revisions/revisions.ts'
import type { RemoteView } from './observation.ts'
import { entryOfAgreement } from './triples.ts'

export interface QuarantineParts {
  readonly index: FolderIndex
  readonly records: PairRecords
  readonly revisions: Revisions
  readonly view: RemoteView
}

/**
 * Moves a damaged file to the trash where the other side still has the good one, and forgets that it was ever agreed on: so it is
 * fetched like a new one, and its absence here is no deletion for anybody. False when there is no good one to fetch.
 */
export async function quarantine(path: Path, { index, records, revisions, view }: QuarantineParts): Promise<boolean> {
  const agreed = records.agreement(path)
  if (agreed?.kind !== 'file' || view.dirty.has(path)) return false
  await revisions.keep(path, 'replaced')
  index.transaction(() => {
    index.record([{ path, state: { kind: 'deleted' } }])
    for (const remote of index.remotes()) index.pair(remote).forget([path])
  })
  // The planner is to see what is there now: the good file, agreed with nobody.
  view.dirty.set(path, entryOfAgreement(agreed, undefined))
  return true
}
