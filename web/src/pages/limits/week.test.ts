// The grid of a week says what its spans say, and the other way round.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hoursAt } from '../../../../src/daemon/config/schedule.ts'
import { parseTimeOfDay } from '../../../../src/daemon/config/schedule-text.ts'
import {
  AT_REST,
  DAYS,
  fullWeek,
  HOURS,
  type Hour,
  isFinerThanHours,
  limitedIn,
  type Span,
  SYNCED,
  spansOf,
  type Week,
  weekOf,
  withHours,
} from './week.ts'

/** Each is 168 hours. */
const RUNS = { numRuns: 25 }

const anyRate = fc.constantFrom(undefined, 'unlimited' as const, 500_000, 2_000_000)
const anyHour: fc.Arbitrary<Hour> = fc.oneof(
  ...[fc.constant(SYNCED), fc.constant(AT_REST)],
  fc.record({ isOn: fc.constant(true), up: anyRate, down: anyRate }),
)
const anyWeek: fc.Arbitrary<Week> = fc.array(fc.array(anyHour, { minLength: HOURS, maxLength: HOURS }), {
  minLength: DAYS.length,
  maxLength: DAYS.length,
})
const anySpan: fc.Arbitrary<Span> = fc
  .record({
    days: fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1 }),
    from: fc.integer({ min: 0, max: HOURS - 1 }),
    length: fc.integer({ min: 1, max: HOURS - 1 }),
    sync: fc.constantFrom(undefined, true, false),
    up: anyRate,
    down: anyRate,
  })
  .map(({ days, from, length, sync, up, down }) => ({
    ...{ days, from: clock(from), to: clock((from + length) % HOURS) },
    ...(sync === undefined ? {} : { sync }),
    ...(up === undefined ? {} : { uploadBytesPerSecond: up }),
    ...(down === undefined ? {} : { downloadBytesPerSecond: down }),
  }))

test('a week that was painted comes back as it was', () => {
  fc.assert(
    fc.property(anyWeek, week => {
      expect(weekOf(spansOf(week) as readonly Span[])).toEqual(week)
    }),
    RUNS,
  )
})

test('each hour of the grid is what the daemon does in that hour', () => {
  fc.assert(
    fc.property(fc.array(anySpan, { maxLength: 6 }), spans => {
      const schedule = spans.map(({ from, to, sync, ...rest }) => ({
        ...{ ...rest, fromMinute: parseTimeOfDay(from) ?? -1, toMinute: parseTimeOfDay(to) ?? -1 },
        ...(sync === undefined ? {} : { sync: sync ? ('on' as const) : ('off' as const) }),
      }))
      for (const [day, hours] of weekOf(spans).entries())
        for (const [hour, { isOn, up, down }] of hours.entries()) {
          const said = hoursAt(schedule, 0, () => ({ day, minute: hour * 60 }))
          expect(isOn).toBe(said.sync === 'on')
          if (isOn) expect([up, down]).toEqual([said.uploadBytesPerSecond, said.downloadBytesPerSecond])
        }
    }),
    RUNS,
  )
})

test('a week without rest and rates needs no span, and one at rest throughout is said so', () => {
  expect(spansOf(fullWeek(SYNCED))).toEqual([])
  expect(spansOf(fullWeek(AT_REST))).toEqual([{ days: [...DAYS], from: '00:00', to: '24:00', sync: false }])
})

test('days with the same hours are one span, and so are hours of the same rate', () => {
  const night = withHours(fullWeek(AT_REST), (_, hour) => hour === 3, SYNCED)
  expect(spansOf(night)).toEqual([{ days: [...DAYS], from: '03:00', to: '04:00', sync: true }])
  const slow = { isOn: true, up: 200_000, down: undefined }
  const calls = withHours(fullWeek(SYNCED), (day, hour) => day < 5 && hour >= 8 && hour < 18, slow)
  const days = DAYS.slice(0, 5)
  expect(spansOf(calls)).toEqual([{ days, from: '08:00', to: '18:00', uploadBytesPerSecond: 200_000 }])
  expect(limitedIn(calls)).toEqual([slow])
})

test('what begins within an hour is said to be finer than the grid', () => {
  const span = { days: [...DAYS], from: '08:00', to: '24:00', sync: true }
  expect(isFinerThanHours([span])).toBe(false)
  expect(isFinerThanHours([{ ...span, from: '08:30' }])).toBe(true)
})

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`
}
