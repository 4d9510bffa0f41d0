// Whether anybody can see this page: browsers give all the pages of one place only a handful of connections.

/** Resolves when the page can be seen, or the signal aborts. */
export function whenSeen(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const look = () => {
      if (document.visibilityState === 'hidden' && !signal.aborted) return
      document.removeEventListener('visibilitychange', look)
      signal.removeEventListener('abort', look)
      resolve()
    }
    document.addEventListener('visibilitychange', look)
    signal.addEventListener('abort', look)
    look()
  })
}

/** Calls `act` once the page has been out of sight for `ms`, unless the returned function is called before. */
export function whenUnseenFor(ms: number, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = () => {
    clearTimeout(timer)
    timer = document.visibilityState === 'hidden' ? setTimeout(act, ms) : undefined
  }
  document.addEventListener('visibilitychange', look)
  look()
  return () => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', look)
  }
}
