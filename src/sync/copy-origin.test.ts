import { expect, test } from 'vitest'
import type { Path } from '../model/path.ts'
import { deviceInCopy, originOfCopy } from './copy-origin.ts'

test.each([
  ['d/a (conflicted copy 2026-11-22 101500).txt', 'd/a.txt'],
  ['.bashrc (conflicted copy 2026-11-22 101500 2)', '.bashrc'],
  ['a (conflicted copy ada 2026-11-22 101500).txt', 'a.txt'],
  ['d/a.sync-conflict-20261122-101500-ABCDEF2.txt', 'd/a.txt'],
])('%s is a copy of %s', (copy, origin) => {
  expect(originOfCopy(copy as Path)).toBe(origin)
})

test.each([
  'a (conflicted copy).txt',
  'd (conflicted copy 2026-11-22 101500)/a.txt',
  'a.sync-conflict-20261122-101500.txt',
  '.sync-conflict-20261122-101500-ABCDEF2',
])('%s is none', path => {
  expect(originOfCopy(path as Path)).toBeUndefined()
})

test('a copy of a device names it', () => {
  expect(deviceInCopy('a.sync-conflict-20261122-101500-ABCDEF2.txt' as Path)).toBe('ABCDEF2')
  expect(deviceInCopy('a.txt' as Path)).toBeUndefined()
})
