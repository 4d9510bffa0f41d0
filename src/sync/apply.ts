// The executor: carries out a plan, wave by wave, and records what came of it.
import { asSyncError, assertNever, type SyncError } from '../model/errors.ts'
import { ancestorsOf, type Path } from '../model/path.ts'
import type { Plan } from '../plan/plan.ts'
import { isEffect, type Remove, type Step, type Transfer } from '../plan/step.ts'
import type { Wave } from '../plan/waves.ts'
import { compareFiles } from './compare.ts'
import { type Ends, endOf } from './ends.ts'
import { inLanes } from './lanes.ts'
import { Ledger } from './ledger.ts'
import type { Clearing } from './left-alone.ts'
import type { Outcome } from './outcome.ts'
import { perform } from './perform.ts'
import { transferMany, transferOne } from './transfer.ts'

export interface ApplyOptions {
  readonly signal: AbortSignal
  /** Makes room in a directory that could not be removed, as far as only junk is left in it. */
  readonly clearJunk: (step: Remove, signal: AbortSignal) => Promise<Clearing>
  /** Of what the plan is only a part. */
  readonly already?: Already
}

export interface Amount {
  readonly steps: number
  readonly bytes: number
}

/** How far other plans have come with what this one is a part of. */
export interface Already {
  readonly done: Amount
  readonly of: Amount
}

/** Batches of small files: large enough to share a flush, small enough to keep in memory. */
const BATCH_FILES = 2048
const BATCH_BYTES = 16 * 1024 * 1024
const BATCHES_AT_ONCE = 2

/**
 * Carries out the plan. Failures of single paths are outcomes; a failure of a whole side, or of the folder, is thrown after what was
 * done until then is on record.
 */
export async function applyPlan(plan: Plan, ends: Ends, options: ApplyOptions): Promise<readonly Outcome[]> {
  const run = new Run(plan, ends, options)
  try {
    for (const wave of plan.waves) await run.wave(wave)
  } finally {
    await run.settle()
  }
  return run.outcomes
}

/** One execution of one plan. */
class Run {
  readonly outcomes: Outcome[] = []
  readonly #ends: Ends
  readonly #options: ApplyOptions
  readonly #ledger: Ledger
  /** Where something was not done that later steps may depend on. */
  readonly #undone = new Set<Path>()
  /** Of these, directories that stay for what is ignored in them. */
  readonly #kept = new Set<Path>()
  readonly #steps: { done: number; of: number }
  readonly #bytes: { done: number; of: number }
  #isEnding = false

  constructor(plan: Plan, ends: Ends, options: ApplyOptions) {
    this.#ends = ends
    this.#options = options
    this.#ledger = new Ledger(ends)
    const effects = plan.waves.flatMap(wave => wave.steps.filter(isEffect))
    const bytes = effects.reduce((sum, step) => sum + bytesOf(step), 0)
    const { done, of } = options.already ?? { done: { steps: 0, bytes: 0 }, of: { steps: 0, bytes: 0 } }
    this.#steps = { done: done.steps, of: Math.max(of.steps, done.steps + effects.length) }
    this.#bytes = { done: done.bytes, of: Math.max(of.bytes, done.bytes + bytes) }
  }

