// One path, one rule: the policy's answer for a triple, refined by what the entries are.
import type { BlockedWhy, Entry } from '../model/entry.ts'
import { assert } from '../model/errors.ts'
import { parentOf } from '../model/path.ts'
import type { PlanContext } from './context.ts'
import { type HoldRule, REMOTE_POLICY, type Rule } from './policy.ts'
import { compareEntries, relate } from './relate.ts'
import type { Side, Triple } from './triple.ts'

export interface Decision {
  readonly triple: Triple
  readonly rule: Rule
  /** More than the rule says, for people. */
  readonly detail?: string
}

const HOLDS: Readonly<Record<BlockedWhy, HoldRule>> = {
  ignored: 'hold-ignored',
  unreadable: 'hold-unreadable',
  unlisted: 'hold-unlisted',
  'unsupported-kind': 'hold-unsupported',
  'name-not-allowed': 'hold-name',
  'name-clash': 'hold-clash',
  'not-permitted': 'hold-not-permitted',
  'backing-off': 'hold-backing-off',
}

/** The rule for one path by itself. What other paths make of it (shape, clashes) comes after. */
export function decide(triple: Triple, context: PlanContext): Decision {
  const rule = settleConflict(decideByPolicy(triple), triple, context)
  if (triple.backingOff !== undefined && movesSomething(rule)) return { triple, rule: 'hold-backing-off' }
  if (triple.waits !== undefined && movesSomething(rule)) return { triple, rule: 'hold-news' }
  return { triple, rule: refuseUnable(rule, triple, context) ?? obeyRights(rule, triple, context) }
}

function decideByPolicy(triple: Triple): Rule {
  const { local, remote, agreed } = triple
  const cell = REMOTE_POLICY[relate(local, agreed, 'local')][relate(remote, agreed, 'remote')]
  assert(
    cell !== 'impossible',
    `no rule for ${triple.path}: ${local?.kind} here, ${remote?.kind} there, agreed ${agreed?.kind}`,
  )
  if (cell === 'blocked') return holdOf(local, remote)
  return cell === 'merge' ? merge(triple) : cell
}

/** Towards a server the server keeps the name; where all devices have to settle it alike, the version that they all pick. */
function settleConflict(rule: Rule, { path }: Triple, { conflictWinner }: PlanContext): Rule {
  return rule === 'conflict' && conflictWinner?.(path) === 'local' ? 'conflict-won' : rule
}

/** The user's own ignore rule is the reason that says most; then what happened on the other side. */
function holdOf(local: Entry | undefined, remote: Entry | undefined): HoldRule {
  if (local?.kind === 'blocked') return HOLDS[local.why]
  assert(remote?.kind === 'blocked', 'a blocked cell without a blocked entry')
  return HOLDS[remote.why]
}

/** Both sides have something new at the path. */
function merge({ local, remote }: Triple): Rule {
  assert(local !== undefined && remote !== undefined, 'a merge of nothing')
  assert(local.kind !== 'blocked' && remote.kind !== 'blocked', 'a merge of blocked entries')
  const comparison = compareEntries(local, remote)
  if (comparison === 'same') return 'same-content'
  if (comparison === 'unknown') return 'compare-first'
  return local.kind !== remote.kind && (local.kind === 'directory' || remote.kind === 'directory')
    ? 'directory-beats-file'
    : 'conflict'
}

function movesSomething(rule: Rule): boolean {
  return rule !== 'in-sync' && rule !== 'nothing-here' && rule !== 'both-deleted' && !rule.startsWith('hold-')
}

/** The side a rule would write a new entry to. */
export function receiverOf(rule: Rule): Side | undefined {
  switch (rule) {
    case 'pull-created':
    case 'pull-edited':
    case 'remote-edit-beats-delete':
    case 'restore-not-permitted':
      return 'local'
    case 'push-created':
    case 'push-edited':
    case 'local-edit-beats-delete':
    case 'conflict-won':
      return 'remote'
    default:
      return undefined
  }
}

function refuseUnable(rule: Rule, { local, remote }: Triple, context: PlanContext): Rule | undefined {
  const to = receiverOf(rule)
  if (to === undefined) return undefined
  const entry = to === 'local' ? remote : local
  return entry?.kind === 'symlink' && !context.can[to].symlinks ? 'hold-unsupported' : undefined
}

/** What the server does not permit is not tried: the local change is undone where that loses nothing, else it is set aside or stays. */
function obeyRights(rule: Rule, { path, local, remote, agreed }: Triple, context: PlanContext): Rule {
  const rights =
    remote === undefined || remote.kind === 'blocked' || remote.kind === 'symlink' ? undefined : remote.rights
  if (rule === 'push-deleted' && rights?.remove === false) return 'restore-not-permitted'
  if (rule === 'push-edited' && rights?.write === false && local?.kind === 'file' && remote?.kind === 'file')
    return 'set-aside-not-permitted'
  if (rule === 'push-edited' && rights?.remove === false && agreed?.kind !== local?.kind)
    // A file can be set aside for what has to stay there; a directory would take everything in it along.
    return local?.kind === 'directory' ? 'hold-not-permitted' : 'set-aside-not-permitted'
  if (rule === 'directory-beats-file' && local?.kind === 'directory' && rights?.rename === false)
    return 'hold-not-permitted'
  if (rule === 'push-created' || rule === 'local-edit-beats-delete') {
    const parent = context.rightsIn(parentOf(path))
    const allowed = local?.kind === 'directory' ? parent?.addDirectories : parent?.addFiles
    if (allowed === false) return 'hold-not-permitted'
  }
  return rule
}
