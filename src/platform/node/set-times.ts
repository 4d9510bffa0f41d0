// Modification times through an interface that only knows seconds as floating point numbers.

/**
 * Nanoseconds since 1970 as the seconds to give to `utimes` and its kin, so that the wanted microsecond arrives: what is below it
 * is none, or as little as the floating point number allows (a quarter of a microsecond in our days; good until the year 2242).
 *
 * libuv cut to whole microseconds towards zero until 1.51, and cuts to nanoseconds towards zero from 1.52 on. A string is given
 * because Node takes negative *numbers* for "now".
 */
export function secondsOf(mtimeNs: bigint, libuv: string = process.versions.uv): string {
  const micros = floorDivide(mtimeNs, 1000n)
  const size = micros < 0n ? -micros : micros
  const seconds = size <= EXACT ? Number(size) / 1e6 : read(size)
  if (micros >= 0n) return String(atLeast(seconds, size))
  // Cut towards zero, a time before 1970 grows: where nothing hides that, it has to start below the next microsecond.
  return String(-(keepsNanoseconds(libuv) ? atMost(seconds, size) : atLeast(seconds, size)))
}

/** Of so many microseconds the division comes to the same number as reading the decimals, which takes much longer. */
const EXACT = BigInt(Number.MAX_SAFE_INTEGER)

function read(micros: bigint): number {
  return Number(`${micros / 1_000_000n}.${String(micros % 1_000_000n).padStart(6, '0')}`)
}

/** `seconds` or the next number above it: the first that comes to `micros` whole microseconds or more. */
function atLeast(seconds: number, micros: bigint): number {
  return nanosecondsIn(seconds) < micros * 1000n ? neighbour(seconds, 1n) : seconds
}

function atMost(seconds: number, micros: bigint): number {
  return nanosecondsIn(seconds) > micros * 1000n ? neighbour(seconds, -1n) : seconds
}

/** As libuv counts them. */
function nanosecondsIn(seconds: number): bigint {
  const whole = Math.trunc(seconds)
  return BigInt(whole) * 1_000_000_000n + BigInt(Math.trunc((seconds - whole) * 1e9))
}

/** The next floating point number up or down; `value` is positive. */
function neighbour(value: number, step: 1n | -1n): number {
  number[0] = value
  bits[0] = (bits[0] ?? 0n) + step
  return number[0] ?? value
}

// The same eight bytes, as a number and as its bits.
const number = new Float64Array(1)
const bits = new BigInt64Array(number.buffer)

function keepsNanoseconds(libuv: string): boolean {
  const [major = 0, minor = 0] = libuv.split('.').map(Number)
  return major > 1 || minor >= 52
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}
