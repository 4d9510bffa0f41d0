// Files that a thread writes and hashes piece by piece.
import { createHash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { take, taken } from './take.ts'

test('a file whose descriptor was that of one that never came to its end has its own hashes', () => {
  const place = mkdtempSync(join(tmpdir(), 'take-'))
  const descriptor = openSync(join(place, 'file'), 'w')
  const memory = new Uint8Array(new SharedArrayBuffer(8)).fill(7)
  const piece = { descriptor, memory: 0, shown: memory, from: 0, count: 8, at: 0, blockSize: 128 }
  take({ file: -1, ...piece })
  take({ file: -2, ...piece })
  expect(Buffer.from(taken(-2)).toString('hex')).toBe(createHash('sha256').update(memory).digest('hex'))
  expect(readFileSync(join(place, 'file')).equals(Buffer.from(memory))).toBe(true)
  taken(-1)
  closeSync(descriptor)
  rmSync(place, { recursive: true })
})
