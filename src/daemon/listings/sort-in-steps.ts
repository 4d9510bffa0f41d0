// Sorts long lists without keeping everybody else waiting.
import { setImmediate } from 'node:timers/promises'

/** Sorted, or merged, in one go: a few milliseconds. */
const STEP = 8_192

/** A sorted copy; what is equal stays in its order. Throws the reason of the signal. */
export async function sortInSteps<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  signal: AbortSignal,
): Promise<readonly T[]> {
  let runs: (readonly T[])[] = []
  for (let from = 0; from < items.length; from += STEP) {
    runs.push(items.slice(from, from + STEP).sort(compare))
    await setImmediate(undefined, { signal })
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = []
    for (let n = 0; n < runs.length; n += 2)
      merged.push(await mergeInSteps(runs[n] ?? [], runs[n + 1], compare, signal))
    runs = merged
  }
  return runs[0] ?? []
}

async function mergeInSteps<T>(
  a: readonly T[],
  b: readonly T[] | undefined,
  compare: (a: T, b: T) => number,
  signal: AbortSignal,
): Promise<readonly T[]> {
  if (b === undefined) return a
  const merged: T[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    const [left, right] = [a[i] as T, b[j] as T]
    if (compare(left, right) <= 0) {
      merged.push(left)
      i += 1
    } else {
      merged.push(right)
      j += 1
    }
    if (merged.length % STEP === 0) await setImmediate(undefined, { signal })
  }
  return merged.concat(a.slice(i), b.slice(j))
}
