// What stands after options, read and checked.
import { InvalidArgumentError } from 'commander'
import type { Approval } from '../sync/options.ts'

export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

export function approval(value: string, before: readonly Approval[] | undefined): readonly Approval[] {
  if (value === 'all') return ['deletes', 'overwrites']
  if (value === 'deletes' || value === 'overwrites') return [...(before ?? []), value]
  throw new InvalidArgumentError('It is deletes, overwrites or all.')
}

export function seconds(value: string): number {
  const parsed = Number(value)
  if (!/^\d+(\.\d+)?$/.test(value) || parsed < 1 || parsed > 86_400)
    throw new InvalidArgumentError('It is a number of seconds from 1 to 86400.')
  return parsed
}

export function days(value: string): number {
  if (!/^\d+(\.\d+)?$/.test(value)) throw new InvalidArgumentError('It is a number of days.')
  return Number(value)
}

/** A time without a zone is one of this machine. */
export function time(value: string): number {
  const parsed = Date.parse(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00` : value)
  // Elsewhere a year, or any word with a number after it, is a date to JavaScript.
  if (Number.isNaN(parsed) || !/^\d{4}-\d\d-\d\d/.test(value))
    throw new InvalidArgumentError("It is a date and time, as '2026-11-20 18:00'.")
  return parsed
}

export function pin(value: string): string {
  const plain = value.replaceAll(':', '').toLowerCase()
  if (!/^sha256[0-9a-f]{64}$/.test(plain))
    throw new InvalidArgumentError("It is 'sha256:' and 64 hexadecimal digits, as the error message shows it.")
  return value
}

export function newId(value: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value))
    throw new InvalidArgumentError(
      "It is up to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit.",
    )
  return value
}

export function eventId(value: string): number {
  if (!/^\d{1,16}$/.test(value)) throw new InvalidArgumentError('It is the id of an event: a whole number.')
  return Number(value)
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 }

/** `500MB`, `20 GB`, `1000000`, `unlimited`; thousands, as sizes are shown. Returns bytes. */
export function quota(value: string): number | 'unlimited' {
  if (value.toLowerCase() === 'unlimited') return 'unlimited'
  const bytes = sizeOf(value)
  if (bytes === undefined) throw new InvalidArgumentError("It is a size, as '20GB', or unlimited.")
  return bytes
}

function sizeOf(value: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmgt]?)b?$/i.exec(value)
  const bytes = Math.round(Number(match?.[1]) * (UNITS[match?.[2]?.toLowerCase() ?? ''] ?? Number.NaN))
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** See `parseRate`. */
export function rate(value: string): number | 'unlimited' {
  const parsed = parseRate(value)
  if (parsed === undefined) throw new InvalidArgumentError(RATE_FORM)
  return parsed
}

export const RATE_FORM = "It is a size for each second from 1kB on, as '500kB', or unlimited."

/** Bytes a second of `500kB`, `2MB/s`, `unlimited`. */
export function parseRate(value: string): number | 'unlimited' | undefined {
  if (value.toLowerCase() === 'unlimited') return 'unlimited'
  const bytes = sizeOf(value.replace(/\/s$/, ''))
  return bytes !== undefined && bytes >= 1000 ? bytes : undefined
}
