// Dates as HTTP writes them (RFC 9110, 5.6.7): the preferred form and the two obsolete ones.

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const RFC1123 =
  /^(?:[a-z]{3}, *)?(\d{1,2})[ -]([a-z]{3})[ -](\d{4}) (\d{2}):(\d{2}):(\d{2})(?: (?:GMT|UTC|[+-]0000))?$/i
const RFC850 = /^[a-z]{6,9}, (\d{2})-([a-z]{3})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/i
const ASCTIME = /^[a-z]{3} ([a-z]{3}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/i

/** Milliseconds since 1970, or undefined for what is no date. */
export function parseHttpDate(text: string): number | undefined {
  const line = text.trim()
  const modern = RFC1123.exec(line)
  if (modern !== null) return toMs(modern[3], modern[2], modern[1], modern.slice(4))
  const old = RFC850.exec(line)
  if (old !== null) return toMs(fullYear(Number(old[3])), old[2], old[1], old.slice(4))
  const c = ASCTIME.exec(line)
  if (c !== null) return toMs(c[6], c[1], c[2], c.slice(3, 6))
  return undefined
}

/** `ms` since 1970 in the preferred form, cut to the second. */
export function writeHttpDate(ms: number): string {
  const second = Math.floor(ms / 1000)
  const day = Math.floor(second / SECONDS_A_DAY)
  if (day !== lastDay) {
    // Times of neighbours lie on few days: writing out the day is what takes long.
    lastDay = day
    lastDate = new Date(day * SECONDS_A_DAY * 1000).toUTCString().slice(0, -12)
  }
  const rest = second - day * SECONDS_A_DAY
  return `${lastDate}${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)} GMT`
}

const SECONDS_A_DAY = 86_400
let lastDay = Number.NaN
let lastDate = ''

const two = (number: number): string => (number < 10 ? `0${number}` : `${number}`)

// Two-digit years were written by servers of the last century; 70 is where the clock starts.
const fullYear = (short: number): string => String(short < 70 ? 2000 + short : 1900 + short)

function toMs(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  time: readonly (string | undefined)[],
) {
  const m = MONTHS.indexOf((month ?? '').toLowerCase())
  const [hours, minutes, seconds] = time.map(Number)
  if (m < 0 || hours === undefined || minutes === undefined || seconds === undefined) return undefined
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined
  const ms = Date.UTC(Number(year), m, Number(day), hours, minutes, seconds)
  return new Date(ms).getUTCMonth() === m ? ms : undefined
}
