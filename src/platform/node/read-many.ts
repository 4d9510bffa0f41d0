// Reads many small files on all threads.
import type { SmallRead, Stat } from '../tree.ts'
import { type Root, walking } from './confined.ts'
import { errorOfFault, faultAt } from './fault.ts'
import { unpackRead } from './jobs.ts'
import { readWhole } from './read-file.ts'
import type { WorkerPool } from './worker-pool.ts'

const BATCH_FILES = 128
const BATCH_BYTES = 4 * 1024 * 1024
/** So few are read faster here than sent for. */
const HERE_FILES = 8

type Found = { readonly bytes: Uint8Array; readonly stat: Stat } | Error

/** One result per file, in order. */
export async function readMany(root: Root, pool: WorkerPool, files: readonly SmallRead[]): Promise<readonly Found[]> {
  if (files.length <= HERE_FILES) return readHere(root, files)
  return (await Promise.all(batchesOf(files).map(batch => readBatch(pool, batch)))).flat()
}

function readHere(root: Root, files: readonly SmallRead[]): Found[] {
  return walking(root, walker =>
    files.map(({ path, limit }) => {
      try {
        return readWhole(walker.reach(path), limit)
      } catch (error) {
        return faultAt(error, path)
      }
    }),
  )
}

function batchesOf(files: readonly SmallRead[]): SmallRead[][] {
  const batches: SmallRead[][] = []
  let room = 0
  for (const file of files) {
    const batch = batches.at(-1)
    if (batch === undefined || batch.length >= BATCH_FILES || file.limit > room) {
      batches.push([file])
      room = BATCH_BYTES - file.limit
    } else {
      batch.push(file)
      room -= file.limit
    }
  }
  return batches
}

async function readBatch(pool: WorkerPool, batch: readonly SmallRead[]): Promise<Found[]> {
  const paths = batch.map(({ path }) => path)
  const packed = await pool.run({ do: 'read', paths: paths.join('\0'), limits: batch.map(({ limit }) => limit) })
  return [...unpackRead(packed)].map((found, i) => ('message' in found ? errorOfFault(found, paths[i] ?? '') : found))
}
