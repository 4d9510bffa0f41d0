// Both sides have a file that they never agreed on: find out whether it is the same, moving as little as possible.
import { type ChecksumKind, isStrong, kindOfChecksum } from '../model/content.ts'
import type { Compare, Transfer } from '../plan/step.ts'
import type { Ends } from './ends.ts'
import type { Ledger } from './ledger.ts'
import type { Outcome } from './outcome.ts'
import { agreeOnSame } from './same-content.ts'
import { sourceOf } from './source.ts'
import { commitStaged, transferOne } from './transfer.ts'

/** Agrees when the bytes are equal; else the other side keeps the name and the local file is set aside. */
export async function compareFiles(step: Compare, ends: Ends, ledger: Ledger, signal: AbortSignal): Promise<Outcome> {
  const bySum = await compareBySum(step, ends, signal)
  if (bySum === 'same') return agreeOn(step, ends, ledger, signal)
  if (bySum === 'different') return concludeAs(step, await transferOne(asConflict(step), ends, ledger, signal))
  const source = sourceOf(ends.remote, step.path, step.remote, signal)
  const staged = await ends.local.stage(source, { token: undefined, save: () => undefined }, signal)
  if (staged.content === step.local.content) {
    await ends.local.discard(staged, signal)
    return agreeOn(step, ends, ledger, signal)
  }
  return concludeAs(step, await commitStaged(asConflict(step), staged, ends, ledger, signal))
}

/** A checksum that both sides can tell without moving the bytes. */
async function compareBySum(step: Compare, ends: Ends, signal: AbortSignal): Promise<'same' | 'different' | 'unknown'> {
  const known = step.remote.sums?.find(sum => isStrong(kindOfChecksum(sum)))
  const kind: ChecksumKind | undefined =
    known === undefined ? (ends.remote.checksum === undefined ? undefined : 'SHA256') : kindOfChecksum(known)
  if (kind === undefined) return 'unknown'
  const remote = known ?? (await ends.remote.checksum?.(step.path, step.remote.stamp, kind, signal))
  const local = await ends.local.checksum?.(step.path, step.local.stamp, kind, signal)
  if (remote === undefined || local === undefined) return 'unknown'
  return remote === local ? 'same' : 'different'
}

async function agreeOn(step: Compare, ends: Ends, ledger: Ledger, signal: AbortSignal): Promise<Outcome> {
  return { as: await agreeOnSame(step.path, step.local, step.remote, ends, ledger, signal), step }
}

function asConflict({ path, local, remote, aside }: Compare): Transfer {
  return { do: 'transfer', to: 'local', path, source: remote, expect: local.stamp, aside, because: 'conflict' }
}

function concludeAs(step: Compare, outcome: Outcome): Outcome {
  return outcome.as === 'stale' ? { as: 'stale', step } : outcome
}
