import { expect, test } from 'vitest'
import type { Path } from '../model/path.ts'
import type { Clock } from '../platform/world.ts'
import { rateMeter } from './rate-meter.ts'

const SIGNAL = new AbortController().signal

/** Time that passes only by waiting. */
function sleepyClock(): Clock & { time: number } {
  const clock = {
    time: 0,
    now: () => clock.time,
    sleep: async (ms: number) => {
      clock.time += ms
    },
  }
  return clock
}

test('files and bundles of one direction share its rate, and the other direction is not held up', async () => {
  const clock = sleepyClock()
  const meter = rateMeter({ up: 1_000_000 }, clock)
  const flow = meter.begin('a' as Path, 'upload', 0)
  await flow.pass(2_000_000, SIGNAL)
  flow.end()
  await meter.pass(2_000_000, 'upload', SIGNAL)
  expect(Math.round(clock.time / 500)).toBe(8)
  await meter.pass(1e12, 'download', SIGNAL)
  expect(Math.round(clock.time / 500)).toBe(8)
})
