// Times, sizes and shares as people write them in `config.yaml`.

const TIMES: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const SIZES: Readonly<Record<string, number>> = {
  ...{ b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
}

/** Milliseconds of `90s`, `5m`, `1.5h`, `30d`, `100ms`; a plain number is seconds. Undefined when it is no time. */
export function parseTime(value: string | number): number | undefined {
  return parse(value, /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/i, TIMES, 's')
}

/** Bytes of `10 MB`, `5 GiB`, `2000`. Undefined when it is no size. */
export function parseSize(value: string | number): number | undefined {
  return parse(value, /^(\d+(?:\.\d+)?)\s*([kmgt]?i?b)?$/i, SIZES, 'b')
}

/** 0 to 1 of `50%` and `0.5`. Undefined when it is no share. */
export function parseShare(value: string | number): number | undefined {
  const text = String(value).trim()
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text)?.[1]
  const share = percent === undefined ? (/^[\d.]+$/.test(text) ? Number(text) : Number.NaN) : Number(percent) / 100
  return share >= 0 && share <= 1 ? share : undefined
}

/** The shortest exact form. */
export function formatTime(ms: number): string | number {
  if (ms === 0) return '0s'
  return inLargest(ms, ['d', 'h', 'm', 's', 'ms'], TIMES, '')
}

export function formatSize(bytes: number): string | number {
  const units = ['TB', 'GB', 'MB', 'kB', 'TiB', 'GiB', 'MiB', 'KiB']
  return units.some(unit => isWhole(bytes, SIZES[unit.toLowerCase()])) ? inLargest(bytes, units, SIZES, ' ') : bytes
}

function parse(
  value: string | number,
  form: RegExp,
  units: Readonly<Record<string, number>>,
  plain: string,
): number | undefined {
  const [, count, unit = plain] = form.exec(String(value).trim()) ?? []
  const factor = units[unit.toLowerCase()]
  if (count === undefined || factor === undefined) return undefined
  const result = Math.round(Number(count) * factor)
  return Number.isSafeInteger(result) ? result : undefined
}

function inLargest(
  value: number,
  names: readonly string[],
  units: Readonly<Record<string, number>>,
  space: string,
): string | number {
  for (const name of names) {
    const unit = units[name.toLowerCase()] ?? 1
    if (isWhole(value, unit)) return `${value / unit}${space}${name}`
  }
  return value
}

const isWhole = (value: number, unit = 1): boolean => value >= unit && value % unit === 0
