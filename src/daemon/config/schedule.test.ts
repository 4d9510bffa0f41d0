import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAYS, hoursAt, nextChange, type Schedule, type Span, type WallClock } from './schedule.ts'
import { formatDays, formatSpan, formatTimeOfDay, parseDays, parseTimeOfDay } from './schedule-text.ts'

// Clocks there are put forward on 29 March and back on 25 October 2026.
const parts = new Intl.DateTimeFormat('en-GB', {
  ...{ timeZone: 'Europe/Berlin', weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
})
const berlin: WallClock = at => {
  const part = (type: string) => parts.formatToParts(at).find(each => each.type === type)?.value ?? ''
  const day = (DAYS as readonly string[]).indexOf(part('weekday').toLowerCase())
  return { day, minute: Number(part('hour')) * 60 + Number(part('minute')) }
}

const at = (text: string) => new Date(text).getTime()
const told = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString())
const nights: Span = { days: DAYS, fromMinute: 22 * 60, toMinute: 6 * 60, sync: 'on' }
const work: Span = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], fromMinute: 8 * 60, toMinute: 18 * 60, sync: 'off' }

test('without hours it is always synced, and that never changes', () => {
  expect(hoursAt([], at('2026-11-23T12:00'))).toEqual({ sync: 'on' })
  expect(nextChange([], at('2026-11-23T12:00'))).toBeUndefined()
})

test.each([
  ['2026-11-23T21:59:59', 'off', '2026-11-23T22:00'],
  ['2026-11-23T22:00', 'on', '2026-11-24T06:00'],
  ['2026-11-24T05:59', 'on', '2026-11-24T06:00'],
  ['2026-11-24T06:00', 'off', '2026-11-24T22:00'],
])('hours in which to sync make all others rest: %s', (now, sync, next) => {
  expect(hoursAt([nights], at(now)).sync).toBe(sync)
  expect(told(nextChange([nights], at(now)))).toBe(told(at(next)))
})

test('hours of rest leave all others alone', () => {
  expect(hoursAt([work], at('2026-11-20T10:00')).sync).toBe('off')
  expect(hoursAt([work], at('2026-11-20T18:00')).sync).toBe('on')
  expect(hoursAt([work], at('2026-11-21T10:00')).sync).toBe('on')
  expect(told(nextChange([work], at('2026-11-20T18:00')))).toBe(told(at('2026-11-23T08:00')))
})

test('hours over midnight belong to the day on which they begin', () => {
  const sunday: Schedule = [{ days: ['sun'], fromMinute: 23 * 60, toMinute: 60, sync: 'on' }]
  expect(hoursAt(sunday, at('2026-11-22T23:30')).sync).toBe('on')
  expect(hoursAt(sunday, at('2026-11-23T00:59')).sync).toBe('on')
  expect(hoursAt(sunday, at('2026-11-22T00:30')).sync).toBe('off')
})

test('the first hours that say something decide, each thing by itself', () => {
  const schedule: Schedule = [
    { days: ['fri'], fromMinute: 0, toMinute: 1440, uploadBytesPerSecond: 1000 },
    { ...work, uploadBytesPerSecond: 5000, downloadBytesPerSecond: 'unlimited' },
  ]
  expect(hoursAt(schedule, at('2026-11-20T10:00'))).toEqual({
    sync: 'off',
    uploadBytesPerSecond: 1000,
    downloadBytesPerSecond: 'unlimited',
  })
})

describe('where clocks are put forward or back', () => {
  test('an hour that does not come is left out, and what covers it begins right after', () => {
    const schedule: Schedule = [{ days: ['sun'], fromMinute: 150, toMinute: 300, sync: 'on' }]
    const before = Date.parse('2026-03-29T00:59:00Z')
    expect(hoursAt(schedule, before, berlin).sync).toBe('off')
    expect(told(nextChange(schedule, before, ({ sync }) => sync, berlin))).toBe('2026-03-29T01:00:00.000Z')
  })

  test('an hour that comes twice counts twice', () => {
    const schedule: Schedule = [{ days: ['sun'], fromMinute: 120, toMinute: 180, sync: 'on' }]
    const first = Date.parse('2026-10-25T00:30:00Z')
    expect(hoursAt(schedule, first, berlin).sync).toBe('on')
    expect(hoursAt(schedule, first + 3_600_000, berlin).sync).toBe('on')
    expect(told(nextChange(schedule, first, ({ sync }) => sync, berlin))).toBe('2026-10-25T02:00:00.000Z')
  })
})

const minutes = fc.integer({ min: 0, max: 1439 })
const spans: fc.Arbitrary<Span> = fc
  .record({
    days: fc.subarray([...DAYS], { minLength: 1 }),
    fromMinute: minutes,
    toMinute: fc.integer({ min: 0, max: 1440 }),
    sync: fc.constantFrom('on' as const, 'off' as const),
  })
  .filter(({ fromMinute, toMinute }) => fromMinute !== toMinute)

test('between now and the next change nothing changes', () => {
  const weeks = fc.integer({ min: at('2026-01-01T00:00'), max: at('2027-01-01T00:00') })
  fc.assert(
    fc.property(fc.array(spans, { maxLength: 4 }), weeks, (schedule, now) => {
      const { sync } = hoursAt(schedule, now)
      const next = nextChange(schedule, now)
      if (next !== undefined) expect(hoursAt(schedule, next).sync).not.toBe(sync)
      const until = next ?? now + 8 * 86_400_000
      for (let n = 0; n < 50; n += 1)
        expect(hoursAt(schedule, now + ((until - 1 - now) * n) / 50).sync, String(n)).toBe(sync)
    }),
    { numRuns: 60 },
  )
})

test.each([
  ['mon-fri', 'mon-fri'],
  ['daily', 'daily'],
  ['Saturday, sun', 'sat,sun'],
  ['fri-mon', 'mon,fri-sun'],
  ['mon,wed,fri', 'mon,wed,fri'],
])('%s are days', (text, form) => {
  const days = parseDays(text)
  expect(days && formatDays(days)).toBe(form)
})

test.each(['', 'mo', 'mon-', 'mon-tue-wed', 'monkey', 'mon;tue'])('%j are no days', text => {
  expect(parseDays(text)).toBeUndefined()
})

test('whatever hours are written as is read as the same', () => {
  fc.assert(
    fc.property(spans, span => {
      const [days = '', hours = ''] = formatSpan(span).split(' ')
      expect(parseDays(days)).toEqual(span.days)
      expect(hours.split('-').map(parseTimeOfDay)).toEqual([span.fromMinute, span.toMinute])
    }),
  )
  expect(['24:01', '7', '12:60', '-1:00'].map(parseTimeOfDay)).toEqual([undefined, undefined, undefined, undefined])
  expect(formatTimeOfDay(1440)).toBe('24:00')
})
