// Why a path is as it is: what each side holds, what was agreed, what would be done and why, what failed and when it is tried again.
import type { FolderIndex, PairRecords } from '../index/folder-index.ts'
import type { Agreement } from '../model/agreement.ts'
import type { Path } from '../model/path.ts'
import { explain } from '../plan/explain.ts'
import type { Plan } from '../plan/plan.ts'
import type { Step } from '../plan/step.ts'
import type { Tree } from '../platform/tree.ts'
import type { ExplainedRules } from '../scan/ignore.ts'
import { type TripleParts, tripleAt } from '../sync/triples.ts'
import { wordsOfAgreement, wordsOfEntry, wordsOfRow } from './entries.ts'
import { counted, shown, shownTime } from './show.ts'
import { reasonOfHeld, wordsOf } from './steps.ts'

/** One line of the answer. */
export interface Fact {
  readonly name:
    | 'here'
    | 'rule'
    | 'conflict'
    | 'remote'
    | 'agreed'
    | 'failed'
    | 'next try'
    | 'now here'
    | 'there'
    | 'next run'
  readonly words: string
}

export interface FolderFacts {
  readonly index: FolderIndex
  readonly tree: Tree
  readonly ignore: ExplainedRules
}

/** What the folder knows of a path by itself. */
export async function factsOfFolder(path: Path, { index, tree, ignore }: FolderFacts): Promise<readonly Fact[]> {
  const facts: Fact[] = [{ name: 'here', words: `${wordsOfRow(index.row(path)?.state)} (as last scanned)` }]
  const isDirectory = (await tree.stat(path).catch(() => undefined))?.kind === 'directory'
  const rule = ignore.ruleOf(path, isDirectory ? 'directory' : 'other')
  if (rule !== undefined) facts.push({ name: 'rule', words: `${shown(rule.source)}: ${shown(rule.text)}` })
  const conflict = index.conflicts().find(record => record.path === path)
  if (conflict !== undefined) {
    const words = `this is the version from here of ${shown(conflict.origin)}, kept ${shownTime(conflict.at)}`
    facts.push({ name: 'conflict', words })
  }
  return facts
}

export interface RemoteName {
  /** The id of its replica. */
  readonly id: string
  /** A path or an address, where it is known. */
  readonly address: string | undefined
  readonly user: string | undefined
}

/** What is on record about a path and one remote. */
export function factsOfRecords(path: Path, remote: RemoteName, index: FolderIndex): readonly Fact[] {
  const records = index.pair(remote.id)
  const who = remote.user === undefined ? '' : `, as ${remote.user}`
  const agreed = records.agreement(path)
  return [
    { name: 'remote', words: shown((remote.address ?? remote.id) + who) },
    { name: 'agreed', words: `${wordsOfAgreement(agreed)}${sinceThen(index, path, agreed)}` },
    ...factsOfFailure(records, path),
  ]
}

function sinceThen(index: FolderIndex, path: Path, agreed: Agreement | undefined): string {
  if (agreed === undefined) return ''
  const row = index.row(path)
  return row !== undefined && String(row.sequence) === agreed.local ? ', unchanged here since' : ', changed here since'
}

function factsOfFailure(records: PairRecords, path: Path): readonly Fact[] {
  const failure = records.failure(path)
  if (failure === undefined) return []
  const { count, lastAt, message, nextTryAt } = failure
  return [
    { name: 'failed', words: `${counted(count, 'time')}, last ${shownTime(lastAt)}: ${shown(message)}` },
    { name: 'next try', words: `${shownTime(nextTryAt)}, or as soon as either side changes or somebody asks for it` },
  ]
}

/** What looking at both sides told: the answer of `Pair.explain`. */
export interface Explained {
  readonly plan: Plan
  readonly parts: TripleParts
  /** The remote's, for people. */
  readonly label: string
}

/** What both sides hold now, and what a run would do. */
export function factsOfPlan(path: Path, { plan, parts, label }: Explained): readonly Fact[] {
  const triple = tripleAt(path, parts)
  return [
    { name: 'now here', words: wordsOfEntry(triple.local) },
    { name: 'there', words: `${wordsOfEntry(triple.remote)} (${shown(label)})` },
    ...verdictOf(plan, path).map((words): Fact => ({ name: 'next run', words })),
  ]
}

/** What a run would do with `path`, and why. */
function verdictOf(plan: Plan, path: Path): readonly string[] {
  const held = plan.held.filter(item => item.path === path).map(item => `leave it alone: ${reasonOfHeld(item)}`)
  const steps = plan.waves.flatMap(wave => wave.steps).filter(step => concerns(step, path))
  const acts = steps.map(step => `${wordsOf(step)}: ${explain(step.because)}`)
  if (held.length + acts.length > 0) return [...held, ...acts]
  if (plan.deferred.includes(path)) return ['it is looked at again after the steps that come first']
  return [`nothing: ${explain('in-sync')}`]
}

function concerns(step: Step, path: Path): boolean {
  if (step.path === path || ('from' in step && step.from === path)) return true
  return step.do === 'remove' && (step.below?.includes(path) ?? false)
}
