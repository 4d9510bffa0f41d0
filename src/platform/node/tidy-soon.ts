// Has what nobody holds any more let go of in a moment, and not only when memory runs short.
import { collect } from './collect.ts'

/** So that what is closed together is tidied once, and a program that ends anyway does not stop for it. */
const SOON_MS = 100

let isPlanned = false

export function tidySoon(): void {
  if (isPlanned) return
  isPlanned = true
  setTimeout(() => {
    isPlanned = false
    void collect()
  }, SOON_MS).unref()
}
