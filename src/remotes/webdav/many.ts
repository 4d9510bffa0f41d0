// Does the same for many things, some at a time.
import { asSyncError, type SyncError } from '../../model/errors.ts'
import type { Tried } from '../../replica/replica.ts'

/** One result or error per item, in order. An error of the whole replica, or an abort, ends everything. */
export async function tryMany<T, R>(
  items: readonly T[],
  atOnce: number,
  signal: AbortSignal,
  act: (item: T) => Promise<R>,
): Promise<Tried<R>[]> {
  const results: Tried<R>[] = new Array(items.length)
  let fatal: SyncError | undefined
  let next = 0
  const work = async () => {
    while (next < items.length) {
      const i = next
      next += 1
      results[i] = fatal ?? (await attempt(items[i] as T, act))
      signal.throwIfAborted()
      const result = results[i]
      if (result instanceof Error && result.scope !== 'entry') fatal = result
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work))
  return results
}

async function attempt<T, R>(item: T, act: (item: T) => Promise<R>): Promise<Tried<R>> {
  try {
    return await act(item)
  } catch (error) {
    return asSyncError(error)
  }
}
