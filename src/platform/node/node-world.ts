// The world as a real machine has it: its clock, its randomness, and a log that the caller brings.
import { randomBytes, randomInt } from 'node:crypto'
import type { Clock, Log, Random, World } from '../world.ts'

export function nodeWorld({ log }: { readonly log: Log }): World {
  return { clock, random, log }
}

const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const stop = () => {
        clearTimeout(timer)
        reject(signal.reason)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop)
        resolve()
      }, ms)
      signal.addEventListener('abort', stop, { once: true })
    }),
}

/** A call of the generator takes longer than a few bytes of it are worth: small amounts are drawn together. */
const POOL_BYTES = 4096
let pool: Uint8Array = new Uint8Array(0)

function someBytes(count: number): Uint8Array {
  if (count > POOL_BYTES / 16) return randomBytes(count)
  if (pool.length < count) pool = randomBytes(POOL_BYTES)
  const bytes = Uint8Array.from(pool.subarray(0, count))
  // What was given away is in nobody's hands but his.
  pool.fill(0, 0, count)
  pool = pool.subarray(count)
  return bytes
}

const random: Random = {
  bytes: someBytes,
  below: limit => randomInt(limit),
}
