// Renames many files on all threads.
import type { FileMove, Stat } from '../tree.ts'
import { errorOfFault } from './fault.ts'
import { STAT_WORDS, unpackStat } from './stat.ts'
import type { WorkerPool } from './worker-pool.ts'

const BATCH_FILES = 256

/** One result per move, in order. */
export async function renameMany(pool: WorkerPool, moves: readonly FileMove[]): Promise<readonly (Stat | Error)[]> {
  const batches: FileMove[][] = []
  for (let at = 0; at < moves.length; at += BATCH_FILES) batches.push(moves.slice(at, at + BATCH_FILES))
  return (await Promise.all(batches.map(batch => renameBatch(pool, batch)))).flat()
}

async function renameBatch(pool: WorkerPool, moves: readonly FileMove[]): Promise<(Stat | Error)[]> {
  const [from, to] = [moves.map(move => move.from), moves.map(move => move.to)]
  const { words, faults } = await pool.run({ do: 'rename', from: from.join('\0'), to: to.join('\0') })
  const faulty = new Map(faults)
  return moves.map(({ to }, row) => {
    const fault = faulty.get(row)
    return fault === undefined ? unpackStat(words, row * STAT_WORDS) : errorOfFault(fault, to)
  })
}
