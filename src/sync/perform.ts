// The steps that are one commit each.
import { stampOfRow } from '../index/folder-index.ts'
import type { Entry } from '../model/entry.ts'
import { assert, assertNever } from '../model/errors.ts'
import { agreementOf } from '../plan/agree.ts'
import type { MakeDirectory, MakeSymlink, Move, Remove, SetAside, SetMetadata } from '../plan/step.ts'
import type { Side } from '../plan/triple.ts'
import type { Commit, Committed } from '../replica/replica.ts'
import { type Ends, endOf } from './ends.ts'
import type { Ledger, LedgerEntry, Restamped } from './ledger.ts'
import type { Outcome } from './outcome.ts'
import { setAside } from './set-aside.ts'

type Single = MakeDirectory | MakeSymlink | Move | Remove | SetAside | SetMetadata

/** Does the step; its agreement goes to the ledger. */
export async function perform(step: Single, ends: Ends, ledger: Ledger, signal: AbortSignal): Promise<Outcome> {
  if (step.do === 'make-symlink' && step.aside !== undefined) {
    const aside = await setAside(step.path, step.aside, step.expect, ends, signal)
    if (aside === 'stale') return { as: 'stale', step }
    return perform({ ...withoutAside(step), expect: 'absent' }, ends, ledger, signal)
  }
  const meant = withCarried(step, ends)
  if (await isBackThere(step, ends, signal)) return { as: 'stale', step }
  const committed = await endOf(ends, step.on).commit(commitOf(meant), signal)
  if (committed.as === 'stale') return { as: 'stale', step }
  if (step.do === 'move' && committed.entry !== undefined && committed.entry.kind !== 'blocked') {
    ends.moved.set(`${step.on} ${step.path}`, committed.entry.stamp)
  }
  if (step.do === 'set-aside' && step.on === 'local') {
    ends.index.recordConflict({ path: step.as, origin: step.path, at: ends.world.clock.now() })
  }
  // Somebody may have changed it in the instant after: then there is nothing to agree on yet.
  if ('source' in step && committed.entry?.kind !== step.source.kind) return { as: 'stale', step }
  ledger.add(entriesOf(meant, committed))
  return { as: 'done', step }
}

/** Another program that has the same directory as a remote was replacing it just when it was looked for. */
async function isBackThere(step: Single, { remote }: Ends, signal: AbortSignal): Promise<boolean> {
  if (step.do !== 'remove' || step.because !== 'pull-deleted' || remote.can.replacesInTwoActs !== true) return false
  return (await remote.look(step.path, signal)) !== undefined
}

/** What an earlier step of the wave carried along has the stamp which that gave it; here the rows know them all. */
function withCarried(step: Single, { index, moved }: Ends): Single {
  if (step.do !== 'move' || step.carried === undefined) return step
  const row = step.on === 'local' ? index.row(step.from) : undefined
  const expect = row === undefined ? moved.get(`${step.on} ${step.from}`) : stampOfRow(row)
  return expect === undefined ? step : { ...step, expect }
}

function withoutAside({ aside: _, ...step }: MakeSymlink): MakeSymlink {
  return step
}

function commitOf(step: Single): Commit {
  const { path } = step
  switch (step.do) {
    case 'make-directory':
      return { do: 'make-directory', path, ...(step.source.mode === undefined ? {} : { mode: step.source.mode }) }
    case 'make-symlink':
      return { do: 'make-symlink', path, target: step.source.target, expect: step.expect }
    case 'move':
      return { do: 'move', from: step.from, to: path, kind: step.kind, expect: step.expect }
    case 'set-aside':
      return { do: 'move', from: path, to: step.as, kind: step.kind, expect: step.expect }
    case 'remove':
      return {
        do: 'remove',
        path,
        kind: step.kind,
        expect: step.expect,
        ...(step.tree === undefined ? {} : { tree: step.tree }),
      }
    case 'set-metadata':
      return {
        do: 'set-metadata',
        path,
        expect: step.target.stamp,
        ...(step.mtimeNs === undefined ? {} : { mtimeNs: step.mtimeNs }),
        ...(step.mode === undefined ? {} : { mode: step.mode }),
      }
    default:
      return assertNever(step)
  }
}

function entriesOf(step: Single, committed: Extract<Committed, { as: 'done' }>): LedgerEntry[] {
  switch (step.do) {
    case 'move':
      return [{ do: 'follow', from: step.from, to: step.path, ...restampedBy(step, committed) }]
    case 'remove':
      return [{ do: 'forget', paths: [step.path, ...(step.below ?? [])] }]
    // What was set aside is a new entry, agreed with nobody yet; what was agreed at its old name is no more.
    case 'set-aside':
      return [{ do: 'forget', paths: [step.path] }]
    case 'make-directory':
    case 'make-symlink':
    case 'set-metadata':
      return [{ do: 'agree', agreement: agreementAt(step.path, step.on, committed.entry, step.source) }]
    default:
      return assertNever(step)
  }
}

/** Where a rename is part of what a stamp is made of (a disk's change time), what was moved there shows another one. */
function restampedBy(step: Move, { entry }: Extract<Committed, { as: 'done' }>): { restamped?: Restamped } {
  if (step.on !== 'remote' || step.kind === 'directory' || entry === undefined || entry.kind === 'blocked') return {}
  return { restamped: { was: step.expect, is: entry.stamp } }
}

/** The agreement on what `on` now shows, and what the other side showed. */
export function agreementAt(path: MakeDirectory['path'], on: Side, made: Entry | undefined, source: Entry) {
  assert(made !== undefined && made.kind !== 'blocked' && source.kind !== 'blocked', `nothing to agree on at ${path}`)
  return on === 'local' ? agreementOf(path, made, source) : agreementOf(path, source, made)
}
