// From rules to steps: what one decision asks to be done, and in which phase.
import type { DirectoryEntry, FileEntry, Syncable } from '../model/entry.ts'
import { assert } from '../model/errors.ts'
import { agreementOf } from './agree.ts'
import type { PlanContext } from './context.ts'
import type { Decision } from './decide.ts'
import type { Rule } from './policy.ts'
import type { Remove, Step } from './step.ts'
import { entryOn, otherSide, type Side, type Triple } from './triple.ts'

/** Phases are done in this order. Within `clear`, `directories` and `remove` depth decides as well (`waves.ts`). */
export const PHASES = ['clear', 'set-aside', 'directories', 'contents', 'remove', 'finish'] as const
export type Phase = (typeof PHASES)[number]
export interface Phased {
  readonly phase: Phase
  readonly step: Step
}

/** The steps of one decision. Held decisions have none but to forget what is now ignored. */
export function stepsOf(decision: Decision, context: PlanContext): readonly Phased[] {
  const { rule, triple } = decision
  switch (rule) {
    case 'pull-created':
    case 'pull-edited':
    case 'remote-edit-beats-delete':
    case 'restore-not-permitted':
      return arrive(triple, 'local', rule)
    case 'push-created':
    case 'push-edited':
    case 'local-edit-beats-delete':
    case 'conflict-won':
      return arrive(triple, 'remote', rule)
    case 'pull-touched':
      return touch(triple, 'local', rule, context)
    case 'push-touched':
      return touch(triple, 'remote', rule, context)
    case 'pull-deleted':
      return [removal(triple, 'local', rule, 'remove')]
    case 'push-deleted':
      return [removal(triple, 'remote', rule, 'remove')]
    case 'in-sync':
      return refresh(triple, rule)
    case 'same-content':
      return settle(triple, rule, context)
    case 'both-deleted':
      return [forget(triple, rule)]
    case 'hold-ignored':
      return triple.agreed === undefined ? [] : [forget(triple, rule)]
    case 'compare-first':
      return compare(triple, rule, context)
    case 'set-aside-not-permitted':
      return live(triple, 'remote').kind === 'directory'
        ? turnAside(triple, rule, context)
        : replaceAside(triple, rule, context)
    case 'conflict':
      return replaceAside(triple, rule, context)
    case 'directory-beats-file':
      return turnAside(triple, rule, context)
    case 'keep-nonempty':
      return [remake(triple, rule)]
    default:
      return []
  }
}

/** Brings what the other side has to the side `to`. */
function arrive(triple: Triple, to: Side, because: Rule): Phased[] {
  const source = live(triple, otherSide(to))
  const present = entryOn(triple, to)
  const { path } = triple
  assert(present?.kind !== 'blocked', `something blocked in the way of ${path}`)
  const isInTheWay =
    present !== undefined &&
    present.kind !== source.kind &&
    (present.kind === 'directory' || source.kind === 'directory')
  const cleared: Phased[] = isInTheWay ? [removal(triple, to, because, 'clear')] : []
  const expect = present === undefined || isInTheWay ? 'absent' : present.stamp
  if (source.kind === 'directory')
    return [...cleared, { phase: 'directories', step: { do: 'make-directory', on: to, path, source, because } }]
  if (source.kind === 'symlink') {
    return [...cleared, { phase: 'contents', step: { do: 'make-symlink', on: to, path, source, expect, because } }]
  }
  return [...cleared, { phase: 'contents', step: { do: 'transfer', to, path, source, expect, because } }]
}

function removal(triple: Triple, on: Side, because: Rule, phase: Phase): Phased {
  const entry = live(triple, on)
  return {
    phase,
    step: { do: 'remove', on, path: triple.path, kind: entry.kind, expect: entry.stamp, because } satisfies Remove,
  }
}

function forget({ path }: Triple, because: Rule): Phased {
  return { phase: 'finish', step: { do: 'forget', path, because } }
}

/** Carries time and mode over, as far as the side can take them; else agrees on the difference. */
function touch(triple: Triple, on: Side, because: Rule, context: PlanContext): Phased[] {
  const source = live(triple, otherSide(on))
  const target = live(triple, on)
  assert(source.kind !== 'symlink' && target.kind === source.kind, `metadata of ${source.kind} at ${triple.path}`)
  // What the other side does not permit to be touched is agreed on as it is.
  if (on === 'remote' && target.kind === 'file' && target.rights?.write === false) return [agree(triple, because)]
  const mtime = mtimeToSet(source, target, on, context)
  const mode = modeToSet(source, target, context)
  if (mtime === undefined && mode === undefined) return [agree(triple, because)]
  const changes = { ...(mtime === undefined ? {} : { mtimeNs: mtime }), ...(mode === undefined ? {} : { mode }) }
  const phase = source.kind === 'directory' ? 'finish' : 'contents'
  return [{ phase, step: { do: 'set-metadata', on, path: triple.path, source, target, ...changes, because } }]
}

