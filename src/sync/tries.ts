// How often each path went wrong in a run: what fails again and again is left to the next one.
import type { Path } from '../model/path.ts'
import type { Outcome } from './outcome.ts'

const MAX_TRIES = 3

export class Tries {
  readonly #counts = new Map<Path, number>()
  /** Refusals about which the other side was asked what it does permit. They outlast a run. */
  readonly #asked = new Set<Path>()

  /** A run begins. */
  begin(): void {
    this.#counts.clear()
  }

  count(outcomes: readonly Outcome[]): void {
    for (const { as, step } of outcomes) {
      if (as === 'stale' || as === 'failed') this.#counts.set(step.path, (this.#counts.get(step.path) ?? 0) + 1)
    }
  }

  /** Not done, but to be looked at again in this run. */
  isOpen(outcome: Outcome): boolean {
    if ((this.#counts.get(outcome.step.path) ?? 0) >= MAX_TRIES) return false
    if (outcome.as !== 'failed') return outcome.as === 'stale'
    return outcome.error.retry === 'soon' || this.isFirstRefusal(outcome)
  }

  isFirstRefusal(outcome: Extract<Outcome, { as: 'failed' }>): boolean {
    return outcome.error.code === 'denied' && !this.#asked.has(outcome.step.path)
  }

  /** The other side has been asked what it permits at a path that it refused. */
  asked(path: Path): void {
    this.#asked.add(path)
  }
}
