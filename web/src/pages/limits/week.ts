// The hours of a week as a grid of 7 by 24, and as the spans that the API takes.
import type { Answer, Body } from '../../api/call.ts'

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof DAYS)[number]
type Limits = Answer<'GET /limits'>
export type Span = NonNullable<Limits['schedule']>[number]
type Sent = Exclude<NonNullable<Body<'PATCH /limits'>['schedule']>, 'inherit'>
/** Bytes a second. */
export type Rate = Limits['uploadBytesPerSecond']

export const HOURS = 24

/** What one hour is for. A rate that is undefined is as at all other times. At rest it has none. */
export interface Hour {
  readonly isOn: boolean
  readonly up: Rate | undefined
  readonly down: Rate | undefined
}

/** By day and hour. */
export type Week = readonly (readonly Hour[])[]

export const SYNCED: Hour = { isOn: true, up: undefined, down: undefined }
export const AT_REST: Hour = { isOn: false, up: undefined, down: undefined }

export function fullWeek(hour: Hour): Week {
  return DAYS.map(() => Array.from({ length: HOURS }, () => hour))
}

export function withHours(week: Week, isMeant: (day: number, hour: number) => boolean, to: Hour): Week {
  return week.map((hours, d) => hours.map((each, h) => (isMeant(d, h) ? to : each)))
}

export function isSame(one: Hour | undefined, other: Hour): boolean {
  return one !== undefined && keyOf(one) === keyOf(other)
}

/** Each kind of hour with a rate of its own, in the order in which they come. */
export function limitedIn(week: Week): readonly Hour[] {
  const limited = week.flat().filter(({ up, down }) => up !== undefined || down !== undefined)
  return [...new Map(limited.map(hour => [keyOf(hour), hour])).values()]
}

/**
 * What the spans say: for each of the three by itself, the first that covers an hour and says something decides; where there is any that says it
 * is synced, all other hours are at rest. An hour that a span covers in part counts by its beginning.
 */
export function weekOf(spans: readonly Span[]): Week {
  const otherwise = !spans.some(({ sync }) => sync === true)
  return DAYS.map((_, day) =>
    Array.from({ length: HOURS }, (_, hour) => {
      const here = spans.filter(span => covers(span, day, hour))
      const isOn = here.find(({ sync }) => sync !== undefined)?.sync ?? otherwise
      if (!isOn) return AT_REST
      const up = here.find(span => span.uploadBytesPerSecond !== undefined)?.uploadBytesPerSecond
      const down = here.find(span => span.downloadBytesPerSecond !== undefined)?.downloadBytesPerSecond
      return { isOn, up, down }
    }),
  )
}

/** Whether the grid shows less than the spans say: some begin or end within an hour. */
export function isFinerThanHours(spans: readonly Span[]): boolean {
  return spans.some(({ from, to }) => minutes(from) % 60 !== 0 || minutes(to) % 60 !== 0)
}

/** As few spans as there are kinds of days and hours. Nothing for a week without rest and rates. */
export function spansOf(week: Week): Sent {
  const hours = week.flat()
  if (hours.every(({ isOn }) => !isOn)) return [{ days: [...DAYS], from: '00:00', to: '24:00', sync: false }]
  // What is not said to be synced is at rest as soon as anything is said to be synced.
  const hasRest = hours.some(({ isOn }) => !isOn)
  const found = new Map<string, { readonly run: Run; readonly days: Day[] }>()
  for (const [n, each] of week.entries())
    for (const run of runsIn(each)) {
      if (!run.hour.isOn || (!hasRest && isSame(run.hour, SYNCED))) continue
      const key = `${run.from}-${run.to} ${keyOf(run.hour)}`
      const span = found.get(key) ?? { run, days: [] }
      found.set(key, span)
      span.days.push(DAYS[n] ?? 'mon')
    }
  return [...found.values()].map(({ run: { from, to, hour }, days }) => ({
    ...{ days, from: clock(from), to: clock(to) },
    ...(hasRest ? { sync: true } : {}),
    ...(hour.up === undefined ? {} : { uploadBytesPerSecond: hour.up }),
    ...(hour.down === undefined ? {} : { downloadBytesPerSecond: hour.down }),
  }))
}

interface Run {
  readonly hour: Hour
  readonly from: number
  to: number
}

function runsIn(hours: readonly Hour[]): readonly Run[] {
  const runs: Run[] = []
  for (const [n, hour] of hours.entries()) {
    const last = runs.at(-1)
    if (last !== undefined && isSame(last.hour, hour)) last.to = n + 1
    else runs.push({ hour, from: n, to: n + 1 })
  }
  return runs
}

function keyOf({ isOn, up, down }: Hour): string {
  return `${isOn} ${up} ${down}`
}

function covers({ days, from, to }: Span, day: number, hour: number): boolean {
  const [first, last, minute] = [minutes(from), minutes(to), hour * 60]
  const isOf = (n: number) => days.includes(DAYS[(n + DAYS.length) % DAYS.length] ?? 'mon')
  if (first < last) return isOf(day) && minute >= first && minute < last
  // Over midnight: it begins on a day of its own, and ends on the one after.
  return (isOf(day) && minute >= first) || (isOf(day - 1) && minute < last)
}

function minutes(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * 60 + minute
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`
}
