// The work that may run in another thread, as messages: what is asked, what comes back, and how it is done.
import { lstatSync } from 'node:fs'
import type { ChecksumKind } from '../../model/content.ts'
import type { Hashed, Roll, Stat, WriteOptions } from '../tree.ts'
import { answersTo } from './answers-to.ts'
import type { Walker } from './confined.ts'
import { type Fault, faultAt, faultOfError } from './fault.ts'
import { hashBytes, hashFile, hashRange } from './hash-file.ts'
import { type Proof, prove, proven } from './prove.ts'
import { readWhole } from './read-file.ts'
import { renameKeeping } from './rename.ts'
import { packStat, packTime, STAT_WORDS, sameStat, statOf, unpackStat, unpackTime } from './stat.ts'
import { type Summed, sumFile } from './sum-file.ts'
import { type Piece, take, taken } from './take.ts'
import { writeFile } from './write-file.ts'

/** Many paths in one text, a zero byte between them: objects are dear on their way between threads. */
type Paths = string

export type Job =
  /** Files up to `limit` bytes, in order, until `budget` bytes are hashed; at least one. */
  | { readonly do: 'hash'; readonly paths: Paths; readonly limit: number; readonly budget: number }
  | { readonly do: 'read'; readonly paths: Paths; readonly limits: readonly number[] }
  | HashRange
  | { readonly do: 'sum'; readonly path: string; readonly kind: ChecksumKind }
  | WriteJob
  | CopyJob
  | RenameJob
  | ({ readonly do: 'take' } & Piece)
  | { readonly do: 'taken'; readonly file: number }
  | ({ readonly do: 'prove' } & Proof)
  | { readonly do: 'proven'; readonly prover: number }
  | { readonly do: 'call'; readonly rolls: readonly Roll[] }

export interface HashRange {
  readonly do: 'hash-range'
  readonly path: string
  readonly from: number
  readonly to: number
  readonly blockSize: number
}

