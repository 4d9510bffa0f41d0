// Values as people read them. Names come from other machines: control characters in them must not reach the terminal.

const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** `text` with control and direction-changing characters escaped: `\x1b`, `\u202e`. */
export function shown(text: string): string {
  return text.replace(UNSAFE, character => {
    const code = character.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

/** A path for people; the root of a folder is '.'. */
export function shownPath(path: string): string {
  return path === '' ? '.' : shown(path)
}

const UNITS = ['KB', 'MB', 'GB', 'TB', 'PB']

/** `1.5 MB`; thousands, as most file managers count. */
export function shownBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  let value = bytes
  let unit = -1
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`
}

/** `1 file`, `2 files`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** `45s`, `3m20s`, `2h05m`. */
export function shownDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds}s`
  const two = (value: number) => String(value).padStart(2, '0')
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`
  return `${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}m`
}

/** `2026-11-20 18:00:00`, local time. */
export function shownTime(ms: number): string {
  const time = new Date(ms)
  if (Number.isNaN(time.getTime())) return 'at an unknown time'
  const two = (value: number) => String(value).padStart(2, '0')
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** `Mon 22:00`, local time: for what is less than a week away. */
export function shownHour(ms: number): string {
  const time = new Date(ms)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${WEEKDAYS[time.getDay()]} ${two(time.getHours())}:${two(time.getMinutes())}`
}
