// Directories that did not go in this run for what is ignored in them: nobody knew before, and the next plan has to.
import type { Path } from '../model/path.ts'
import type { Remove } from '../plan/step.ts'
import type { Outcome } from './outcome.ts'

export class KeptDirectories {
  #removals: readonly Remove[] = []

  /** What was to go, and stayed. */
  get removals(): readonly Remove[] {
    return this.#removals
  }

  /** A run begins: what was in the way may be gone by now. */
  begin(): void {
    this.#removals = []
  }

  /** Returns whether something was to come in the place of what stays: that has to be planned otherwise. */
  note(outcomes: readonly Outcome[]): boolean {
    const kept = outcomes.flatMap(({ as, step }) => (as === 'kept' && step.do === 'remove' ? [step] : []))
    if (kept.length === 0) return false
    this.#removals = [...this.#removals, ...kept]
    const places = new Set<Path>(kept.map(({ path }) => path))
    return outcomes.some(({ as, step }) => as === 'skipped' && places.has(step.path))
  }
}
