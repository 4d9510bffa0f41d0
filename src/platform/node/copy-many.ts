// Copies many small files from one tree to another on all threads: their bytes never come by here.
import type { Copied, FileCopy } from '../tree.ts'
import { errorOfFault } from './fault.ts'
import { COPIED_WORDS, type CopyJob, packWish, WISH_WORDS, WRITTEN_WORDS } from './jobs.ts'
import { unpackStat } from './stat.ts'
import type { WorkerPool } from './worker-pool.ts'

const BATCH_FILES = 128
/** So little is copied faster here than a thread is started. */
const HERE_FILES = 8
const HERE_BYTES = 256 * 1024

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
  const job: CopyJob = { do: 'copy', from, to, words: wishes }
  const { words, blocks, faults } = await (isLittle(batch)
    ? pool.here(job, source)
    : pool.runWith(source, job, [wishes.buffer]))
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

function isLittle(batch: readonly FileCopy[]): boolean {
  return batch.length <= HERE_FILES && batch.reduce((sum, { limit }) => sum + limit, 0) <= HERE_BYTES
}
