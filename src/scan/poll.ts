// What is done where watching is not possible.
import type { Watching } from './watch-options.ts'

/** So many hints are given at most from one try to the next. */
const MOST_HINTS = 10

/** Hints for everything, again and again; `tryAgain` with the first, the third, the seventh, and at last with every tenth of them. */
export function poll({ timers, limits, onHint }: Watching, tryAgain: () => void = () => {}): Disposable {
  let untilNext = 1
  let left = untilNext
  const again = (): (() => void) =>
    timers.after(limits.pollMs, () => {
      cancel = again()
      onHint('', 'below')
      left -= 1
      if (left > 0) return
      untilNext = Math.min(MOST_HINTS, untilNext * 2)
      left = untilNext
      tryAgain()
    })
  let cancel = again()
  return { [Symbol.dispose]: () => cancel() }
}
