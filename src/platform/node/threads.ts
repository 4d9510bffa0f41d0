// The threads of this process for work on disks: shared by all trees, started when first needed, not keeping the process alive when idle.
import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { noteWork, whenAtRest } from './at-rest.ts'
import type { Root } from './confined.ts'
import { errorOfFault } from './fault.ts'
import type { Job, ResultOf } from './jobs.ts'
import { startWorker } from './start-worker.ts'
import type { Answered, Asked } from './worker.ts'

interface Waiting {
  resolve(result: never): void
  reject(error: Error): void
}

interface Member {
  readonly worker: Promise<Worker>
  readonly waiting: Map<number, Waiting>
  /** The roots that it knows by number. */
  readonly roots: Set<number>
  /** Seats in which something was begun: the thread keeps it in mind. */
  seated: number
  hasEnded: boolean
}

/** How many there can be. */
export const THREADS = Math.min(4, availableParallelism())

export type Roots = readonly [root: Root, other?: Root]

/** Every root of this process has a number: memory that threads share is dear on its way, so that each sees it once. */
const numbers = new WeakMap<Root, number>()
let given = 0

function numberOf(root: Root): number {
  const number = numbers.get(root) ?? ++given
  numbers.set(root, number)
  return number
}

function rootsFor(member: Member, roots: Roots): Pick<Asked, 'roots' | 'shown'> {
  const known = roots.flatMap(root => (root === undefined ? [] : [{ number: numberOf(root), root }]))
  const shown = known.filter(({ number }) => !member.roots.has(number))
  for (const { number } of shown) member.roots.add(number)
  return { roots: known.map(({ number }) => number), ...(shown.length === 0 ? {} : { shown }) }
}

class Threads {
  readonly #members: Member[] = []
  #asked = 0

  /** Starts the first thread, for whoever knows that there will be work. */
  warm(): void {
    if (this.#members.length === 0) this.#start()
  }

  /** Does a job below `roots`, the second of which is for jobs in two trees, in the thread that has least to do, of the first `most`. */
  run<J extends Job>(roots: Roots, job: J, transfer: readonly ArrayBuffer[], most: number): Promise<ResultOf<J>> {
    return this.#ask(this.#pick(most), roots, job, transfer)
  }

  /** The thread that has least to do when the first of some jobs is asked for that belong together, until the last of them. */
  seat(root: Root): <J extends Job>(job: J, transfer: readonly ArrayBuffer[]) => Promise<ResultOf<J>> {
    let member: Member | undefined
    return (job, transfer) => {
      const seated = member ?? this.#pick(THREADS)
      if (member === undefined) seated.seated += 1
      const isLast = job.do === 'taken' || job.do === 'proven'
      if (isLast) seated.seated -= 1
      member = isLast ? undefined : seated
      return this.#ask(seated, [root], job, transfer)
    }
  }

  /** Ends those that have nothing to do; others are started when there is. */
  rest(): void {
    const idle = this.#members.filter(({ waiting, seated }) => waiting.size === 0 && seated === 0)
    for (const member of idle) {
      this.#drop(member, new Error('A worker thread was ended.'))
      void member.worker.then(
        worker => worker.terminate(),
        () => {},
      )
    }
  }

  #ask<J extends Job>(member: Member, roots: Roots, job: J, transfer: readonly ArrayBuffer[]): Promise<ResultOf<J>> {
    if (member.hasEnded) return Promise.reject(new Error('A worker thread ended unexpectedly.'))
    noteWork()
    this.#asked += 1
    const number = this.#asked
    const answer = new Promise<ResultOf<J>>((resolve, reject) => member.waiting.set(number, { resolve, reject }))
    void member.worker.then(
      worker => {
        worker.ref()
        worker.postMessage({ number, ...rootsFor(member, roots), job } satisfies Asked, transfer)
      },
      error => this.#drop(member, error),
    )
    return answer
  }

  #pick(most: number): Member {
    let best: Member | undefined
    for (const member of this.#members.slice(0, most))
      if (best === undefined || member.waiting.size < best.waiting.size) best = member
    if (best === undefined || (best.waiting.size > 0 && this.#members.length < most)) best = this.#start()
    return best
  }

  #start(): Member {
    const member: Member = {
      worker: startWorker('./worker.ts', import.meta.url),
      waiting: new Map(),
      roots: new Set(),
      seated: 0,
      hasEnded: false,
    }
    this.#members.push(member)
    void member.worker.then(
      worker => {
        worker.on('message', (answered: Answered) => this.#settle(member, worker, answered))
        worker.on('error', error => this.#drop(member, error))
        worker.on('exit', () => this.#drop(member, new Error('A worker thread ended unexpectedly.')))
        // After the listeners: each of them would keep the process alive again.
        worker.unref()
      },
      error => this.#drop(member, error),
    )
    return member
  }

  #settle(member: Member, worker: Worker, answered: Answered): void {
    const waiting = member.waiting.get(answered.number)
    member.waiting.delete(answered.number)
    if (member.waiting.size === 0) worker.unref()
    if ('fault' in answered) waiting?.reject(errorOfFault(answered.fault, ''))
    else waiting?.resolve(answered.result as never)
  }

  #drop(member: Member, error: Error): void {
    member.hasEnded = true
    const at = this.#members.indexOf(member)
    if (at >= 0) this.#members.splice(at, 1)
    for (const waiting of member.waiting.values()) waiting.reject(error)
    member.waiting.clear()
  }
}

export const threads = new Threads()

whenAtRest(() => threads.rest())
