// Hashes files in batches while the walk goes on, and says of each whether what was read can be trusted.
import type { Row } from '../index/folder-index.ts'
import type { Path } from '../model/path.ts'
import { type Hashed, isMissing, type Stat, type Tree } from '../platform/tree.ts'
import type { World } from '../platform/world.ts'
import type { Since } from './fence.ts'
import { lookAt } from './look-at.ts'
import { isSameState } from './mark.ts'

export interface HashJob {
  readonly path: Path
  /** As listed. */
  readonly stat: Stat
  readonly since: Since
  readonly row: Row | undefined
  /** The row that has moved here. */
  readonly origin: Row | undefined
}

export type HashOutcome =
  | { readonly as: 'settled'; readonly hashed: Hashed }
  /** Read, but the disk's times are too coarse to show a write that may follow at once. */
  | { readonly as: 'doubtful'; readonly hashed: Hashed }
  /** It changed while it was read, or vanished. */
  | { readonly as: 'torn' }
  | { readonly as: 'unreadable'; readonly error: Error }

const BATCH_FILES = 256
const BATCH_BYTES = 64 * 1024 * 1024
const MOST_BATCHES = 2
const MOST_TRIES = 3

export class HashQueue {
  readonly #tree: Tree
  readonly #world: World
  readonly #signal: AbortSignal
  readonly #onOutcome: (job: HashJob, outcome: HashOutcome) => void
  readonly #underWay = new Set<Promise<void>>()
  #jobs: HashJob[] = []
  #bytes = 0
  #failure: { readonly error: unknown } | undefined

  constructor(tree: Tree, world: World, onOutcome: (job: HashJob, outcome: HashOutcome) => void, signal: AbortSignal) {
    this.#tree = tree
    this.#world = world
    this.#onOutcome = onOutcome
    this.#signal = signal
  }

  /** Takes a job. When something is returned, enough is under way: wait for it before adding more. */
  add(job: HashJob): Promise<void> | undefined {
    this.#jobs.push(job)
    this.#bytes += job.stat.size
    if (this.#jobs.length < BATCH_FILES && this.#bytes < BATCH_BYTES) return undefined
    this.#start()
    return this.#room()
  }

  /** Waits until every job has its outcome. */
  async drain(): Promise<void> {
    this.#start()
    await this.settle()
    this.#rethrow()
  }

  /** Waits until nothing is under way any more, whatever became of it. */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  async #room(): Promise<void> {
    while (this.#underWay.size >= MOST_BATCHES) await Promise.race(this.#underWay)
    this.#rethrow()
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #start(): void {
    const jobs = this.#jobs
    this.#jobs = []
    this.#bytes = 0
    if (jobs.length === 0) return
    const batch = this.#hashAll(jobs)
      .catch(error => {
        this.#failure ??= { error }
      })
      .finally(() => this.#underWay.delete(batch))
    this.#underWay.add(batch)
  }

  async #hashAll(jobs: readonly HashJob[]): Promise<void> {
    let left = jobs
    for (let tries = 0; tries < MOST_TRIES && left.length > 0; tries += 1) left = await this.#hashOnce(left)
    for (const job of left) this.#onOutcome(job, { as: 'torn' })
  }

  /** Hashes the jobs and returns those that have to be hashed again, as they look now. */
  async #hashOnce(jobs: readonly HashJob[]): Promise<readonly HashJob[]> {
    const startedNs = BigInt(Math.floor(this.#world.clock.now())) * 1_000_000n
    const results = await this.#tree.hash(
      jobs.map(job => job.path),
      this.#signal,
    )
    const young: { readonly job: HashJob; readonly hashed: Hashed }[] = []
    for (const [i, job] of jobs.entries()) {
      const hashed = results[i] ?? new Error('no answer')
      const outcome = judge(job, hashed, startedNs)
      if (outcome !== 'young') this.#onOutcome(job, outcome)
      else young.push({ job, hashed: hashed as Hashed })
    }
    return young.length === 0 ? [] : this.#confirm(young)
  }

  // A write in the same tick of the disk's clock would show the same times: once the tick is over, equal times are proof.
  async #confirm(young: readonly { readonly job: HashJob; readonly hashed: Hashed }[]): Promise<readonly HashJob[]> {
    await this.#world.clock.sleep(Number(FINE_WINDOW_NS / 1_000_000n) + 1, this.#signal)
    const again: HashJob[] = []
    for (const { job, hashed } of young) {
      const stat = await lookAt(this.#tree, job.path)
      if (stat === undefined || stat === 'unknown' || stat.kind !== 'file') this.#onOutcome(job, { as: 'torn' })
      else if (isSameState(stat, job.stat)) this.#onOutcome(job, { as: 'settled', hashed })
      else again.push({ ...job, stat })
    }
    return again
  }
}

const FINE_WINDOW_NS = 20_000_000n
const COARSE_WINDOW_NS = 2_000_000_000n
const SECOND_NS = 1_000_000_000n

function judge(job: HashJob, hashed: Hashed | Error, startedNs: bigint): HashOutcome | 'young' {
  if (hashed instanceof Error) return isMissing(hashed) ? { as: 'torn' } : { as: 'unreadable', error: hashed }
  if (!isSameState(hashed.before, job.stat) || !isSameState(hashed.after, job.stat)) return { as: 'torn' }
  const { mtimeNs, ctimeNs } = job.stat
  const isCoarse = mtimeNs % SECOND_NS === 0n && ctimeNs % SECOND_NS === 0n
  const windowNs = isCoarse ? COARSE_WINDOW_NS : FINE_WINDOW_NS
  if (!isWithinWindow(mtimeNs, startedNs, windowNs) && !isWithinWindow(ctimeNs, startedNs, windowNs)) {
    return { as: 'settled', hashed }
  }
  return isCoarse ? { as: 'doubtful', hashed } : 'young'
}

// A time far ahead was set on purpose; the next write will show another.
function isWithinWindow(timeNs: bigint, nowNs: bigint, windowNs: bigint): boolean {
  const age = nowNs - timeNs
  return age < windowNs && age > -windowNs
}
