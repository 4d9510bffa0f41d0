// A bounded number of things at once.

/** Runs `act` on every item, at most `width` at once, in order of starting. The first error stops new ones from starting and is thrown when those under way have ended. */
export async function inLanes<T>(items: Iterable<T>, width: number, act: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]()
  const errors: unknown[] = []
  const lane = async () => {
    for (let next = iterator.next(); !next.done && errors.length === 0; next = iterator.next()) {
      try {
        await act(next.value)
      } catch (error) {
        errors.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, width) }, lane))
  if (errors.length > 0) throw errors[0]
}
