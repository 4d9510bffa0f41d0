// The thread that does jobs on the disk with synchronous calls.
import { parentPort } from 'node:worker_threads'
import { type Root, Walker } from './confined.ts'
import { type Fault, faultOfError } from './fault.ts'
import { type Job, perform, type Results } from './jobs.ts'

export interface Asked {
  readonly number: number
  /** The numbers of the root, and of another one for jobs in two trees. */
  readonly roots: readonly number[]
  /** Those among them that this thread has not seen before. */
  readonly shown?: readonly { readonly number: number; readonly root: Root }[]
  readonly job: Job
}

export type Answered =
  | { readonly number: number; readonly result: Results[Job['do']] }
  | { readonly number: number; readonly fault: Fault }

const known = new Map<number, Root>()

parentPort?.on('message', ({ number, roots: [here = 0, there = here], shown = [], job }: Asked) => {
  for (const { number, root } of shown) known.set(number, root)
  const walker = new Walker(known.get(here) as Root)
  const other = new Walker(known.get(there) as Root)
  try {
    const result = perform(walker, job, other)
    parentPort?.postMessage({ number, result } satisfies Answered, transferable(result))
  } catch (error) {
    parentPort?.postMessage({ number, fault: faultOfError(error) } satisfies Answered)
  } finally {
    walker.leave()
    other.leave()
  }
})

function transferable(result: Results[Job['do']]): ArrayBuffer[] {
  return typeof result === 'object' && 'words' in result ? [result.words.buffer, result.blocks.buffer] : []
}
