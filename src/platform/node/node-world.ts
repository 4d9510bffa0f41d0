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

const random: Random = {
  bytes: count => randomBytes(count),
  below: limit => randomInt(limit),
}
