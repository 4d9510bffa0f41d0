import { expect, it } from 'vitest'
import { copyIntoShared } from './into-shared.ts'

const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) % 251)

it.each([
  { from: 0, at: 0 },
  { from: 3, at: 3 },
  { from: 3, at: 0 },
  { from: 0, at: 5 },
  { from: 7, at: 2 },
])(
  'bytes that begin $from bytes in memory arrive whole $at bytes in shared memory, and nothing beside them',
  ({ from, at }) => {
    for (const length of [0, 1, 9, 32_768, 32_769, 90_000]) {
      const target = new Uint8Array(new SharedArrayBuffer(100_016)).fill(255).subarray(8)
      copyIntoShared(bytes.subarray(from, from + length), target, at)
      expect(Buffer.compare(target.subarray(at, at + length), bytes.subarray(from, from + length))).toBe(0)
      expect([...target.subarray(0, at), ...target.subarray(at + length)].every(byte => byte === 255)).toBe(true)
    }
  },
)
