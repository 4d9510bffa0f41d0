// What is done where watching is not possible.
import type { Watching } from './watch-options.ts'

/** Hints for everything, again and again. */
export function poll({ timers, limits, onHint }: Watching): Disposable {
  const again = (): (() => void) =>
    timers.after(limits.pollMs, () => {
      cancel = again()
      onHint('', 'below')
    })
  let cancel = again()
  return { [Symbol.dispose]: () => cancel() }
}
