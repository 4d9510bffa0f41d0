import { expect, test } from 'vitest'
import type { Clock } from '../platform/world.ts'
import { Bucket } from './bucket.ts'

const never = new AbortController().signal

/** Time that passes only by sleeping. */
function sleepyClock(): Clock & { time: number } {
  const clock = {
    time: 1_000_000,
    now: () => clock.time,
    sleep: async (ms: number) => {
      clock.time += ms
    },
  }
  return clock
}

test('no more goes in the long run than may', async () => {
  const clock = sleepyClock()
  const bucket = new Bucket(clock, 1_000_000)
  const from = clock.now()
  for (let i = 0; i < 100; i += 1) await bucket.take(131_072, never)
  const seconds = (clock.now() - from) / 1000
  expect((100 * 131_072) / seconds).toBeLessThan(1_030_000)
  expect((100 * 131_072) / seconds).toBeGreaterThan(990_000)
})

test('what was not used is not saved up for ever', async () => {
  const clock = sleepyClock()
  const bucket = new Bucket(clock, 1000)
  await bucket.take(1, never)
  clock.time += 3_600_000
  const from = clock.now()
  await bucket.take(1000, never)
  expect(clock.now() - from).toBe(750)
})

test('a clock that was put back does not stop it', async () => {
  const clock = sleepyClock()
  const bucket = new Bucket(clock, 1000)
  await bucket.take(1000, never)
  clock.time -= 1e9
  const from = clock.now()
  await bucket.take(1000, never)
  expect(clock.now() - from).toBeLessThanOrEqual(61_000)
})
