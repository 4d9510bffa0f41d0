// The work that may run in another thread, as messages: what is asked, what comes back, and how it is done.
import { lstatSync } from 'node:fs'
import type { ChecksumKind } from '../../model/content.ts'
import type { FileMove, Hashed, Roll, WriteOptions } from '../tree.ts'
import { answersTo } from './answers-to.ts'
import type { Walker } from './confined.ts'
import { type Fault, faultAt, faultOfError } from './fault.ts'
import { hashFile, hashRange } from './hash-file.ts'
import { renameKeeping } from './rename.ts'
import { packStat, STAT_WORDS, sameStat, statOf, unpackStat } from './stat.ts'
import { type Summed, sumFile } from './sum-file.ts'
import { writeFile } from './write-file.ts'

export type Job =
  /** Files up to `limit` bytes, in order, until `budget` bytes are hashed; at least one. */
  | { readonly do: 'hash'; readonly paths: readonly string[]; readonly limit: number; readonly budget: number }
  | HashRange
  | { readonly do: 'sum'; readonly path: string; readonly kind: ChecksumKind }
  | WriteJob
  | RenameJob
  | { readonly do: 'call'; readonly rolls: readonly Roll[] }

export interface HashRange {
  readonly do: 'hash-range'
  readonly path: string
  readonly from: number
  readonly to: number
  readonly blockSize: number
}

/** Files whose contents lie one after the other in `bytes`. */
export interface WriteJob {
  readonly do: 'write'
  readonly files: readonly (WriteOptions & { readonly path: string; readonly size: number })[]
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** None takes the place of anything. */
export interface RenameJob {
  readonly do: 'rename'
  readonly moves: readonly FileMove[]
}

/** One row of words for each file, and the faults by row. */
export interface Packed {
  readonly words: BigInt64Array<ArrayBuffer>
  readonly blocks: Uint8Array<ArrayBuffer>
  readonly faults: readonly (readonly [row: number, fault: Fault])[]
}

export interface Results {
  readonly hash: Packed
  readonly 'hash-range': Hashed
  readonly sum: Summed
  readonly write: Packed
  readonly rename: Packed
  readonly call: readonly boolean[]
}

export type ResultOf<J extends Job> = Results[J['do']]

/** `other` is for jobs that are in two places at once. */
export function perform(walker: Walker, job: Job, other: Walker): Results[Job['do']] {
  switch (job.do) {
    case 'hash':
      return hashMany(walker, job.paths, job.limit, job.budget)
    case 'hash-range':
      return hashRange(walker, job.path, job.from, job.to, job.blockSize)
    case 'sum':
      return sumFile(walker, job.path, job.kind)
    case 'write':
      return writeMany(walker, job)
    case 'rename':
      return renameMany(walker, other, job.moves)
    case 'call':
      return job.rolls.map(roll => answersTo(walker, roll))
  }
}

/** Words that one hashed file takes: its row's status, size, length of its block hashes, and the states before and after. */
export const HASH_WORDS = 3 + 2 * STAT_WORDS
const FAULT = 0n
const STILL = 1n
const TORN = 2n
const TOO_LARGE = 3n

function hashMany(walker: Walker, paths: readonly string[], limit: number, budget: number): Packed {
  const words = new BigInt64Array(paths.length * HASH_WORDS)
  const blocks: Uint8Array[] = []
  const faults: [number, Fault][] = []
  let row = 0
  for (let spent = 0; row < paths.length && spent < budget; row += 1) {
    const path = paths[row] as string
    try {
      const hashed = hashFile(walker, path, limit)
      packHashed(hashed, words, row * HASH_WORDS)
      if ('tooLarge' in hashed) continue
      spent += hashed.size
      blocks.push(hashed.blocks)
    } catch (error) {
      faults.push([row, faultOfError(faultAt(error, path))])
    }
  }
  return { words: words.slice(0, row * HASH_WORDS), blocks: joined(blocks), faults }
}

function packHashed(hashed: ReturnType<typeof hashFile>, words: BigInt64Array, at: number): void {
  if ('tooLarge' in hashed) {
    words[at] = TOO_LARGE
    words[at + 1] = BigInt(hashed.tooLarge.size)
    return
  }
  const still = sameStat(hashed.before, hashed.after)
  words[at] = still ? STILL : TORN
  words[at + 1] = BigInt(hashed.size)
  words[at + 2] = BigInt(hashed.blocks.length)
  packStat(hashed.before, words, at + 3)
  if (!still) packStat(hashed.after, words, at + 3 + STAT_WORDS)
}

/** What `hash` found of each file: its hashes, a fault, or the size of one that is too large for one go. */
export function* unpackHashed(packed: Packed): Generator<Hashed | Fault | { readonly tooLarge: number }> {
  const { words, blocks } = packed
  const faults = new Map(packed.faults)
  let from = 0
  for (let at = 0; at < words.length; at += HASH_WORDS) {
    const status = words[at]
    const size = Number(words[at + 1])
    if (status === FAULT) yield faults.get(at / HASH_WORDS) as Fault
    else if (status === TOO_LARGE) yield { tooLarge: size }
    else {
      const to = from + Number(words[at + 2])
      const before = unpackStat(words, at + 3)
      const after = status === STILL ? before : unpackStat(words, at + 3 + STAT_WORDS)
      yield { size, blocks: blocks.slice(from, to), before, after }
      from = to
    }
  }
}

function writeMany(walker: Walker, job: WriteJob): Packed {
  const words = new BigInt64Array(job.files.length * STAT_WORDS)
  const faults: [number, Fault][] = []
  let from = 0
  for (const [row, file] of job.files.entries()) {
    const bytes = job.bytes.subarray(from, from + file.size)
    from += file.size
    try {
      packStat(writeFile(walker, { ...file, bytes }), words, row * STAT_WORDS)
    } catch (error) {
      faults.push([row, faultOfError(faultAt(error, file.path))])
    }
  }
  return { words, blocks: new Uint8Array(0), faults }
}

function renameMany(there: Walker, here: Walker, moves: readonly FileMove[]): Packed {
  const words = new BigInt64Array(moves.length * STAT_WORDS)
  const faults: [number, Fault][] = []
  for (const [row, { from, to }] of moves.entries()) {
    try {
      const reached = here.reach(to)
      renameKeeping(there.reach(from), reached)
      packStat(statOf(lstatSync(reached, { bigint: true })), words, row * STAT_WORDS)
    } catch (error) {
      faults.push([row, faultOfError(faultAt(error, to))])
    }
  }
  return { words, blocks: new Uint8Array(0), faults }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
