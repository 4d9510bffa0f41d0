// A few threads for work on one tree: started when first needed, not keeping the process alive when idle.
import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
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
}

export class WorkerPool {
  /** How many jobs are worth having under way at once: one running and one waiting for each thread. */
  readonly lanes: number
  readonly #root: Root
  readonly #size = Math.min(4, availableParallelism())
  readonly #members = new Set<Member>()
  #asked = 0
  #closed = false

  constructor(root: Root) {
    this.#root = root
    this.lanes = this.#size * 2
  }

  /** Does a job in the thread that has least to do. */
  async run<J extends Job>(job: J, transfer: readonly ArrayBuffer[] = []): Promise<ResultOf<J>> {
    if (this.#closed) throw new Error('The tree is closed.')
    const member = this.#pick()
    this.#asked += 1
    const number = this.#asked
    const answer = new Promise<ResultOf<J>>((resolve, reject) => member.waiting.set(number, { resolve, reject }))
    void member.worker.then(
      worker => {
        worker.ref()
        worker.postMessage({ number, job } satisfies Asked, transfer)
      },
      error => this.#drop(member, error),
    )
    return answer
  }

  async close(): Promise<void> {
    this.#closed = true
    const members = [...this.#members]
    for (const member of members) this.#drop(member, new Error('The tree is closed.'))
    await Promise.all(members.map(async member => (await member.worker).terminate()))
  }

  #pick(): Member {
    let best: Member | undefined
    for (const member of this.#members) if (best === undefined || member.waiting.size < best.waiting.size) best = member
    if (best === undefined || (best.waiting.size > 0 && this.#members.size < this.#size)) best = this.#start()
    return best
  }

  #start(): Member {
    const member: Member = { worker: startWorker('./worker.ts', import.meta.url, this.#root), waiting: new Map() }
    this.#members.add(member)
    void member.worker.then(
      worker => {
        worker.on('message', (answered: Answered) => this.#settle(member, worker, answered))
        worker.on('error', error => this.#drop(member, error))
        worker.on('exit', () => this.#drop(member, new Error('A worker thread ended unexpectedly.')))
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
    this.#members.delete(member)
    for (const waiting of member.waiting.values()) waiting.reject(error)
    member.waiting.clear()
  }
}
