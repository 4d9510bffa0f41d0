// What the disk looked like, as the index remembers it.
import type { DiskMark, RowState } from '../index/folder-index.ts'
import type { ContentId } from '../model/content.ts'
import { markOf as writeMark } from '../platform/roll.ts'
import type { Stat } from '../platform/tree.ts'

/** The mark of a state on disk. */
export function markOf(stat: Stat): DiskMark {
  return writeMark(stat) as DiskMark
}

/** The inode that a mark names. */
export function inodeOf(mark: DiskMark): bigint {
  const words = mark.split('.')
  return BigInt(words[words[0]?.endsWith('d') ? 1 : 4] ?? 0)
}

/** A mark that no state has: the file is looked into again by the next scan. */
export function doubtfulMarkOf(stat: Stat): DiskMark {
  return doubted(markOf(stat))
}

export function doubted(mark: DiskMark): DiskMark {
  return `?${mark}` as DiskMark
}

/** The mark of the state that a doubtful one was made of. */
export function withoutDoubt(mark: DiskMark): DiskMark {
  return (mark.startsWith('?') ? mark.slice(1) : mark) as DiskMark
}

/** Whether two looks at a path saw the same state of the same file. */
export function isSameState(a: Stat, b: Stat): boolean {
  return a.kind === b.kind && a.mode === b.mode && markOf(a) === markOf(b)
}

/** The row state of what `stat` shows. `inside` is what a file contains or where a symlink points, `wantedMtimeNs` the time that was asked for. */
export function rowStateOf(stat: Stat, inside?: Inside, wantedMtimeNs?: bigint): RowState {
  const { inode, mode } = stat
  const mark = markOf(stat)
  if (inside === undefined) return { kind: 'directory', mark, inode, mode }
  if ('target' in inside) return { kind: 'symlink', mark, inode, target: inside.target }
  return fileStateOf(stat, inside.content, wantedMtimeNs)
}

export type Inside = { readonly content: ContentId } | { readonly target: string }

/** As `rowStateOf`, of a file. */
export function fileStateOf(stat: Stat, content: ContentId, wantedMtimeNs: bigint | undefined): FileState {
  const { inode, mode, size } = stat
  const mtimeNs = wantedMtimeOf(stat.mtimeNs, wantedMtimeNs)
  return { kind: 'file', mark: markOf(stat), inode, size, mtimeNs, mode, content }
}

type FileState = Extract<RowState, { kind: 'file' }>

/**
 * The wanted time, where the disk shows as much of it as can be set (the microsecond, less of times that are centuries ahead; newer
 * Node leaves some nanoseconds of its own below it), else what the disk shows: our own download is no edit.
 */
export function wantedMtimeOf(diskNs: bigint, wantedNs: bigint | undefined): bigint {
  if (wantedNs === undefined || diskNs === wantedNs) return diskNs
  const isCut = diskNs === wantedNs - (wantedNs % 1000n)
  if (isCut || microsecondOf(diskNs) === microsecondOf(wantedNs)) return wantedNs
  return isBlurred(diskNs, wantedNs) ? wantedNs : diskNs
}

const microsecondOf = (ns: bigint): bigint => ns / 1000n - (ns % 1000n < 0n ? 1n : 0n)

/** Whether the two differ by no more than the steps between the floating point numbers that times are set by, where those are longer than a microsecond. */
function isBlurred(diskNs: bigint, wantedNs: bigint): boolean {
  const apart = diskNs > wantedNs ? diskNs - wantedNs : wantedNs - diskNs
  let stepNs = 1000n
  for (let reachNs = MICROSECONDS_UNTIL_NS; wantedNs >= reachNs || -wantedNs >= reachNs; reachNs *= 2n) stepNs *= 2n
  return stepNs > 1000n && apart < stepNs
}

// A double counts 2^33 seconds by the microsecond: until the year 2242.
const MICROSECONDS_UNTIL_NS = 2n ** 33n * 1_000_000_000n
