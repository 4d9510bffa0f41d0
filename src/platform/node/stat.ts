// What the system says of a file, as the tree's own stat, and packed for the way between threads.
import type { BigIntStats } from 'node:fs'
import { fstatSync } from 'node:fs'
import type { Stat } from '../tree.ts'

const KINDS = ['file', 'directory', 'symlink', 'other'] as const
const S_IFMT = 0o170000
const FORMATS: ReadonlyMap<number, Stat['kind']> = new Map([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'symlink'],
])

export function statOf(stats: BigIntStats): Stat {
  const mode = Number(stats.mode)
  return {
    kind: FORMATS.get(mode & S_IFMT) ?? 'other',
    size: Number(stats.size),
    mtimeNs: stats.mtimeNs,
    ctimeNs: stats.ctimeNs,
    inode: stats.ino,
    device: stats.dev,
    mode: mode & 0o777,
  }
}

export function statOfOpen(descriptor: number): Stat {
  return statOf(fstatSync(descriptor, { bigint: true }))
}

export function sameStat(a: Stat, b: Stat): boolean {
  return (
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs &&
    a.inode === b.inode &&
    a.device === b.device &&
    a.kind === b.kind &&
    a.mode === b.mode
  )
}

/** Words that one packed stat takes. */
export const STAT_WORDS = 9

export function packStat(stat: Stat, into: BigInt64Array, at: number): void {
  into[at] = BigInt(KINDS.indexOf(stat.kind))
  into[at + 1] = BigInt(stat.size)
  packTime(stat.mtimeNs, into, at + 2)
  packTime(stat.ctimeNs, into, at + 4)
  into[at + 6] = BigInt.asIntN(64, stat.inode)
  into[at + 7] = BigInt.asIntN(64, stat.device)
  into[at + 8] = BigInt(stat.mode)
}

export function unpackStat(from: BigInt64Array, at: number): Stat {
  const word = (i: number) => from[at + i] ?? 0n
  return {
    kind: KINDS[Number(word(0))] ?? 'other',
    size: Number(word(1)),
    mtimeNs: unpackTime(from, at + 2),
    ctimeNs: unpackTime(from, at + 4),
    inode: BigInt.asUintN(64, word(6)),
    device: BigInt.asUintN(64, word(7)),
    mode: Number(word(8)),
  }
}

const SECOND_NS = 1_000_000_000n

/** One word holds the nanoseconds of times until the year 2262 only; disks hold later ones. */
export function packTime(timeNs: bigint, into: BigInt64Array, at: number): void {
  into[at] = timeNs / SECOND_NS
  into[at + 1] = timeNs % SECOND_NS
}

export function unpackTime(from: BigInt64Array, at: number): bigint {
  return (from[at] ?? 0n) * SECOND_NS + (from[at + 1] ?? 0n)
}
