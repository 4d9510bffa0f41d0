import fc from 'fast-check'
import { expect, test } from 'vitest'
import { secondsOf } from './set-times.ts'

/** What each age of libuv makes of the seconds it is given. */
const AGES = [
  { libuv: '1.46.0', unit: 1000n },
  { libuv: '1.51.0', unit: 1000n },
  { libuv: '1.52.1', unit: 1n },
] as const

/** In nanoseconds: cut towards zero, as C does. */
function stored(text: string, unit: bigint): bigint {
  const seconds = Number(text)
  const whole = Math.trunc(seconds)
  const rest = BigInt(Math.trunc((seconds - whole) * 1e9))
  return BigInt(whole) * 1_000_000_000n + (rest - (rest % unit))
}

const microsecondOf = (ns: bigint): bigint => (ns - (((ns % 1000n) + 1000n) % 1000n)) / 1000n

// From 1700 to 2242.
const times = fc.bigInt({ min: -8_500_000_000_000_000_000n, max: 8_580_000_000_000_000_000n })

test.each(AGES)('the wanted microsecond arrives with libuv $libuv', ({ libuv, unit }) => {
  fc.assert(
    fc.property(times, wanted => {
      expect(microsecondOf(stored(secondsOf(wanted, libuv), unit))).toBe(microsecondOf(wanted))
    }),
    { numRuns: 5000, examples: [[0n], [-1n], [-1000n], [999_999_999n], [1_763_766_000_123_457_000n], [5_000_000n]] },
  )
})

test('whole seconds and small fractions arrive exactly', () => {
  for (const wanted of [0n, 1_700_000_000_000_000_000n, -86_400_000_000_000n, 1_500_000_000n])
    for (const { libuv, unit } of AGES) expect(stored(secondsOf(wanted, libuv), unit)).toBe(wanted)
})

test('what is below the microsecond is less than that of a floating point number', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2_000_000_000_000_000n }), micros => {
      expect(stored(secondsOf(micros * 1000n, '1.52.1'), 1n) - micros * 1000n).toBeLessThan(240n)
    }),
  )
})
