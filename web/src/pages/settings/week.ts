// The hours of a week as a grid of 7 by 24, and as the spans that the API takes.
import type { Answer, Body } from '../../api/call.ts'

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof DAYS)[number]
export type Span = NonNullable<Answer<'GET /limits'>['schedule']>[number]
type Sent = Exclude<NonNullable<Body<'PATCH /limits'>['schedule']>, 'inherit'>

export const HOURS = 24

/** Whether it is synced, by day and hour. */
export type Week = readonly (readonly boolean[])[]

export function fullWeek(isOn: boolean): Week {
  return DAYS.map(() => Array.from({ length: HOURS }, () => isOn))
}

export function withHour(week: Week, day: number, hour: number, isOn: boolean): Week {
  return week.map((hours, d) => (d === day ? hours.map((each, h) => (h === hour ? isOn : each)) : hours))
}

/**
 * What the spans say: the first that covers an hour and says whether it is synced decides; where there is any that says yes, all other hours
 * are at rest. An hour that a span covers in part counts by its beginning.
 */
export function weekOf(spans: readonly Span[]): Week {
  const deciding = spans.filter(({ sync }) => sync !== undefined)
  const otherwise = !deciding.some(({ sync }) => sync === true)
  return DAYS.map((_, day) =>
    Array.from({ length: HOURS }, (_, hour) => deciding.find(span => covers(span, day, hour))?.sync ?? otherwise),
  )
}

/** The hours that are synced, as few spans as there are kinds of days. Nothing for a week without rest. */
export function spansOf(week: Week): Sent {
  if (week.every(hours => hours.every(isOn => isOn))) return []
  const byHours = new Map<string, { readonly from: number; readonly to: number; readonly days: Day[] }>()
  for (const [n, hours] of week.entries())
    for (const { from, to } of runsIn(hours)) {
      const span = byHours.get(`${from}-${to}`) ?? { from, to, days: [] }
      byHours.set(`${from}-${to}`, span)
      span.days.push(DAYS[n] ?? 'mon')
    }
  const spans = [...byHours.values()].map(({ from, to, days }) => ({
    days,
    from: clock(from),
    to: clock(to),
    sync: true,
  }))
  // A week at rest throughout has no hour that is synced, and is said so.
  return spans.length === 0 ? [{ days: [...DAYS], from: '00:00', to: '24:00', sync: false }] : spans
}

function runsIn(hours: readonly boolean[]): readonly { readonly from: number; readonly to: number }[] {
  const runs: { from: number; to: number }[] = []
  for (const [hour, isOn] of hours.entries()) {
    if (!isOn) continue
    const last = runs.at(-1)
    if (last?.to === hour) last.to = hour + 1
    else runs.push({ from: hour, to: hour + 1 })
  }
  return runs
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
