// A new stamp says that something happened to a file, not what. Where the bytes may be the agreed ones, or those of the file here, that is
// found out before anybody plans, as long as it can be done where the file is.
import { type FolderIndex, type PairRecords, stampOfRow } from '../index/folder-index.ts'
import type { Agreement } from '../model/agreement.ts'
import { type ContentId, compareChecksums, isStrong, kindOfChecksum } from '../model/content.ts'
import type { Entry, FileEntry } from '../model/entry.ts'
import { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import type { Replica } from '../replica/replica.ts'

export interface LearnParts {
  readonly local: Replica
  readonly remote: Replica
  readonly index: FolderIndex
  readonly records: PairRecords
}

interface Candidate {
  readonly path: Path
  readonly entry: FileEntry
  /** What was agreed on it, here or where it was before it moved; undefined when it is only compared with the file here. */
  readonly agreed: Agreement | undefined
}

/** Adds what can be learnt to the entries of `dirty`. A file that cannot be looked into stays as it is: unknown. */
export async function learnContents(
  dirty: Map<Path, Entry | undefined>,
  parts: LearnParts,
  signal: AbortSignal,
): Promise<void> {
  const { remote } = parts
  if (remote.contents === undefined && remote.checksum === undefined) return
  const candidates: Candidate[] = []
  for (const [path, entry] of dirty) {
    const candidate = entry?.kind === 'file' ? candidateOf(path, entry, parts) : undefined
    if (candidate !== undefined) candidates.push(candidate)
  }
  for (let at = 0; at < candidates.length; at += AT_ONCE) {
    const some = candidates.slice(at, at + AT_ONCE)
    const contents = await contentsOf(some, parts, signal)
    for (const [i, { path, entry }] of some.entries()) {
      const content = contents[i]
      if (content !== undefined) dirty.set(path, { ...entry, content })
    }
  }
}

const AT_ONCE = 512

/** A file whose content is unknown, of the very size of what it may be the same as. */
function candidateOf(path: Path, entry: FileEntry, { index, records }: LearnParts): Candidate | undefined {
  if (entry.content !== undefined || entry.size === 0) return undefined
  const agreed = records.agreement(path) ?? agreedBefore(entry, records)
  if (agreed !== undefined) {
    const isOpen = agreed.size === entry.size && compareChecksums(entry.sums ?? [], agreed.sums ?? []) === 'unknown'
    return isOpen ? { path, entry, agreed } : undefined
  }
  const state = index.row(path)?.state
  return state?.kind === 'file' && state.size === entry.size ? { path, entry, agreed } : undefined
}

function agreedBefore({ id }: FileEntry, records: PairRecords): Agreement | undefined {
  return id === undefined ? undefined : records.agreementsByRemoteId(id).find(({ kind }) => kind === 'file')
}

async function contentsOf(
  candidates: readonly Candidate[],
  parts: LearnParts,
  signal: AbortSignal,
): Promise<readonly (ContentId | undefined)[]> {
  const { remote } = parts
  if (remote.contents === undefined)
    return Promise.all(candidates.map(candidate => contentBySum(candidate, parts, signal)))
  const wanted = candidates.map(({ path, entry }) => ({ path, expect: entry.stamp }))
  const found = await remote.contents(wanted, signal)
  return found.map(content => (content instanceof SyncError ? undefined : content))
}

/** The agreed content, when the remote's checksum proves that it is still there. */
async function contentBySum(
  { path, entry, agreed }: Candidate,
  parts: LearnParts,
  signal: AbortSignal,
): Promise<ContentId | undefined> {
  // Without an agreement the comparison of the two files is a step of the plan.
  if (agreed?.content === undefined || agreed.path !== path) return undefined
  const known = agreed.sums?.find(sum => isStrong(kindOfChecksum(sum)))
  try {
    const mine = known ?? (await sumHere(path, agreed, parts, signal))
    if (mine === undefined) return undefined
    const theirs = await parts.remote.checksum?.(path, entry.stamp, kindOfChecksum(mine), signal)
    return theirs === mine ? agreed.content : undefined
  } catch (error) {
    if (error instanceof SyncError && error.scope === 'entry') return undefined
    throw error
  }
}

/** A checksum of what was agreed, from the file here while it still is that. */
function sumHere(path: Path, agreed: Agreement, { local, index }: LearnParts, signal: AbortSignal) {
  const row = index.row(path)
  if (row?.state.kind !== 'file' || row.state.content !== agreed.content) return undefined
  return local.checksum?.(path, stampOfRow(row), 'SHA1', signal)
}
