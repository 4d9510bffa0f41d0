// Writes many small files on all threads.
import type { SmallFile, Written } from '../tree.ts'
import { type Root, walking } from './confined.ts'
import { errorOfFault, faultAt } from './fault.ts'
import { hashBytes } from './hash-file.ts'
import { packWish, WISH_WORDS, WRITTEN_WORDS } from './jobs.ts'
import { unpackStat } from './stat.ts'
import { THREADS } from './threads.ts'
import type { WorkerPool } from './worker-pool.ts'
import { writeFile } from './write-file.ts'

const BATCH_FILES = 64
const BATCH_BYTES = 4 * 1024 * 1024
/** Up to this size on average one thread writes all: others would wait for it, because only one at a time makes names in a directory. */
const TINY_BYTES = 16 * 1024
/** So few are written faster here than sent to a thread. */
const HERE_FILES = 8

/** One result per file, in order. */
export async function writeMany(
  root: Root,
  pool: WorkerPool,
  files: readonly SmallFile[],
): Promise<readonly (Written | Error)[]> {
  if (files.length <= HERE_FILES) return writeHere(root, files)
  const batches = batchesOf(files)
  const total = files.reduce((sum, file) => sum + file.bytes.length, 0)
  const threads = total <= files.length * TINY_BYTES ? 1 : THREADS
  const results: (readonly (Written | Error)[])[] = new Array(batches.length)
  let next = 0
  const lane = async () => {
    while (next < batches.length) {
      const at = next
      next += 1
      results[at] = await writeBatch(pool, batches[at] as readonly SmallFile[], threads)
    }
  }
  await Promise.all(Array.from({ length: pool.lanes }, lane))
  return results.flat()
}

function writeHere(root: Root, files: readonly SmallFile[]): (Written | Error)[] {
  return walking(root, walker =>
    files.map(file => {
      try {
        return { ...writeFile(walker, file), blocks: hashBytes(file.bytes) }
      } catch (error) {
        return faultAt(error, file.path)
      }
    }),
  )
}

function batchesOf(files: readonly SmallFile[]): SmallFile[][] {
  const batches: SmallFile[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const file of files) {
    const batch = batches.at(-1)
    if (batch === undefined || batch.length >= BATCH_FILES || bytes + file.bytes.length > BATCH_BYTES) {
      batches.push([file])
      bytes = file.bytes.length
    } else {
      batch.push(file)
      bytes += file.bytes.length
    }
  }
  return batches
}

/** The contents go over as one copy, so that the caller's buffers stay the caller's. */
async function writeBatch(
  pool: WorkerPool,
  batch: readonly SmallFile[],
  threads: number,
): Promise<(Written | Error)[]> {
  const bytes = new Uint8Array(batch.reduce((size, file) => size + file.bytes.length, 0))
  const wishes = new BigInt64Array(batch.length * WISH_WORDS)
  let at = 0
  for (const [row, file] of batch.entries()) {
    bytes.set(file.bytes, at)
    at += file.bytes.length
    packWish(file.bytes.length, file, wishes, row * WISH_WORDS)
  }
  const paths = batch.map(({ path }) => path).join('\0')
  const { words, blocks, faults } = await pool.run(
    { do: 'write', paths, words: wishes, bytes },
    [bytes.buffer, wishes.buffer],
    threads,
  )
  const faulty = new Map(faults)
  let from = 0
  return batch.map((file, row) => {
    const fault = faulty.get(row)
    if (fault !== undefined) return errorOfFault(fault, file.path)
    const to = from + Number(words[row * WRITTEN_WORDS])
    const written = { ...unpackStat(words, row * WRITTEN_WORDS + 1), blocks: blocks.subarray(from, to) }
    from = to
    return written
  })
}
