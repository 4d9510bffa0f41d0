// One line on the terminal that says how far the run is; redrawn at most ten times a second.
import type { SyncEvent } from '../sync/events.ts'
import { shownBytes, shownDuration } from '../words/show.ts'
import type { Stream } from './output.ts'

const REDRAW_MS = 100
const CLEAR = '\r\x1b[K'
const BAR_WIDTH = 20

export interface ProgressBar {
  event(event: SyncEvent): void
  scanned(files: number, bytes: number): void
  /** Takes the line away, so that others can be written. */
  clear(): void
}

export function progressBar(stream: Stream, now: () => number): ProgressBar {
  let drawnAt = -Infinity
  let isDrawn = false
  let startedAt = now()
  const clear = () => {
    if (isDrawn) stream.write(CLEAR)
    isDrawn = false
  }
  const draw = (text: string) => {
    if (now() - drawnAt < REDRAW_MS) return
    drawnAt = now()
    isDrawn = true
    stream.write(`${CLEAR}${text.slice(0, widthOf(stream) - 1)}`)
  }
  return {
    event(event) {
      if (event.type === 'phase' && event.phase === 'applying') startedAt = now()
      if (event.type === 'progress') draw(progressLine(event, now() - startedAt))
      if (event.type === 'summary') clear()
    },
    scanned: (files, bytes) => draw(`Looking: ${files} files, ${shownBytes(bytes)} read`),
    clear,
  }
}

/** A terminal that does not know its width says 0. */
function widthOf({ columns }: Stream): number {
  return columns === undefined || columns < 20 ? 80 : columns
}

type Progress = Extract<SyncEvent, { type: 'progress' }>

/** `[#####               ] 120/480 files, 1.2 MB of 5.0 MB, 3.4 MB/s, 12s left`. */
export function progressLine({ steps, bytes }: Pick<Progress, 'steps' | 'bytes'>, elapsedMs: number): string {
  const share = shareOf(steps, bytes)
  const filled = Math.round(share * BAR_WIDTH)
  const bar = `[${'#'.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}]`
  const rate = elapsedMs > 0 ? (bytes.done / elapsedMs) * 1000 : 0
  const left = share > 0 ? `, ${shownDuration((elapsedMs / share) * (1 - share))} left` : ''
  const amount = `${shownBytes(bytes.done)} of ${shownBytes(bytes.of)}, ${shownBytes(rate)}/s`
  return `${bar} ${steps.done}/${steps.of} files, ${amount}${left}`
}

/** Small files cost by their number, large ones by their size: a file counts as much as 64 KiB. */
function shareOf(steps: Progress['steps'], bytes: Progress['bytes']): number {
  const work = (count: number, size: number) => count * 65_536 + size
  const all = work(steps.of, bytes.of)
  return all === 0 ? 0 : Math.min(1, work(steps.done, bytes.done) / all)
}
