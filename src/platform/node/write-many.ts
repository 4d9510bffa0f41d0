// Writes many small files on all threads.
import type { SmallFile, Stat } from '../tree.ts'
import { type Root, walking } from './confined.ts'
import { errorOfFault, faultAt } from './fault.ts'
import { STAT_WORDS, unpackStat } from './stat.ts'
import type { WorkerPool } from './worker-pool.ts'
import { writeFile } from './write-file.ts'

const BATCH_FILES = 64
const BATCH_BYTES = 4 * 1024 * 1024
/** So few are written faster here than sent to a thread. */
const HERE_FILES = 8

/** One result per file, in order. */
export async function writeMany(
  root: Root,
  pool: WorkerPool,
  files: readonly SmallFile[],
): Promise<readonly (Stat | Error)[]> {
  if (files.length <= HERE_FILES) return writeHere(root, files)
  const batches = batchesOf(files)
  const results: (readonly (Stat | Error)[])[] = new Array(batches.length)
  let next = 0
  const lane = async () => {
    while (next < batches.length) {
      const at = next
      next += 1
      results[at] = await writeBatch(pool, batches[at] as readonly SmallFile[])
    }
  }
  await Promise.all(Array.from({ length: pool.lanes }, lane))
  return results.flat()
}

function writeHere(root: Root, files: readonly SmallFile[]): (Stat | Error)[] {
  return walking(root, walker =>
    files.map(file => {
      try {
        return writeFile(walker, file)
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
async function writeBatch(pool: WorkerPool, batch: readonly SmallFile[]): Promise<(Stat | Error)[]> {
  const bytes = new Uint8Array(batch.reduce((size, file) => size + file.bytes.length, 0))
  let at = 0
  const files = batch.map(({ bytes: content, ...rest }) => {
    bytes.set(content, at)
    at += content.length
    return { ...rest, size: content.length }
  })
  const { words, faults } = await pool.run({ do: 'write', files, bytes }, [bytes.buffer])
  const faulty = new Map(faults)
  return batch.map((file, row) => {
    const fault = faulty.get(row)
    return fault === undefined ? unpackStat(words, row * STAT_WORDS) : errorOfFault(fault, file.path)
  })
}
