// Copies many small files from one tree to another on all threads: their bytes never come by here.
import type { Copied, FileCopy } from '../tree.ts'
import { errorOfFault } from './fault.ts'
import { COPIED_WORDS, packWish, WISH_WORDS, WRITTEN_WORDS } from './jobs.ts'
import { unpackStat } from './stat.ts'
import type { WorkerPool } from './worker-pool.ts'

const BATCH_FILES = 128

/** One result per file, in order. */
export async function copyMany(
  source: WorkerPool,
  pool: WorkerPool,
  files: readonly FileCopy[],
): Promise<readonly (Copied | Error)[]> {
  const batches: FileCopy[][] = []
  for (let at = 0; at < files.length; at += BATCH_FILES) batches.push(files.slice(at, at + BATCH_FILES))
  return (await Promise.all(batches.map(batch => copyBatch(source, pool, batch)))).flat()
}

async function copyBatch(
  source: WorkerPool,
  pool: WorkerPool,
  batch: readonly FileCopy[],
): Promise<(Copied | Error)[]> {
  const wishes = new BigInt64Array(batch.length * WISH_WORDS)
  for (const [row, file] of batch.entries()) packWish(file.limit, file, wishes, row * WISH_WORDS)
  const from = batch.map(file => file.from).join('\0')
  const to = batch.map(file => file.to).join('\0')
  const { words, blocks, faults } = await pool.runWith(source, { do: 'copy', from, to, words: wishes }, [wishes.buffer])
  const faulty = new Map(faults)
  let start = 0
  return batch.map((file, row) => {
    const fault = faulty.get(row)
    if (fault !== undefined) return errorOfFault(fault, file.to)
    const at = row * COPIED_WORDS
    const end = start + Number(words[at])
    const hashed = blocks.subarray(start, end)
    start = end
    return { written: unpackStat(words, at + 1), source: unpackStat(words, at + WRITTEN_WORDS), blocks: hashed }
  })
}