/** Files whose contents lie one after the other in `bytes`; `words` holds a row for each, see `packWish`. */
export interface WriteJob {
  readonly do: 'write'
  readonly paths: Paths
  readonly words: BigInt64Array<ArrayBuffer>
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Small files of another tree, `from` there, and what each is to be here; the size that its wish names is a limit. */
export interface CopyJob {
  readonly do: 'copy'
  readonly from: Paths
  readonly to: Paths
  readonly words: BigInt64Array<ArrayBuffer>
}

/** None takes the place of anything. */
export interface RenameJob {
  readonly do: 'rename'
  readonly from: Paths
  readonly to: Paths
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
  readonly read: Packed
  readonly write: Packed
  readonly copy: Packed
  readonly rename: Packed
  readonly take: 'taken'
  readonly taken: Packed
  readonly prove: readonly number[]
  readonly proven: 'proven'
  readonly call: readonly boolean[]
}

export type ResultOf<J extends Job> = Results[J['do']]

/** `other` is for jobs that are in two places at once, or in two trees. */
export function perform(walker: Walker, job: Job, other: Walker): Results[Job['do']] {
  switch (job.do) {
    case 'hash':
      return hashMany(walker, job.paths.split('\0'), job.limit, job.budget)
    case 'read':
      return readMany(walker, job.paths.split('\0'), job.limits)
    case 'hash-range':
      return hashRange(walker, job.path, job.from, job.to, job.blockSize)
    case 'sum':
      return sumFile(walker, job.path, job.kind)
    case 'write':
      return writeMany(walker, job)
    case 'copy':
      return copyMany(walker, other, job)
    case 'rename':
      return renameMany(walker, other, job.from.split('\0'), job.to.split('\0'))
    case 'take':
      take(job)
      return 'taken'
    case 'taken':
      return { words: new BigInt64Array(0), blocks: taken(job.file), faults: [] }
    case 'prove':
      return prove(job)
    case 'proven':
      proven(job.prover)
      return 'proven'
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

/** Words that one file to read takes: how many bytes it had, and its state. */
const READ_WORDS = 1 + STAT_WORDS

function readMany(walker: Walker, paths: readonly string[], limits: readonly number[]): Packed {
  const words = new BigInt64Array(paths.length * READ_WORDS)
  const contents: Uint8Array[] = []
  const faults: [number, Fault][] = []
  for (const [row, path] of paths.entries()) {
    try {
      const { bytes, stat } = readWhole(walker.reach(path), limits[row] ?? 0)
      words[row * READ_WORDS] = BigInt(bytes.length)
      packStat(stat, words, row * READ_WORDS + 1)
      contents.push(bytes)
    } catch (error) {
      faults.push([row, faultOfError(faultAt(error, path))])
    }
  }
  return { words, blocks: joined(contents), faults }
}

/** What `read` found of each file: its bytes and state, or a fault. */
export function* unpackRead({ words, blocks, faults }: Packed): Generator<{ bytes: Uint8Array; stat: Stat } | Fault> {
  const faulty = new Map(faults)
  let from = 0
  for (let row = 0; row * READ_WORDS < words.length; row += 1) {
    const fault = faulty.get(row)
    if (fault !== undefined) yield fault
    else {
      const to = from + Number(words[row * READ_WORDS])
      yield { bytes: blocks.subarray(from, to), stat: unpackStat(words, row * READ_WORDS + 1) }
      from = to
    }
  }
}

/** Words that the wish for one file takes: size, mode and time, of which the latter two may be none. */
export const WISH_WORDS = 5
const NONE = -1n

export function packWish(size: number, { mode, mtimeNs }: WriteOptions, into: BigInt64Array, at: number): void {
  into[at] = BigInt(size)
  into[at + 1] = mode === undefined ? NONE : BigInt(mode)
  into[at + 2] = mtimeNs === undefined ? NONE : 0n
  if (mtimeNs !== undefined) packTime(mtimeNs, into, at + 3)
}

function unpackWish(from: BigInt64Array, at: number): WriteOptions & { readonly size: number } {
  const mode = from[at + 1]
  return {
    size: Number(from[at]),
    ...(mode === NONE ? {} : { mode: Number(mode) }),
    ...(from[at + 2] === NONE ? {} : { mtimeNs: unpackTime(from, at + 3) }),
  }
}

/** The length of its block hashes and its state follow each other in the row of a file that was written. */
export const WRITTEN_WORDS = 1 + STAT_WORDS

function writeMany(walker: Walker, job: WriteJob): Packed {
  const paths = job.paths.split('\0')
  const words = new BigInt64Array(paths.length * WRITTEN_WORDS)
  const hashes: Uint8Array[] = []
  const faults: [number, Fault][] = []
  let from = 0
  for (const [row, path] of paths.entries()) {
    const { size, ...options } = unpackWish(job.words, row * WISH_WORDS)
    const bytes = job.bytes.subarray(from, from + size)
    from += size
    try {
      packStat(writeFile(walker, { path, bytes, ...options }), words, row * WRITTEN_WORDS + 1)
      const blocks = hashBytes(bytes)
      words[row * WRITTEN_WORDS] = BigInt(blocks.length)
      hashes.push(blocks)
    } catch (error) {
      faults.push([row, faultOfError(faultAt(error, path))])
    }
  }
  return { words, blocks: joined(hashes), faults }
}

/** The row of a file that was copied: the row of one that was written, and the state of the one it was copied from. */
export const COPIED_WORDS = WRITTEN_WORDS + STAT_WORDS

function copyMany(here: Walker, there: Walker, job: CopyJob): Packed {
  const [from, to] = [job.from.split('\0'), job.to.split('\0')]
  const words = new BigInt64Array(to.length * COPIED_WORDS)
  const hashes: Uint8Array[] = []
  const faults: [number, Fault][] = []
  for (const [row, path] of to.entries()) {
    const { size: limit, ...options } = unpackWish(job.words, row * WISH_WORDS)
    const at = row * COPIED_WORDS
    try {
      const { bytes, stat } = readWhole(there.reach(from[row] ?? ''), limit)
      packStat(writeFile(here, { path, bytes, ...options }), words, at + 1)
      packStat(stat, words, at + WRITTEN_WORDS)
      const blocks = hashBytes(bytes)
      words[at] = BigInt(blocks.length)
      hashes.push(blocks)
    } catch (error) {
      faults.push([row, faultOfError(faultAt(error, path))])
    }
  }
  return { words, blocks: joined(hashes), faults }
}

function renameMany(there: Walker, here: Walker, from: readonly string[], to: readonly string[]): Packed {
  const words = new BigInt64Array(to.length * STAT_WORDS)
  const faults: [number, Fault][] = []
  for (const [row, path] of to.entries()) {
    try {
      const reached = here.reach(path)
      renameKeeping(there.reach(from[row] ?? ''), reached)
      packStat(statOf(lstatSync(reached, { bigint: true })), words, row * STAT_WORDS)
    } catch (error) {
      faults.push([row, faultOfError(faultAt(error, path))])
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
