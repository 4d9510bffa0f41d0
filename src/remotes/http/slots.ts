// Lets only so many in at a time; the rest wait in order.

export interface Slots {
  /** Resolves to a function that gives the slot back (more than once does no harm). Rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<() => void>
}

export function slots(count: number): Slots {
  let free = count
  const waiting: (() => void)[] = []
  const held = () => {
    let holding = true
    return () => {
      if (holding) handOn()
      holding = false
    }
  }
  const handOn = () => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }
  return {
    async take(signal) {
      signal.throwIfAborted()
      if (free > 0) free -= 1
      else await turn(waiting, signal)
      return held()
    },
  }
}

function turn(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      waiting.splice(waiting.indexOf(go), 1)
      reject(signal.reason)
    }
    const go = () => {
      signal.removeEventListener('abort', abort)
      resolve()
    }
    waiting.push(go)
    signal.addEventListener('abort', abort, { once: true })
  })
}
