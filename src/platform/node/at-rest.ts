// Gives back what a burst of work took, when little was done for twenty seconds: what is only cached, threads, and what the engine has not collected yet.
import { collect } from './collect.ts'

const LOOK_MS = 20_000
/** Saving a few files is no burst. */
const LITTLE = 64
/** Less is not worth a pause of some tens of milliseconds. */
const WORTH_BYTES = 16 * 1024 * 1024

const givers = new Set<() => void>()
let done = 0
let isWatched = false
/** What was needed when it was collected the last time. */
let collectedBytes = 0

/** Something was done that takes memory. Where nothing is done, nothing wakes up, and the timer keeps no process alive. */
export function noteWork(): void {
  done += 1
  if (!isWatched) watch()
}

/** `give` lets go of what can be had again. It must not throw. Gives back how to have it forgotten. */
export function whenAtRest(give: () => void): () => void {
  givers.add(give)
  return () => void givers.delete(give)
}

function watch(): void {
  isWatched = true
  setTimeout(look, LOOK_MS).unref()
}

function look(): void {
  const wasBusy = done > LITTLE
  done = 0
  isWatched = false
  if (wasBusy) watch()
  else void giveBack()
}

/** Now, whatever was done before. */
export async function giveBack(): Promise<void> {
  for (const give of givers) give()
  if (process.memoryUsage.rss() < collectedBytes + WORTH_BYTES) return
  const { isMainThread } = await import('node:worker_threads')
  if (isMainThread) await collect()
  collectedBytes = process.memoryUsage.rss()
}
