// What a run came to, in a line.
import { explainBrake } from '../plan/brakes.ts'
import type { Counts, Summary } from '../sync/summary.ts'
import { counted, shownBytes } from './show.ts'

export function summaryLine({ counts, unsynced, brake }: Summary, tookMs: number): string {
  if (brake !== undefined) return `Stopped before doing anything: ${explainBrake(brake)}.`
  const done = doneOf(counts)
  const open = unsynced.length === 0 ? 'Both sides are equal' : `${counted(unsynced.length, 'path')} not in sync`
  const time = `${(tookMs / 1000).toFixed(1)} s`
  return done.length === 0 ? `${open}. Nothing to do (${time}).` : `${open}. ${done.join(', ')} (${time}).`
}

/** What to do about a brake. */
export function adviceOnBrake(brake: NonNullable<Summary['brake']>): string {
  const approval = brake.because === 'too-many-overwrites' ? 'overwrites' : 'deletes'
  return `If this is what you want, run the same command with --approve ${approval}. With --dry-run it tells what would be done.`
}

function doneOf(counts: Counts): string[] {
  const { uploaded, downloaded, moved, deletedHere, deletedThere, conflicts, other } = counts
  const parts: (readonly [number, string])[] = [
    [uploaded, `${counted(uploaded, 'file')} uploaded (${shownBytes(counts.uploadedBytes)})`],
    [downloaded, `${counted(downloaded, 'file')} downloaded (${shownBytes(counts.downloadedBytes)})`],
    [moved, `${moved} moved`],
    [deletedHere, `${deletedHere} deleted here`],
    [deletedThere, `${deletedThere} deleted there`],
    [conflicts, counted(conflicts, 'conflict copy', 'conflict copies')],
    [other, counted(other, 'directory, link or attribute', 'directories, links or attributes')],
  ]
  return parts.filter(([count]) => count > 0).map(([, words]) => words)
}