function mtimeToSet(source: Syncable, target: Syncable, on: Side, context: PlanContext): bigint | undefined {
  if (source.kind !== 'file' || target.kind !== 'file' || source.mtimeNs === undefined) return undefined
  // A time that the server chose itself says nothing about the file.
  if (context.can.remote.setsMtime === 'never' || context.can[on].setsMtime !== 'always') return undefined
  const precision = maxOf(context.can.local.mtimePrecisionNs, context.can.remote.mtimePrecisionNs)
  return target.mtimeNs !== undefined && isSameTime(source.mtimeNs, target.mtimeNs, precision)
    ? undefined
    : source.mtimeNs
}

function modeToSet(
  source: FileEntry | DirectoryEntry,
  target: FileEntry | DirectoryEntry,
  context: PlanContext,
): number | undefined {
  if (!context.can.local.modes || !context.can.remote.modes) return undefined
  return source.mode === target.mode ? undefined : source.mode
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/** Whether two times are the same to a side that keeps them to `precision` nanoseconds. */
export function isSameTime(a: bigint, b: bigint, precision: bigint): boolean {
  const floor = (time: bigint) => time - (((time % precision) + precision) % precision)
  return floor(a) === floor(b)
}

function agree(triple: Triple, because: Rule): Phased {
  const agreement = agreementOf(triple.path, live(triple, 'local'), live(triple, 'remote'))
  return { phase: 'finish', step: { do: 'agree', path: triple.path, agreement, because } }
}

/** Both sides are as agreed, but show it under new stamps: remembered, so that they need not be looked at again. */
function refresh(triple: Triple, because: Rule): Phased[] {
  const { local, remote, agreed } = triple
  if (local === undefined || remote === undefined || agreed === undefined) return []
  const step = agree(triple, because)
  assert(step.step.do === 'agree', 'a refresh agrees')
  const fresh = step.step.agreement
  const isFresh =
    fresh.local === agreed.local &&
    (fresh.kind === 'directory' || fresh.remote === agreed.remote) &&
    fresh.localId === agreed.localId &&
    fresh.remoteId === agreed.remoteId
  return isFresh ? [] : [step]
}

/** The same content on both sides: only the other side's time and mode are taken over. */
function settle(triple: Triple, because: Rule, context: PlanContext): readonly Phased[] {
  return live(triple, 'local').kind === 'symlink' ? [agree(triple, because)] : touch(triple, 'local', because, context)
}

function compare(triple: Triple, because: Rule, context: PlanContext): Phased[] {
  const local = live(triple, 'local')
  const remote = live(triple, 'remote')
  assert(
    local.kind === 'file' && remote.kind === 'file',
    `a comparison of ${local.kind} and ${remote.kind} at ${triple.path}`,
  )
  const aside = context.conflictName(triple.path, local)
  return [{ phase: 'contents', step: { do: 'compare', path: triple.path, local, remote, aside, because } }]
}

/** The other side keeps the name; what is here is renamed at the moment it is replaced. */
function replaceAside(triple: Triple, because: Rule, context: PlanContext): Phased[] {
  const local = live(triple, 'local')
  const source = live(triple, 'remote')
  assert(local.kind !== 'directory' && source.kind !== 'directory', `a conflict of directories at ${triple.path}`)
  const common = { path: triple.path, expect: local.stamp, aside: context.conflictName(triple.path, local), because }
  if (source.kind === 'symlink')
    return [{ phase: 'contents', step: { do: 'make-symlink', on: 'local', source, ...common } }]
  return [{ phase: 'contents', step: { do: 'transfer', to: 'local', source, ...common } }]
}

/** The directory keeps the name, on both sides. */
function turnAside(triple: Triple, because: Rule, context: PlanContext): Phased[] {
  const on: Side = live(triple, 'local').kind === 'directory' ? 'remote' : 'local'
  const loser = live(triple, on)
  const source = live(triple, otherSide(on))
  assert(
    loser.kind !== 'directory' && source.kind === 'directory',
    `a directory against a ${loser.kind} at ${triple.path}`,
  )
  const { path } = triple
  const as = context.conflictName(path, loser)
  return [
    { phase: 'set-aside', step: { do: 'set-aside', on, path, as, kind: loser.kind, expect: loser.stamp, because } },
    { phase: 'directories', step: { do: 'make-directory', on, path, source, because } },
  ]
}

function remake(triple: Triple, because: Rule): Phased {
  const on: Side = triple.local === undefined ? 'local' : 'remote'
  const source = live(triple, otherSide(on))
  assert(source.kind === 'directory', `a ${source.kind} to be made as a directory at ${triple.path}`)
  return { phase: 'directories', step: { do: 'make-directory', on, path: triple.path, source, because } }
}

function live(triple: Triple, side: Side): Syncable {
  const entry = entryOn(triple, side)
  assert(entry !== undefined && entry.kind !== 'blocked', `nothing on the ${side} side at ${triple.path}`)
  return entry
}
