// Answers that come in the order of their questions: the next is asked when the last is there.

/**
 * Makes `ask` run once at a time. Called while it runs, it runs once more afterwards, however often it was called: what is
 * known in the end was asked for after the last call. Each call resolves, or fails, with the run that began after it.
 */
export function oneAtATime(ask: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  const begin = (): Promise<void> => {
    next = undefined
    running = ask().finally(() => {
      running = undefined
    })
    return running
  }

  return () => {
    if (running === undefined) return begin()
    next ??= running.then(begin, begin)
    return next
  }
}
