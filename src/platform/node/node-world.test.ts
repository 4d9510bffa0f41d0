import { expect, test } from 'vitest'
import { nodeWorld } from './node-world.ts'

const { clock, random } = nodeWorld({ log: () => {} })

test('sleep ends at once, with the reason, when it is aborted before or during', async () => {
  const reason = new Error('enough')
  await expect(clock.sleep(1_000_000, AbortSignal.abort(reason))).rejects.toBe(reason)
  const abort = new AbortController()
  const sleeping = clock.sleep(1_000_000, abort.signal)
  abort.abort(reason)
  await expect(sleeping).rejects.toBe(reason)
})

test('sleep ends by itself', async () => {
  const before = clock.now()
  await clock.sleep(2, new AbortController().signal)
  expect(clock.now()).toBeGreaterThanOrEqual(before + 1)
})

test('random numbers stay below their limit and random bytes are as many as asked for', () => {
  for (let i = 0; i < 100; i += 1) expect([0, 1, 2]).toContain(random.below(3))
  expect(random.bytes(7)).toHaveLength(7)
})

test('random bytes come once, however few are asked for at a time', () => {
  const drawn = Array.from({ length: 2000 }, (_, n) => Buffer.from(random.bytes(6 + (n % 12))))
  expect(new Set(drawn.map(bytes => bytes.subarray(0, 6).toString('hex'))).size).toBe(drawn.length)
  // What was given stays as it was.
  expect(drawn.filter(bytes => bytes.every(byte => byte === 0))).toEqual([])
})
