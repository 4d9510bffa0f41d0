// Runs the same act on many things, several at a time, and gives one result for each.
import { asSyncError } from '../../model/errors.ts'
import type { Tried } from '../../replica/replica.ts'

/** Results in the order of `items`; what an act throws stands in the place of its result. Rejects only with the signal's reason. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  signal: AbortSignal,
  act: (item: Item) => Promise<Result>,
): Promise<readonly Tried<Result>[]> {
  const results: Tried<Result>[] = new Array(items.length)
  const left = items.entries()
  const work = async (): Promise<void> => {
    for (const [at, item] of left) {
      signal.throwIfAborted()
      try {
        results[at] = await act(item)
      } catch (error) {
        signal.throwIfAborted()
        results[at] = asSyncError(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work))
  return results
}
