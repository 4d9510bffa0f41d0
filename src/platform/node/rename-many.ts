// Renames many files on all threads.
import type { FileMove, Stat } from '../tree.ts'
import { errorOfFault } from './fault.ts'
import type { RenameJob } from './jobs.ts'
import { STAT_WORDS, unpackStat } from './stat.ts'
import type { WorkerPool } from './worker-pool.ts'

const BATCH_FILES = 256
/** So few are renamed faster here than a thread is told of them. */
const HERE_FILES = 8

/** One result per move, in order. */
export async function renameMany(pool: WorkerPool, moves: readonly FileMove[]): Promise<readonly (Stat | Error)[]> {
  const batches: FileMove[][] = []
  for (let at = 0; at < moves.length; at += BATCH_FILES) batches.push(moves.slice(at, at + BATCH_FILES))
  return (await Promise.all(batches.map(batch => renameBatch(pool, batch)))).flat()
}

async function renameBatch(pool: WorkerPool, moves: readonly FileMove[]): Promise<(Stat | Error)[]> {
  const [from, to] = [moves.map(move => move.from), moves.map(move => move.to)]
  const job: RenameJob = { do: 'rename', from: from.join('\0'), to: to.join('\0') }
  const { words, faults } = await (moves.length <= HERE_FILES ? pool.here(job) : pool.run(job))
  const faulty = new Map(faults)
  return moves.map(({ to }, row) => {
    const fault = faulty.get(row)
    return fault === undefined ? unpackStat(words, row * STAT_WORDS) : errorOfFault(fault, to)
  })
}
