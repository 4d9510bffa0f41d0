// One tree's access to the threads of this process: what it asked for is done, or given up, before it closes.
import { type Root, stopJobs, walking } from './confined.ts'
import { type Job, perform, type ResultOf } from './jobs.ts'
import { type Roots, THREADS, threads } from './threads.ts'

export type Seat = <J extends Job>(job: J, transfer: readonly ArrayBuffer[]) => Promise<ResultOf<J>>

export class WorkerPool {
  /** How many jobs are worth having under way at once: one running and one waiting for each thread. */
  readonly lanes = THREADS * 2
  readonly #root: Root
  readonly #underWay = new Set<Promise<unknown>>()
  #closed = false

  constructor(root: Root) {
    this.#root = root
  }

  /** Does a job in the thread that has least to do, of the first `most`. */
  async run<J extends Job>(job: J, transfer: readonly ArrayBuffer[] = [], most = THREADS): Promise<ResultOf<J>> {
    return this.#run([this.#root], job, transfer, most)
  }

  /** Does a job at once, in this thread: one that takes less time than a thread takes to start. */
  async here<J extends Job>(job: J, other: WorkerPool = this): Promise<ResultOf<J>> {
    if (this.#closed) throw new Error('The tree is closed.')
    return walking(this.#root, walker => walking(other.#root, there => perform(walker, job, there))) as ResultOf<J>
  }

  /** Does a job in this tree and another one, whose pool waits for it, too, before it closes. */
  async runWith<J extends Job>(other: WorkerPool, job: J, transfer: readonly ArrayBuffer[]): Promise<ResultOf<J>> {
    return other.#tracked(this.#run([this.#root, other.#root], job, transfer, THREADS))
  }

  async #run<J extends Job>(
    roots: Roots,
    job: J,
    transfer: readonly ArrayBuffer[],
    most: number,
  ): Promise<ResultOf<J>> {
    if (this.#closed) throw new Error('The tree is closed.')
    return this.#tracked(threads.run(roots, job, transfer, most))
  }

  /** A thread that keeps something in mind between jobs: all of them go to the same one. */
  seat(): Seat {
    const seat = threads.seat(this.#root)
    return (job, transfer) => this.#tracked(seat(job, transfer))
  }

  #tracked<T>(done: Promise<T>): Promise<T> {
    const settled = done.catch(() => undefined).finally(() => this.#underWay.delete(settled))
    this.#underWay.add(settled)
    return done
  }

  /** Waits for what is under way; a job that takes long is cut short, and fails. */
  async close(): Promise<void> {
    this.#closed = true
    stopJobs(this.#root)
    await Promise.all(this.#underWay)
  }
}
