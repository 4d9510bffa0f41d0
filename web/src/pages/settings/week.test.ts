// The grid of a week says what its spans say, and the other way round.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAYS, fullWeek, HOURS, type Span, spansOf, type Week, weekOf, withHour } from './week.ts'

const anyWeek: fc.Arbitrary<Week> = fc.array(fc.array(fc.boolean(), { minLength: HOURS, maxLength: HOURS }), {
  minLength: DAYS.length,
  maxLength: DAYS.length,
})

test('a week that was painted comes back as it was', () => {
  fc.assert(
    fc.property(anyWeek, week => {
      expect(weekOf(spansOf(week) as readonly Span[])).toEqual(week)
    }),
  )
})

test('a week without rest needs no span, and one at rest throughout is said so', () => {
  expect(spansOf(fullWeek(true))).toEqual([])
  expect(spansOf(fullWeek(false))).toEqual([{ days: [...DAYS], from: '00:00', to: '24:00', sync: false }])
})

test('days with the same hours are one span', () => {
  const week = DAYS.reduce((all, _, day) => withHour(all, day, 3, true), fullWeek(false))
  expect(spansOf(week)).toEqual([{ days: [...DAYS], from: '03:00', to: '04:00', sync: true }])
})

test('hours over midnight end on the day after', () => {
  const week = weekOf([{ days: ['sun'], from: '22:00', to: '06:00', sync: true }])
  expect(week[6]?.map(Number).join('')).toBe('000000000000000000000011')
  expect(week[0]?.map(Number).join('')).toBe('111111000000000000000000')
  expect(week[1]?.some(isOn => isOn)).toBe(false)
})

test('the first span that says something decides', () => {
  const spans: readonly Span[] = [
    { days: ['mon'], from: '08:00', to: '10:00', sync: false },
    { days: ['mon'], from: '00:00', to: '24:00', sync: true },
  ]
  expect(weekOf(spans)[0]?.map(Number).join('')).toBe('111111110011111111111111')
})
