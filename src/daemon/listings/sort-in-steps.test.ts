import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sortInSteps } from './sort-in-steps.ts'

const NEVER = new AbortController().signal
const byFirst = (a: readonly [number, number], b: readonly [number, number]) => a[0] - b[0]

test('lists of any length come out as sorted in one go, what is equal in its order', async () => {
  const aSeed = fc.integer({ min: 1, max: 1_000_003 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(0, 1, 2, 8_191, 8_192, 8_193, 16_385, 40_000), aSeed, async (length, seed) => {
      const items = Array.from({ length }, (_, n) => [(n * seed) % 997, n] as const)
      expect(await sortInSteps(items, byFirst, NEVER)).toEqual([...items].sort(byFirst))
    }),
    { numRuns: 24 },
  )
})

test('others have their turn, and it ends when nobody wants it any more', async () => {
  const end = new AbortController()
  const items = Array.from({ length: 50_000 }, (_, n) => [50_000 - n, n] as const)
  const sorting = sortInSteps(items, byFirst, end.signal)
  setImmediate(() => end.abort(new Error('gone')))
  await expect(sorting).rejects.toThrow()
})
