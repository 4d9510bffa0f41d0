// Has what nobody holds any more let go of in a moment, and not only when memory runs short.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** So that what is closed together is tidied once, and a program that ends anyway does not stop for it. */
const SOON_MS = 100

let isPlanned = false
let collect: (() => void) | undefined

export function tidySoon(): void {
  if (isPlanned) return
  isPlanned = true
  setTimeout(() => {
    isPlanned = false
    collect ??= collector()
    collect()
  }, SOON_MS).unref()
}

/** The collector of V8: it is given to contexts that are made while its flag is set. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  try {
    return runInNewContext('gc') as () => void
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}
