// Everything the program takes from outside, so that a simulation can put itself in its place.

/** Time. `now` is in milliseconds since 1970 and may jump; it is never used to order events. */
export interface Clock {
  now(): number
  /** Resolves after `ms`, or rejects with the signal's reason as soon as that aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** Cryptographically strong on a real machine, reproducible in simulation. */
export interface Random {
  bytes(count: number): Uint8Array
  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void

export interface World {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** A random name part: `count` bytes in hexadecimal. */
export function randomHex(random: Random, count: number): string {
  let hex = ''
  for (const byte of random.bytes(count)) hex += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15)
  return hex
}

const DIGITS = '0123456789abcdef'
