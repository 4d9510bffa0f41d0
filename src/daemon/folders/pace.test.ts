import { expect, test } from 'vitest'
import type { Clock } from '../../platform/world.ts'
import { Pace } from './pace.ts'

const SIGNAL = new AbortController().signal

/** Time that passes only by waiting. */
function sleepyClock(onSleep: () => void = () => {}): Clock & { time: number } {
  const clock = {
    time: 1_000_000,
    now: () => clock.time,
    sleep: async (ms: number) => {
      clock.time += ms
      onSleep()
    },
  }
  return clock
}

test('without a limit nobody waits', async () => {
  const clock = sleepyClock()
  await new Pace(clock).pass(1e12, SIGNAL)
  expect(clock.time).toBe(1_000_000)
})

test('no more passes in the long run than may, in whatever pieces', async () => {
  const clock = sleepyClock()
  const pace = new Pace(clock)
  pace.set(1_000_000)
  for (const piece of [1, 65_536, 5_000_000, 300, 934_163]) await pace.pass(piece, SIGNAL)
  const seconds = (clock.time - 1_000_000) / 1000
  expect(6_000_000 / seconds).toBeGreaterThan(950_000)
  expect(6_000_000 / seconds).toBeLessThan(1_050_000)
})

test('whoever waits goes by a new limit soon', async () => {
  let waits = 0
  const clock = sleepyClock(() => {
    waits += 1
    if (waits === 3) pace.set('unlimited')
  })
  const pace = new Pace(clock)
  pace.set(1000)
  await pace.pass(1_000_000, SIGNAL)
  expect(clock.time - 1_000_000).toBeLessThan(2000)
})

test('who gives up does not wait', async () => {
  const stop = new AbortController()
  const clock: Clock = {
    now: () => 0,
    sleep: (_, signal) =>
      new Promise((_resolve, reject) => {
        if (signal.aborted) reject(signal.reason)
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
  }
  const pace = new Pace(clock)
  pace.set(1000)
  const passing = pace.pass(1_000_000, stop.signal)
  stop.abort(new Error('enough'))
  await expect(passing).rejects.toThrow('enough')
})
