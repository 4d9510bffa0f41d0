import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wantedMtimeOf } from './mark.ts'

const YEAR_2400_NS = 13_569_465_600_000_000_000n

test('of a time that was set to the microsecond, what lies below it is not missed', () => {
  const wanted = 1_600_000_000_123_456_789n
  expect(wantedMtimeOf(1_600_000_000_123_456_000n, wanted)).toBe(wanted)
  expect(wantedMtimeOf(1_600_000_000_123_456_200n, wanted)).toBe(wanted)
  expect(wantedMtimeOf(1_600_000_000_123_457_000n, wanted)).toBe(1_600_000_000_123_457_000n)
})

test('of a time centuries ahead, what a floating point number does not hold is not missed', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: YEAR_2400_NS, max: 4n * YEAR_2400_NS }), wanted => {
      const set = BigInt(Math.round(Number(wanted) / 1e3)) * 1000n
      expect(wantedMtimeOf(set, wanted)).toBe(wanted)
      expect(wantedMtimeOf(wanted + 10_000n, wanted)).toBe(wanted + 10_000n)
    }),
  )
})
