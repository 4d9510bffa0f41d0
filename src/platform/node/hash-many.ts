// Hashes many files on all threads: small ones in batches, huge ones in pieces.
import { blockSizeOf } from '../../model/content.ts'
import type { Hashed } from '../tree.ts'
import { type Root, walking } from './confined.ts'
import { errorOfFault, faultAt } from './fault.ts'
import { hashFile } from './hash-file.ts'
import { type HashRange, unpackHashed } from './jobs.ts'
import { sameStat } from './stat.ts'
import type { WorkerPool } from './worker-pool.ts'

const BATCH_FILES = 128
const BATCH_BYTES = 8 * 1024 * 1024
/** Files above this are split, and the size of the pieces: at the end no thread has much to do when the others have nothing. */
const PIECE_BYTES = 16 * 1024 * 1024
/** So little is hashed faster here than sent to a thread. */
const HERE_FILES = 8
const HERE_BYTES = 256 * 1024

type Task = (push: (tasks: readonly Task[]) => void) => Promise<void>

/** One result per path, in order. Rejects with the signal's reason when it aborts. */
export async function hashMany(
  root: Root,
  pool: WorkerPool,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly (Hashed | Error)[]> {
  signal.throwIfAborted()
  const results: (Hashed | Error)[] = new Array(paths.length)
  const left = paths.length <= HERE_FILES ? hashHere(root, paths, results) : paths.keys()
  const tasks: Task[] = []
  const indices = [...left]
  for (let at = 0; at < indices.length; at += BATCH_FILES) {
    tasks.push(batchTask(pool, paths, indices.slice(at, at + BATCH_FILES), results))
  }
  await runAll(tasks, pool.lanes, signal)
  return results
}

/** Hashes what is small at once; returns the indices of the rest. */
function hashHere(root: Root, paths: readonly string[], results: (Hashed | Error)[]): number[] {
  return walking(root, walker => {
    const left: number[] = []
    for (const [index, path] of paths.entries()) {
      try {
        const hashed = hashFile(walker, path, HERE_BYTES)
        if ('tooLarge' in hashed) left.push(index)
        else results[index] = hashed
      } catch (error) {
        results[index] = faultAt(error, path)
      }
    }
    return left
  })
}

function batchTask(
  pool: WorkerPool,
  paths: readonly string[],
  indices: readonly number[],
  results: (Hashed | Error)[],
): Task {
  return async push => {
    const wanted = indices.map(index => paths[index] as string)
    const packed = await pool.run({ do: 'hash', paths: wanted.join('\0'), limit: PIECE_BYTES, budget: BATCH_BYTES })
    let done = 0
    for (const found of unpackHashed(packed)) {
      const index = indices[done] as number
      const path = wanted[done] as string
      done += 1
      const settle = (result: Hashed | Error) => {
        results[index] = result
      }
      if ('tooLarge' in found) push(pieceTasks(pool, path, found.tooLarge, settle))
      else settle('message' in found ? errorOfFault(found, path) : found)
    }
    if (done < indices.length) push([batchTask(pool, paths, indices.slice(done), results)])
  }
}

/** The tasks that hash one huge file in pieces; `settle` gets the whole when the last is done. */
function pieceTasks(pool: WorkerPool, path: string, size: number, settle: (whole: Hashed | Error) => void): Task[] {
  const pieces = piecesOf(path, size)
  const parts: (Hashed | Error)[] = new Array(pieces.length)
  let open = pieces.length
  return pieces.map((piece, index) => async () => {
    try {
      parts[index] = await pool.run(piece)
    } catch (error) {
      parts[index] = faultAt(error, path)
    }
    open -= 1
    if (open === 0) settle(joinPieces(parts))
  })
}

function piecesOf(path: string, size: number): HashRange[] {
  const blockSize = blockSizeOf(size)
  const step = Math.ceil(PIECE_BYTES / blockSize) * blockSize
  const pieces: HashRange[] = []
  for (let from = 0; from < size; from += step) {
    pieces.push({ do: 'hash-range', path, from, to: Math.min(size, from + step), blockSize })
  }
  return pieces
}

/** The file counts as unchanged only when every piece saw the same state, before and after. */
export function joinPieces(parts: readonly (Hashed | Error)[]): Hashed | Error {
  const hashed: Hashed[] = []
  for (const part of parts) {
    if (part instanceof Error) return part
    hashed.push(part)
  }
  const before = (hashed[0] as Hashed).before
  const states = hashed.flatMap(part => [part.before, part.after])
  return {
    size: hashed.reduce((size, part) => size + part.size, 0),
    blocks: Buffer.concat(hashed.map(part => part.blocks)),
    before,
    after: states.find(state => !sameStat(state, before)) ?? before,
  }
}

/** Runs tasks, and those that they push, at most `lanes` at a time. */
function runAll(tasks: Task[], lanes: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let running = 0
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', stop)
      settle()
    }
    const pump = () => {
      if (signal.aborted) return
      while (running < lanes) {
        const task = tasks.shift()
        if (task === undefined) break
        running += 1
        task(more => void tasks.unshift(...more)).then(
          () => {
            running -= 1
            pump()
          },
          error => end(() => reject(error)),
        )
      }
      if (running === 0) end(resolve)
    }
    pump()
  })
}
