// Modification times through an interface that only knows seconds as floating point numbers.

/**
 * Nanoseconds since 1970 as the seconds to give to `utimes` and its kin, so that whole microseconds arrive exactly.
 *
 * The system call takes nanoseconds, but Node's binding cuts to microseconds towards zero; a half microsecond is added so that
 * the rounding of the floating point number cannot fall below the wanted one (good until the year 2242). It is a string because
 * Node takes negative *numbers* for "now".
 */
export function secondsOf(mtimeNs: bigint): string {
  const micros = floorDivide(mtimeNs, 1000n)
  const size = micros < 0n ? -micros : micros
  const fraction = String(size % 1_000_000n).padStart(6, '0')
  return `${micros < 0n ? '-' : ''}${size / 1_000_000n}.${fraction}5`
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}
