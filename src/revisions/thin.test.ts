import fc from 'fast-check'
import { expect, test } from 'vitest'
import { doomed } from './thin.ts'

const NOW = 1_790_000_000_000
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Newest first. */
const kept = (ages: readonly number[]) => [...ages].sort((a, b) => a - b).map(age => ({ keptAt: NOW - age }))
const left = (ages: readonly number[], keeping: Parameters<typeof doomed>[1]) => {
  const all = kept(ages)
  const going = new Set(doomed(all, keeping, NOW))
  return all.filter(each => !going.has(each)).map(({ keptAt }) => NOW - keptAt)
}

test('all stay, or the newest so many', () => {
  expect(left([1, 2, 3], 'all')).toEqual([1, 2, 3])
  expect(left([1, 2, 3], 2)).toEqual([1, 2])
  expect(left([1, 2, 3], 5)).toEqual([1, 2, 3])
})

test('in the first hour two stay where they are half a minute apart', () => {
  expect(left([10 * SECOND, 20 * SECOND, 45 * SECOND, 80 * SECOND], 'staggered')).toEqual([
    10 * SECOND,
    45 * SECOND,
    80 * SECOND,
  ])
})

test('of an hour of the last day, a day of the last month and a week before that one stays', () => {
  expect(left([120 * MINUTE, 150 * MINUTE, 192 * MINUTE], 'staggered')).toEqual([120 * MINUTE, 192 * MINUTE])
  expect(left([72 * HOUR, 82 * HOUR, 99 * HOUR], 'staggered')).toEqual([72 * HOUR, 99 * HOUR])
  const weeks = [40, 44, 48].map(day => day * DAY)
  expect(left(weeks, 'staggered')).toEqual([40 * DAY, 48 * DAY])
})

test('the oldest stays, what is left is far enough apart, and a second look finds nothing', () => {
  const ages = fc.uniqueArray(fc.integer({ min: 0, max: 400 * DAY }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(ages, all => {
      const staying = left(all, 'staggered')
      expect(staying).toContain(Math.max(...all))
      for (const [at, age] of staying.entries()) {
        const apart = age <= HOUR ? 30 * SECOND : age <= DAY ? HOUR : age <= 30 * DAY ? DAY : 7 * DAY
        const older = staying[at + 1]
        if (older !== undefined) expect(older - age).toBeGreaterThanOrEqual(apart)
      }
      expect(left(staying, 'staggered')).toEqual(staying)
    }),
  )
})

test('a version from the future is none of the too many', () => {
  expect(left([-DAY, -DAY + 1], 'staggered')).toEqual([-DAY, -DAY + 1])
})
