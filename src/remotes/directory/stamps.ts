// How this directory says "this is the state I showed you".
import type { Entry, EntryId, Stamp } from '../../model/entry.ts'
import type { Stat } from '../../platform/tree.ts'
import { markOf } from '../../scan/mark.ts'

const MILLISECOND = 1_000_000n
const SECOND = 1000n * MILLISECOND

/** The same mark that an index keeps of the state, so that the folder of an index and a plain directory are looked at alike. */
export function stampOf(stat: Stat): Stamp {
  return markOf(stat) as string as Stamp
}

/** What a stat shows; a symlink's `target` must be at hand. */
export function entryOf(stat: Stat, target: string): Entry {
  const id = `${stat.device}:${stat.inode}` as EntryId
  switch (stat.kind) {
    case 'file': {
      const { size, mtimeNs, mode } = stat
      return { kind: 'file', stamp: stampOf(stat), size, mtimeNs, mode, id }
    }
    case 'directory':
      return { kind: 'directory', stamp: stampOf(stat), mode: stat.mode, id }
    case 'symlink':
      return { kind: 'symlink', stamp: stampOf(stat), target, id }
    case 'other':
      return { kind: 'blocked', why: 'unsupported-kind' }
  }
}

/**
 * How long after its modification a file may still be written again without its stamp changing: the disk's clock stands still
 * for some milliseconds between ticks, and for whole seconds on some disks (recognised by times without a fraction).
 */
export function settlingMs(stat: Stat): number {
  const coarse = stat.mtimeNs % SECOND === 0n && stat.ctimeNs % SECOND === 0n
  return coarse ? LONGEST_SETTLING_MS : 20
}

const LONGEST_SETTLING_MS = 2000

/** Whether the file was modified so recently that another write might leave its stamp as it is. */
export function isRacy(stat: Stat, nowMs: number): boolean {
  if (stat.kind !== 'file') return false
  const ageMs = nowMs - Number(stat.mtimeNs / MILLISECOND)
  return Math.abs(ageMs) <= LONGEST_SETTLING_MS && Math.abs(ageMs) <= settlingMs(stat)
}

/** A stamp that equals no other: the file is looked at anew next time. */
export function untrusted(entry: Entry, nowMs: number): Entry {
  return entry.kind === 'file' ? { ...entry, stamp: `${entry.stamp}:unsettled-${nowMs}` as Stamp } : entry
}
