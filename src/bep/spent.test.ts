// Memory of what was used is given back, and nobody else's.
import { expect, test } from 'vitest'
import { Spent } from './spent.ts'

const KiB = 1024

test('memory is given back as soon as it is worth a call, and not before', () => {
  const spent = new Spent()
  const chunks = Array.from({ length: 32 }, () => new Uint8Array(16 * KiB))
  for (const chunk of chunks.slice(0, -1)) spent.add(chunk)
  expect(chunks.map(({ buffer }) => buffer.byteLength)).toEqual(Array(32).fill(16 * KiB))
  for (const chunk of chunks.slice(-1)) spent.add(chunk)
  expect(chunks.map(({ buffer }) => buffer.byteLength)).toEqual(Array(32).fill(0))
})

test('memory that has other bytes in it stays', () => {
  const spent = new Spent()
  const part = new Uint8Array(1024 * KiB).subarray(0, 512 * KiB)
  const shared = new Uint8Array(new SharedArrayBuffer(512 * KiB))
  for (const chunk of [part, shared]) spent.add(chunk)
  spent.add(new Uint8Array(512 * KiB))
  expect([part.length, shared.length]).toEqual([512 * KiB, 512 * KiB])
})
