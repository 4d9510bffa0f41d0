// Ctrl-C and the system's request to end: what is under way is finished and recorded, then the program ends.

export interface StopSignals extends Disposable {
  readonly signal: AbortSignal
  /** Which one came. */
  readonly received: NodeJS.Signals | undefined
}

/** A second signal ends the program at once: the next run finds everything as after a power cut, which it can cope with. */
export function listenForStop(): StopSignals {
  const stop = new AbortController()
  let received: NodeJS.Signals | undefined
  const onSignal = (name: NodeJS.Signals) => {
    if (received !== undefined) process.exit(name === 'SIGINT' ? 130 : 143)
    received = name
    stop.abort(new DOMException(`stopped by ${name}`, 'AbortError'))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: stop.signal,
    get received() {
      return received
    },
    [Symbol.dispose]: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
