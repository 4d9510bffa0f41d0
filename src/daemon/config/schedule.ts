// The hours of a week in which something may be synced, and how fast.

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof DAYS)[number]

/** Bytes a second. */
export type BytesPerSecond = number | 'unlimited'

/** Hours that come again every week, by the clock on the wall. Where `toMinute` is not after `fromMinute`, they end on the day after. */
export interface Span {
  /** On which they begin, in the order of the week. */
  readonly days: readonly Day[]
  /** Minutes since midnight, 0 to 1440. */
  readonly fromMinute: number
  readonly toMinute: number
  readonly sync?: 'on' | 'off'
  readonly uploadBytesPerSecond?: BytesPerSecond
  readonly downloadBytesPerSecond?: BytesPerSecond
}

export type Schedule = readonly Span[]

/** What holds at one instant. A rate that is absent: the schedule says nothing of it. */
export interface Hours {
  readonly sync: 'on' | 'off'
  readonly uploadBytesPerSecond?: BytesPerSecond
  readonly downloadBytesPerSecond?: BytesPerSecond
}

/** What a clock on the wall shows at an instant: the day of the week, 0 is Monday, and minutes since midnight. */
export type WallClock = (at: number) => { readonly day: number; readonly minute: number }

const HOUR_MS = 3_600_000
/** Every span begins within a week; a day more for the hour that a clock is put forward or back. */
const HOURS_AHEAD = 8 * 24

/**
 * The first span that covers the instant and says something decides, for each of the three by itself. Where there are hours in which
 * to sync, everything else is rest.
 */
export function hoursAt(schedule: Schedule, now: number, wall: WallClock = machineClock): Hours {
  const { day, minute } = wall(now)
  const here = schedule.filter(span => covers(span, day, minute))
  const said = here.find(({ sync }) => sync !== undefined)?.sync
  const up = here.find(span => span.uploadBytesPerSecond !== undefined)?.uploadBytesPerSecond
  const down = here.find(span => span.downloadBytesPerSecond !== undefined)?.downloadBytesPerSecond
  return {
    sync: said ?? (schedule.some(({ sync }) => sync === 'on') ? 'off' : 'on'),
    ...(up === undefined ? {} : { uploadBytesPerSecond: up }),
    ...(down === undefined ? {} : { downloadBytesPerSecond: down }),
  }
}

/** The next instant, in milliseconds since 1970, at which `is` of the hours is another; undefined where that never comes. */
export function nextChange(
  schedule: Schedule,
  now: number,
  is: (hours: Hours) => unknown = hours => JSON.stringify(hours),
  wall: WallClock = machineClock,
): number | undefined {
  if (schedule.length === 0) return undefined
  const before = is(hoursAt(schedule, now, wall))
  return candidates(schedule, now, wall).find(at => is(hoursAt(schedule, at, wall)) !== before)
}

export function machineClock(at: number): ReturnType<WallClock> {
  const date = new Date(at)
  return { day: (date.getDay() + 6) % 7, minute: date.getHours() * 60 + date.getMinutes() }
}

function covers({ days, fromMinute, toMinute }: Span, day: number, minute: number): boolean {
  const begins = (on: number) => days.includes(DAYS[(on + 7) % 7] as Day)
  if (fromMinute < toMinute) return begins(day) && minute >= fromMinute && minute < toMinute
  return (begins(day) && minute >= fromMinute) || (begins(day - 1) && minute < toMinute)
}

/** Whole and half hours are among them: there clocks are put forward and back. */
function candidates(schedule: Schedule, now: number, wall: WallClock): readonly number[] {
  const thisMinute = Math.floor(now / 60_000) * 60_000
  const thisHour = thisMinute - (wall(now).minute % 60) * 60_000
  const minutes = new Set([0, 30, ...schedule.flatMap(span => [span.fromMinute % 60, span.toMinute % 60])])
  const times: number[] = []
  for (let hour = 0; hour <= HOURS_AHEAD; hour += 1)
    for (const minute of minutes) times.push(thisHour + hour * HOUR_MS + minute * 60_000)
  return times.filter(at => at > now).sort((a, b) => a - b)
}
