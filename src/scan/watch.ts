// Tells, within a fraction of a second, where something may have changed on disk. Hints only: whoever gets one has to look.
import { watch } from 'node:fs'
import { HINT_LIMITS, type Timers } from './hints.ts'
import { DirectoryWatch } from './watch-directories.ts'
import type { OpenWatch, Watching, WatchOptions } from './watch-options.ts'
import { watchWhole } from './watch-whole.ts'

export type { OpenWatch, WatchOptions } from './watch-options.ts'

/**
 * Watches until disposed. When the promise resolves the watches are in place: look at the whole folder after that, since what
 * happened before is not told. Never rejects for a lack of means: see `onFault`.
 */
export async function watchTree(options: WatchOptions): Promise<Disposable> {
  const wanted = { ...HINT_LIMITS, pollMs: 30_000, ...options.limits }
  const limits = { ...wanted, quickMs: wanted.quickMs ?? wanted.quietMs * QUICK_SHARE }
  const watching: Watching = { timers: systemTimers, open: openWatch, onMended: () => {}, ...options, limits }
  // Linux has no recursive watches; Node's imitation takes one for each file and loses events.
  if (process.platform !== 'darwin' && process.platform !== 'win32') return DirectoryWatch.start(watching)
  return watchWhole(watching)
}

/** Of the time that a place has to be quiet: so long after what is complete with a few events. */
const QUICK_SHARE = 0.15

const systemTimers: Timers = {
  now: () => performance.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
}

const openWatch: OpenWatch = (directory, reach, told) => {
  const watcher = watch(directory, { recursive: reach === 'all' }, (kind, name) => told.event(kind, name))
  watcher.on('error', error => told.error(error))
  return () => watcher.close()
}
