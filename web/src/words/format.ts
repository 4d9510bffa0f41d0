// Numbers, sizes, times and plurals as the language of the texts writes them.

const LANGUAGE = 'en'

// Each is made when it is first needed: together they take longer than everything else on the way to the first page.
const plurals = once(() => new Intl.PluralRules(LANGUAGE))
const numbers = once(() => new Intl.NumberFormat(LANGUAGE))
const decimals = once(() => new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 3 }))
const shares = once(() => new Intl.NumberFormat(LANGUAGE, { style: 'percent', maximumFractionDigits: 0 }))
const relative = once(() => new Intl.RelativeTimeFormat(LANGUAGE, { numeric: 'auto', style: 'long' }))
const moment = once(() => new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'medium', timeStyle: 'short' }))
const clock = once(() => new Intl.DateTimeFormat(LANGUAGE, { timeStyle: 'short' }))
const day = once(() => new Intl.DateTimeFormat(LANGUAGE, { weekday: 'long', day: 'numeric', month: 'long' }))

type Forms = { readonly [form in Intl.LDMLPluralRule]?: string } & { readonly other: string }

/** The form for `count`, with the number in place of `#`. */
export function plural(count: number, forms: Forms): string {
  return (forms[plurals().select(count)] ?? forms.other).replaceAll('#', numbers().format(count))
}

export function number(value: number): string {
  return numbers().format(value)
}

/** From 0 to 1. What is not whole is never shown as 100 %. */
export function percent(share: number): string {
  const shown = share < 1 ? Math.min(share, 0.99) : 1
  return shares().format(Math.max(0, shown))
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** In steps of 1000, as disks are sold. */
export function bytes(value: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)))
  const rounded = Number((value / 1000 ** step).toPrecision(3))
  return rounded >= 1000 && step < UNITS.length - 1
    ? `1 ${UNITS[step + 1]}`
    : `${decimals().format(value / 1000 ** step)} ${UNITS[step]}`
}

export function rate(bytesPerSecond: number): string {
  return `${bytes(bytesPerSecond)}/s`
}

/** `2 min`, `1 h 20 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}

/** Milliseconds since 1970, as far from `now`: `2 minutes ago`. */
export function ago(at: number, now: number): string {
  const seconds = (at - now) / 1000
  const size = Math.abs(seconds)
  if (size < 45) return seconds > 0 ? 'in a moment' : 'just now'
  if (size < 3600) return relative().format(Math.round(seconds / 60), 'minute')
  if (size < 86_400) return relative().format(Math.round(seconds / 3600), 'hour')
  if (size < 30 * 86_400) return relative().format(Math.round(seconds / 86_400), 'day')
  return moment().format(at)
}

export function dateTime(at: number): string {
  return moment().format(at)
}

/** The time alone where that says enough: within half a day of `now`. */
export function soon(at: number, now: number): string {
  return (Math.abs(at - now) < 43_200_000 ? clock() : moment()).format(at)
}

export function dayOf(at: number): string {
  return day().format(at)
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
