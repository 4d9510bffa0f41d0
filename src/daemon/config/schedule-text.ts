// Hours of a week as people write them in `config.yaml` and after commands: `mon-fri`, `22:00`.
import { DAYS, type Day, type Span } from './schedule.ts'

/** Days of `mon-fri`, `sat,sun`, `fri-mon`, `daily` or a list of such, in the order of the week. Undefined when they are none. */
export function parseDays(value: string | readonly string[]): readonly Day[] | undefined {
  const parts = (typeof value === 'string' ? value.split(',') : value).map(part => part.trim().toLowerCase())
  const found = parts.map(daysOf)
  if (parts.length === 0 || found.includes(undefined)) return undefined
  const days = found.flatMap(each => each ?? [])
  return DAYS.filter(day => days.includes(day))
}

/** Minutes since midnight of `8:00`, `22:30`, `24:00`. */
export function parseTimeOfDay(value: string): number | undefined {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(value.trim()) ?? []
  const total = Number(hours) * 60 + Number(minutes)
  return Number(minutes) < 60 && total <= 1440 ? total : undefined
}

/** The shortest form: `daily`, `mon-fri`, `mon,wed`. */
export function formatDays(days: readonly Day[]): string {
  if (days.length === DAYS.length) return 'daily'
  const runs: Day[][] = []
  for (const day of DAYS.filter(each => days.includes(each))) {
    const run = runs.at(-1)
    if (run !== undefined && DAYS.indexOf(day) === DAYS.indexOf(run.at(-1) as Day) + 1) run.push(day)
    else runs.push([day])
  }
  return runs.map(run => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(','))).join(',')
}

export function formatTimeOfDay(minute: number): string {
  const two = (number: number) => String(number).padStart(2, '0')
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}

/** `mon-fri 22:00-06:00`. */
export function formatSpan({ days, fromMinute, toMinute }: Pick<Span, 'days' | 'fromMinute' | 'toMinute'>): string {
  return `${formatDays(days)} ${formatTimeOfDay(fromMinute)}-${formatTimeOfDay(toMinute)}`
}

function daysOf(part: string): readonly Day[] | undefined {
  if (part === 'daily') return DAYS
  const words = part.split('-')
  const [first, last] = [dayOf(words[0]), dayOf(words.at(-1))]
  if (first === undefined || last === undefined || words.length > 2) return undefined
  const from = DAYS.indexOf(first)
  const count = ((DAYS.indexOf(last) - from + 7) % 7) + 1
  return Array.from({ length: count }, (_, n) => DAYS[(from + n) % 7] as Day)
}

/** Also written out. */
function dayOf(text: string | undefined): Day | undefined {
  const word = text?.trim() ?? ''
  return word.length < 3 ? undefined : DAYS[NAMES.findIndex(name => name.startsWith(word))]
}

const NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
