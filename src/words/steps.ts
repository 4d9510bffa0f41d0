// Steps and outcomes in words.
import { assertNever } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import { explain } from '../plan/explain.ts'
import type { Held } from '../plan/plan.ts'
import type { Step } from '../plan/step.ts'
import type { Side } from '../plan/triple.ts'
import type { Outcome } from '../sync/outcome.ts'
import type { Unsynced } from '../sync/summary.ts'
import { counted, shown, shownBytes, shownPath, shownTime } from './show.ts'

/** What a step does, as in "download a.txt (1.2 KB)". */
export function wordsOf(step: Step): string {
  const path = shown(step.path)
  switch (step.do) {
    case 'transfer':
      return `${step.to === 'local' ? 'download' : 'upload'} ${path} (${shownBytes(step.source.size)})${asideOf(step.aside)}`
    case 'compare':
      return `compare both versions of ${path}`
    case 'make-directory':
      return `make directory ${path} ${placeOf(step.on)}`
    case 'make-symlink':
      return `make link ${path} ${placeOf(step.on)}${asideOf(step.aside)}`
    case 'move':
      return `move ${shown(step.from)} to ${path} ${placeOf(step.on)}`
    case 'set-aside':
      return `rename ${path} to ${shown(step.as)} ${placeOf(step.on)}`
    case 'remove':
      return `delete ${path}${belowOf(step.below)} ${placeOf(step.on)}`
    case 'set-metadata':
      return `set ${step.mode === undefined ? 'time' : 'mode'} of ${path} ${placeOf(step.on)}`
    case 'agree':
    case 'forget':
    case 'follow':
      return `note ${path}`
    default:
      return assertNever(step)
  }
}

export function reasonOfStep(step: Step): string {
  return explain(step.because)
}

export function reasonOfHeld({ because, detail }: Held): string {
  return detail === undefined ? explain(because) : `${explain(because)} (${shown(detail)})`
}

/** One line about what became of a step. */
export function wordsOfOutcome(outcome: Outcome): string {
  const words = wordsOf(outcome.step)
  switch (outcome.as) {
    case 'done':
      return words
    case 'failed':
      return `failed: ${words}: ${shown(outcome.error.message)}`
    case 'stale':
      return `put off: ${words}: it changed meanwhile`
    case 'kept':
      return `kept: ${shown(outcome.step.path)} holds something that is left alone`
    case 'skipped':
      return `waiting: ${words}: ${shown(outcome.because)} comes first`
    default:
      return assertNever(outcome)
  }
}

/** One line about a path that is not in sync. */
export function wordsOfUnsynced({ path, reason, nextTryAt }: Unsynced): string {
  const again = nextTryAt === undefined ? '' : ` Tried again after ${shownTime(nextTryAt)}.`
  return `${shownPath(path)}: ${shown(reason)}${again}`
}

function placeOf(side: Side): string {
  return side === 'local' ? 'here' : 'there'
}

function asideOf(aside: Path | undefined): string {
  return aside === undefined ? '' : `, keeping the version from here as ${shown(aside)}`
}

function belowOf(below: readonly Path[] | undefined): string {
  return below === undefined || below.length === 0 ? '' : ` and ${counted(below.length, 'entry', 'entries')} in it`
}
