// What a run came to.
import type { Path } from '../model/path.ts'
import type { Brake } from '../plan/brakes.ts'
import type { Step } from '../plan/step.ts'
import type { Outcome } from './outcome.ts'

/** A path that is not equal on both sides, and the one reason why. */
export interface Unsynced {
  readonly path: Path | ''
  /** Rule or error code. */
  readonly because: string
  /** A sentence for people. */
  readonly reason: string
  /** Milliseconds since 1970, when it is to be tried again. */
  readonly nextTryAt?: number
}

export interface Counts {
  readonly uploaded: number
  readonly downloaded: number
  readonly uploadedBytes: number
  readonly downloadedBytes: number
  readonly moved: number
  readonly deletedHere: number
  readonly deletedThere: number
  readonly conflicts: number
  /** Directories and links made, times and modes set. */
  readonly other: number
}

export interface Summary {
  readonly counts: Counts
  readonly unsynced: readonly Unsynced[]
  readonly passes: number
  readonly brake?: Brake
}

export const NOTHING: Counts = {
  uploaded: 0,
  downloaded: 0,
  uploadedBytes: 0,
  downloadedBytes: 0,
  moved: 0,
  deletedHere: 0,
  deletedThere: 0,
  conflicts: 0,
  other: 0,
}

/** `counts` with what was done counted in. */
export function count(counts: Counts, outcomes: readonly Outcome[]): Counts {
  const total: { -readonly [K in keyof Counts]: number } = { ...counts }
  for (const outcome of outcomes) if (outcome.as === 'done') countStep(total, outcome.step)
  return total
}

function countStep(total: { -readonly [K in keyof Counts]: number }, step: Step): void {
  switch (step.do) {
    case 'transfer':
      if (step.aside !== undefined) total.conflicts += 1
      if (step.to === 'local') {
        total.downloaded += 1
        total.downloadedBytes += step.source.size
      } else {
        total.uploaded += 1
        total.uploadedBytes += step.source.size
      }
      break
    case 'move':
      total.moved += 1
      break
    case 'remove':
      total[step.on === 'local' ? 'deletedHere' : 'deletedThere'] += 1 + (step.below?.length ?? 0)
      break
    case 'set-aside':
      total.conflicts += 1
      break
    case 'make-directory':
    case 'make-symlink':
    case 'set-metadata':
      total.other += 1
      break
    case 'compare':
    case 'agree':
    case 'forget':
    case 'follow':
      break
  }
}
