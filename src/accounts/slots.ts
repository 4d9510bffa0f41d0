// So many at a time, the others wait in turn, and not too many of them.

export interface Slots {
  /** Undefined: too many are waiting already, and `work` was not begun. */
  run<T>(work: () => Promise<T>): Promise<T> | undefined
}

export function openSlots(atOnce: number, mayWait: number): Slots {
  let running = 0
  const waiting: (() => void)[] = []
  const enter = async (): Promise<void> => {
    // A place that is handed on was never given back, so nobody gets in between.
    if (running >= atOnce) return new Promise(resolve => waiting.push(resolve))
    running += 1
  }
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    await enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }
  return { run: work => (running >= atOnce && waiting.length >= mayWait ? undefined : inTurn(work)) }
}
