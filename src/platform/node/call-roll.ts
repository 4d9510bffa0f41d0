// Sees whether directories hold exactly what their rolls say: on this thread and on others, whichever has time.
import { setImmediate } from 'node:timers/promises'
import type { Roll } from '../tree.ts'
import { answersTo } from './answers-to.ts'
import { type Root, walking } from './confined.ts'
import { THREADS } from './threads.ts'
import type { WorkerPool } from './worker-pool.ts'

/** Characters of rolls in one go: one or two milliseconds of work. */
const BATCH = 24 * 1024
const FEW = 4
/** This thread is one of those that work. */
const HELPERS = Math.max(1, THREADS - 1)

interface Call {
  readonly root: Root
  readonly pool: WorkerPool
  readonly rolls: readonly Roll[]
  resolve(answers: readonly boolean[]): void
  reject(error: unknown): void
}

// One queue for all trees, so that no thread has much left to do when the others have nothing.
const waiting: Call[] = []

/** One answer per roll, in order. */
export async function callRolls(root: Root, pool: WorkerPool, rolls: readonly Roll[]): Promise<readonly boolean[]> {
  const calls = batchesOf(rolls).map(
    batch =>
      new Promise<readonly boolean[]>((resolve, reject) => {
        waiting.push({ root, pool, rolls: batch, resolve, reject })
      }),
  )
  // So little is done here before a thread has begun.
  for (const lane of calls.length <= FEW ? [HERE] : lanes) void lane.run()
  return (await Promise.all(calls)).flat()
}

function batchesOf(rolls: readonly Roll[]): readonly Roll[][] {
  const batches: Roll[][] = []
  let room = 0
  for (const roll of rolls) {
    if (room <= 0) {
      batches.push([])
      room = BATCH
    }
    batches.at(-1)?.push(roll)
    room -= roll.text.length
  }
  return batches
}

/** Takes one call after the other while there are any. */
class Lane {
  readonly #ask: (call: Call) => Promise<readonly boolean[]>
  #isRunning = false

  constructor(ask: (call: Call) => Promise<readonly boolean[]>) {
    this.#ask = ask
  }

  async run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    for (let call = waiting.shift(); call !== undefined; call = waiting.shift())
      await this.#ask(call).then(call.resolve, call.reject)
    this.#isRunning = false
  }
}

const there = ({ pool, rolls }: Call) => pool.run({ do: 'call', rolls }, [], HELPERS)

async function here({ root, rolls }: Call): Promise<readonly boolean[]> {
  // Others get their turn first, and threads their work.
  await setImmediate()
  if (Atomics.load(root.stop, 0) !== 0) throw new Error('The tree is closed.')
  return walking(root, walker => rolls.map(roll => answersTo(walker, roll)))
}

// For each helper one call under way and one waiting; the others' first, because their way is longer.
const HERE = new Lane(here)
const lanes = [...Array.from({ length: HELPERS * 2 }, () => new Lane(there)), HERE]
