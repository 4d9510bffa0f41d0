// Which directories hold exactly what the index says of them, so that nothing in them need be looked at name by name.
import type { FolderIndex, RowRoll } from '../index/folder-index.ts'
import type { Place } from '../model/path.ts'
import { callRolls } from '../platform/roll.ts'
import type { Tree } from '../platform/tree.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import type { Findings } from './report.ts'

/** A directory that is as its roll says. */
export interface Unchanged {
  readonly files: number
  /** Names of the directories in it. */
  readonly directories: readonly string[]
}

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
export async function callRollsOf(options: Scanned, signal: AbortSignal): Promise<Map<Place, Unchanged>> {
  const { tree, index, ignore, trust } = options
  const isWhole = options.places === undefined
  if (!isWhole || trust === 'content' || index.get(RULES) !== ignore.fingerprint) return new Map()
  const files = new Map<string, number>()
  const counted = function* (rolls: Iterable<RowRoll>) {
    for (const roll of rolls) {
      files.set(roll.place, roll.files)
      yield roll
    }
  }
  const same = await callRolls(tree, counted(index.rolls()), signal)
  return new Map(
    [...same].map(([place, directories]) => [place as Place, { files: files.get(place) ?? 0, directories }]),
  )
}

/** Remembers the rules of a scan that has looked everywhere. */
export function rememberRules({ index, ignore, places }: Scanned, findings: Findings): void {
  const isComplete = places === undefined && findings.unreadable.length === 0 && findings.unsettled.length === 0
  if (isComplete) index.set(RULES, ignore.fingerprint)
}

const RULES = 'scanned-under'
