// Has what nobody holds any more let go of in a moment, and not only when memory runs short.
import { collect } from './collect.ts'

/** So that what is closed together is tidied once, and a program that ends anyway does not stop for it. */
const SOON_MS = 100
/** The larger the program, the longer it stops for it: whoever opens and closes all the time spends a twentieth part of it on this, not half. */
const REST_TIMES = 20
const LONGEST_REST_MS = 10_000

let isPlanned = false
/** On the clock of `performance`. */
let restsUntilMs = 0

export function tidySoon(): void {
  if (isPlanned) return
  isPlanned = true
  setTimeout(() => void tidy(), Math.max(SOON_MS, restsUntilMs - performance.now())).unref()
}

async function tidy(): Promise<void> {
  isPlanned = false
  const beganMs = performance.now()
  await collect()
  const endedMs = performance.now()
  restsUntilMs = endedMs + Math.min(LONGEST_REST_MS, REST_TIMES * (endedMs - beganMs))
}
