// Work on many names of one directory with the shortest way to each.
import { closeSync, constants, openSync } from 'node:fs'

// Linux: opens a place without access to its content.
const O_PATH = 0o10000000
/** Below so few names the way there and back costs more than it saves. */
const FEW = 10

/**
 * Runs `body` for `count` names in the directory `base` and tells it what to put before each. Looking up a name behind
 * `/proc/self/fd/…` takes the system about twice as long as one in the current directory, so where that is possible the directory
 * becomes the current one meanwhile. `body` does not wait, and nothing else in this program uses relative paths from another
 * thread, so nobody else sees that.
 */
export function goInto<T>(base: string, count: number, body: (prefix: string) => T): T {
  const back = count < FEW || !base.startsWith('/proc/self/fd/') ? undefined : wayHome()
  if (back === undefined || !canEnter(base)) return body(base)
  try {
    return body('')
  } finally {
    process.chdir(back)
  }
}

function canEnter(base: string): boolean {
  try {
    process.chdir(base)
    return true
  } catch {
    // It may be listed but not entered: then every name in it says so by itself.
    return false
  }
}

// Found once, when first asked for.
let home: { readonly way: string | undefined } | undefined

/** The way back to where the program was started, also when that is renamed; undefined when there is no way back, or none for this thread. */
function wayHome(): string | undefined {
  home ??= { way: findHome() }
  return home.way
}

function findHome(): string | undefined {
  let here: number | undefined
  try {
    here = openSync('.', O_PATH | constants.O_DIRECTORY)
    const way = `/proc/self/fd/${here}`
    // No thread but the first may do that.
    process.chdir(way)
    return way
  } catch {
    if (here !== undefined) closeSync(here)
    return undefined
  }
}
