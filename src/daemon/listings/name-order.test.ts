import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareKeyed, orderKey } from './name-order.ts'

const sorted = (names: readonly string[]) =>
  names
    .map(name => ({ name, key: orderKey(name) }))
    .sort(compareKeyed)
    .map(({ name }) => name)

test('numbers in names count, letters are alike in both cases', () => {
  expect(sorted(['a10', 'B1', 'a2', 'b03', 'b2', 'A1', 'a'])).toEqual(['a', 'A1', 'a2', 'a10', 'B1', 'b2', 'b03'])
})

test('names that count alike keep one order', () => {
  expect(sorted(['x01', 'x1', 'X1'])).toEqual(sorted(['X1', 'x01', 'x1']))
})

test('whole numbers sort as numbers, of any length', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.bigInt({ min: 0n, max: 10n ** 60n })), numbers => {
      const names = numbers.map(number => `n${number}.txt`)
      const expected = [...numbers].sort((a, b) => (a < b ? -1 : 1)).map(number => `n${number}.txt`)
      expect(sorted(names)).toEqual(expected)
    }),
  )
})
