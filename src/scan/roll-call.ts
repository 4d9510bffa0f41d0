// Which directories hold exactly what the index says of them, so that nothing in them need be looked at name by name.
import type { FolderIndex } from '../index/folder-index.ts'
import type { Place } from '../model/path.ts'
import { type Called, callRolls, NONE_SAME } from '../platform/roll.ts'
import type { Tree } from '../platform/tree.ts'
import { forgetNoLongerIgnored } from './forget-ignored.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import type { Findings } from './report.ts'

interface Scanned {
  readonly tree: Tree
  readonly index: FolderIndex
  readonly ignore: IgnoreRules
  readonly trust: 'metadata' | 'content'
  /** Where it looks, when not everywhere. */
  readonly places?: readonly Place[]
}

/**
 * Calls the rolls of the whole folder. None where marks are not trusted, or where the rules have changed since everything was
 * looked at: a live row says that its path was kept under the rules of then.
 */
export async function callRollsOf(options: Scanned, signal: AbortSignal): Promise<Called> {
  const { tree, index, ignore, trust } = options
  const isWhole = options.places === undefined
  if (!isWhole || trust === 'content' || index.get(RULES) !== ignore.fingerprint) return NONE_SAME
  return callRolls(tree, index, signal)
}

/**
 * The rules of a scan that has looked everywhere hold from then on: they are remembered, and what they no longer leave alone is nothing
 * special any more. `before` is the sequence that it began with: where there was nothing on record, nothing was left alone under other rules.
 */
export function settleRules({ index, ignore, places }: Scanned, findings: Findings, before: number): void {
  const { unreadable, unsettled, passedOver } = findings
  const isComplete = places === undefined && unreadable.length + unsettled.length + passedOver.length === 0
  if (!isComplete || index.get(RULES) === ignore.fingerprint) return
  if (before > 0) forgetNoLongerIgnored(index, ignore)
  index.set(RULES, ignore.fingerprint)
}

const RULES = 'scanned-under'
