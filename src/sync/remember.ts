// What a pass leaves behind for the next run: failures, what was seen of the remote, and under which rules it was looked at.
import { type FolderIndex, type PairRecords, stampOfRow } from '../index/folder-index.ts'
import type { Path } from '../model/path.ts'
import { isEffect } from '../plan/step.ts'
import type { IgnoreRules } from '../scan/ignore-rules.ts'
import { failureOf } from './back-off.ts'
import { followMoves } from './holding-ignored.ts'
import { followOutcomes, markSeen, unsettledIn } from './observation.ts'
import type { Outcome } from './outcome.ts'
import type { Pass, View } from './pass.ts'
import type { Tries } from './tries.ts'

export interface Remembering {
  readonly index: FolderIndex
  readonly records: PairRecords
  readonly ignore: IgnoreRules
  readonly tries: Tries
  /** Milliseconds since 1970. */
  readonly now: number
  /** Of the run: what is still open then has failed. */
  readonly isLast: boolean
}

export function rememberPass({ remote }: View, { triples, outcomes }: Pass, parts: Remembering): void {
  const { index, records, ignore } = parts
  index.transaction(() => {
    const failing = new Set<Path>(records.failures().map(({ path }) => path))
    for (const outcome of outcomes) rememberOutcome(outcome, { triples, failing }, parts)
    for (const path of failing) if (!triples.has(path) && isOver(path, remote, parts)) records.clearFailure(path)
    const { dirty } = followOutcomes(remote.dirty, outcomes)
    followMoves(remote.leftAlone, outcomes)
    markSeen(remote, unsettledIn(dirty, records), records)
    records.set(RULES, ignore.fingerprint)
  })
}

/** Whether what failed to go there is as agreed here again, or gone: then there is nothing to be tried again. What was to come from there may still be there. */
function isOver(path: Path, { dirty }: View['remote'], { index, records }: Remembering): boolean {
  if (dirty.has(path)) return false
  const agreed = records.agreement(path)
  const row = index.row(path)
  if (records.failure(path)?.remote !== (agreed?.remote ?? 'absent')) return false
  if (agreed === undefined) return row === undefined || row.state.kind === 'deleted'
  return row !== undefined && agreed.local === stampOfRow(row)
}

/** Whether the rules are those under which the remote was last looked at: what was pruned then may be pruned again. */
export function isUnderSameRules(records: PairRecords, ignore: IgnoreRules): boolean {
  return records.get(RULES) === ignore.fingerprint
}

const RULES = 'ignore-fingerprint'

function rememberOutcome(
  outcome: Outcome,
  { triples, failing }: Pick<Pass, 'triples'> & { readonly failing: Set<Path> },
  { records, tries, now, isLast }: Remembering,
): void {
  const { path } = outcome.step
  // Most have never failed: then there is nothing to clear.
  if (outcome.as === 'done' && isEffect(outcome.step) && failing.delete(path)) records.clearFailure(path)
  if (outcome.as !== 'failed' || (tries.isOpen(outcome) && !isLast)) return
  const triple = triples.get(path) ?? { path }
  failing.add(path)
  records.recordFailure(failureOf(triple, outcome.error, records.failure(path), now))
}