  async wave({ order, steps }: Wave): Promise<void> {
    const width = order === 'sequential' ? 1 : Math.max(this.#ends.local.can.parallel, this.#ends.remote.can.parallel)
    const jobs = order === 'sequential' ? steps.map(step => () => this.#single(step)) : this.#jobsOf(steps)
    await inLanes(jobs, width, job => this.#do(job))
    await this.settle()
  }

  /** Nothing is begun any more once the run is to end. */
  async #do(job: () => Promise<void>): Promise<void> {
    this.#options.signal.throwIfAborted()
    if (this.#isEnding) return
    try {
      await job()
      if (this.#ledger.isFull) await this.settle()
    } catch (error) {
      this.#isEnding = true
      throw error
    }
  }

  /** Also when the run was interrupted: what is done is done. */
  settle(): Promise<void> {
    return this.#ledger.settle(new AbortController().signal)
  }

  /** Big transfers one by one, small ones in batches, the rest one by one. */
  #jobsOf(steps: readonly Step[]): (() => Promise<void>)[] {
    const small: Transfer[] = []
    const jobs: (() => Promise<void>)[] = []
    for (const step of steps) {
      if (step.do === 'transfer' && this.#isSmall(step)) small.push(step)
      else jobs.push(() => this.#single(step))
    }
    // The bytes of a batch are in memory: one is written while the next is read, and more would only wait there.
    const together = batches(small, step => this.#weightOf(step))
    const inBatches = () => inLanes(together, BATCHES_AT_ONCE, batch => this.#do(() => this.#batch(batch)))
    if (small.length > 0) jobs.push(inBatches)
    return jobs
  }

  #isSmall(step: Transfer): boolean {
    const { can } = endOf(this.#ends, step.to)
    return step.aside === undefined && (can.isAnnouncedTo === true || step.source.size <= can.smallFileBytes)
  }

  /** Bytes that a batch has to hold. */
  #weightOf({ to, source }: Transfer): number {
    return endOf(this.#ends, to).can.isAnnouncedTo === true ? 0 : source.size
  }

  async #single(step: Step): Promise<void> {
    const blocker = this.#blockerOf(step)
    if (blocker !== undefined) return this.#note({ as: 'skipped', step, because: blocker })
    try {
      this.#note(await this.#perform(step))
    } catch (error) {
      this.#fail(step, asSyncError(error, step.path))
    }
  }

  async #batch(steps: readonly Transfer[]): Promise<void> {
    const ready = steps.filter(step => {
      const blocker = this.#blockerOf(step)
      if (blocker !== undefined) this.#note({ as: 'skipped', step, because: blocker })
      return blocker === undefined
    })
    for (const outcome of await transferMany(ready, this.#ends, this.#ledger, this.#options.signal)) {
      if (outcome.as === 'failed') this.#fail(outcome.step, outcome.error)
      else this.#note(outcome)
    }
  }

  async #perform(step: Step): Promise<Outcome> {
    const { signal } = this.#options
    switch (step.do) {
      case 'agree':
        this.#ledger.add([{ do: 'agree', agreement: step.agreement }])
        return { as: 'done', step }
      case 'forget':
        this.#ledger.add([{ do: 'forget', paths: [step.path] }])
        return { as: 'done', step }
      case 'follow':
        this.#ledger.add([{ do: 'follow', from: step.from, to: step.path }])
        return { as: 'done', step }
      case 'transfer':
        return transferOne(step, this.#ends, this.#ledger, signal)
      case 'compare':
        return compareFiles(step, this.#ends, this.#ledger, signal)
      case 'remove': {
        const outcome = await perform(step, this.#ends, this.#ledger, signal)
        if (outcome.as !== 'stale' || step.kind !== 'directory') return outcome
        const clearing = await this.#options.clearJunk(step, signal)
        if (clearing === 'cleared') return perform(step, this.#ends, this.#ledger, signal)
        return clearing === 'kept' ? { as: 'kept', step } : outcome
      }
      case 'make-directory':
      case 'make-symlink':
      case 'move':
      case 'set-aside':
      case 'set-metadata':
        return perform(step, this.#ends, this.#ledger, signal)
      default:
        return assertNever(step)
    }
  }

  /** Something at or above the path that this step builds on and that was not done. */
  #blockerOf(step: Step): Path | undefined {
    if (this.#undone.size === 0) return undefined
    if (this.#undone.has(step.path)) return step.path
    // What went from a directory that stays is gone all the same.
    const isGone = ({ do: what }: Step, place: Path) => what === 'forget' && this.#kept.has(place)
    for (const place of ancestorsOf(step.path)) if (this.#undone.has(place) && !isGone(step, place)) return place
    return undefined
  }

  /** An error of one path is an outcome; one of a whole side or of the folder ends the run. */
  #fail(step: Step, error: SyncError): void {
    this.#note(error.code === 'changed' ? { as: 'stale', step } : { as: 'failed', step, error })
    if (error.scope !== 'entry') throw error
  }

  #note(outcome: Outcome): void {
    const { step } = outcome
    this.outcomes.push(outcome)
    if (outcome.as !== 'done') this.#undone.add(step.path)
    if (outcome.as === 'kept') this.#kept.add(step.path)
    if (!isEffect(step)) return
    this.#steps.done += 1
    this.#bytes.done += bytesOf(step)
    this.#ends.report({ type: 'outcome', outcome })
    this.#ends.report({ type: 'progress', steps: { ...this.#steps }, bytes: { ...this.#bytes } })
  }
}

function bytesOf(step: Step): number {
  return step.do === 'transfer' ? step.source.size : step.do === 'compare' ? step.remote.size : 0
}

function* batches(steps: readonly Transfer[], weightOf: (step: Transfer) => number): Generator<Transfer[]> {
  for (const to of ['local', 'remote'] as const) {
    let batch: Transfer[] = []
    let bytes = 0
    for (const step of steps) {
      if (step.to !== to) continue
      if (batch.length >= BATCH_FILES || bytes + weightOf(step) > BATCH_BYTES) {
        yield batch
        batch = []
        bytes = 0
      }
      batch.push(step)
      bytes += weightOf(step)
    }
    if (batch.length > 0) yield batch
  }
}
