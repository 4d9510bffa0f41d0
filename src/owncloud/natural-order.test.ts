import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareNaturally } from './natural-order.ts'

test('digits count as numbers, whatever is around them', () => {
  const sorted = [
    '0',
    '1',
    '2',
    '10',
    '0000000010000000',
    '20000000',
    'a',
    'a 2',
    'a 10',
    'chunk-9',
    'chunk-10-b',
    'chunk-10-c',
  ]
  expect([...sorted].reverse().sort(compareNaturally)).toEqual(sorted)
  // Larger than a number can be exact.
  expect(compareNaturally('9007199254740993', '9007199254740992')).toBeGreaterThan(0)
})

test('it is an order: of any two different names one comes first, and that is so all the way', () => {
  const name = fc.oneof(fc.string(), fc.stringMatching(/^[a0]{0,3}\d{0,4}[-a]?\d{0,3}$/))
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      expect(Math.sign(compareNaturally(a, b))).toBe(-Math.sign(compareNaturally(b, a)) + 0)
      expect(compareNaturally(a, b) === 0).toBe(a === b)
      if (compareNaturally(a, b) < 0 && compareNaturally(b, c) < 0) expect(compareNaturally(a, c)).toBeLessThan(0)
    }),
  )
})
