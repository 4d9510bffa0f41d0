import { expect, test } from 'vitest'
import { progressLine } from '../cli/progress-bar.ts'
import { counted, shown, shownBytes, shownDuration } from './show.ts'

test('what could move the cursor or turn the text round is escaped', () => {
  expect(shown('a\x1b[2Jb\rc\nd\x7f\u009b\u202ee')).toBe('a\\x1b[2Jb\\x0dc\\x0ad\\x7f\\x9b\\u202ee')
  expect(shown('Ünïcödé 文書 👩‍🚀')).toBe('Ünïcödé 文書 👩‍🚀')
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 KB'],
  [9_949, '9.9 KB'],
  [9_960, '10 KB'],
  [999_499, '999 KB'],
  [999_600, '1.0 MB'],
  [1_500_000_000, '1.5 GB'],
])('%d bytes are %s', (bytes, words) => {
  expect(shownBytes(bytes)).toBe(words)
})

test.each([
  [0, '0s'],
  [59_400, '59s'],
  [200_000, '3m20s'],
  [7_500_000, '2h05m'],
])('%d ms are %s', (ms, words) => {
  expect(shownDuration(ms)).toBe(words)
})

test('one is one, and others are many', () => {
  expect([counted(1, 'file'), counted(0, 'file'), counted(2, 'copy', 'copies')]).toEqual([
    '1 file',
    '0 files',
    '2 copies',
  ])
})

test('the progress line has files, bytes, rate and the time left', () => {
  const half = { steps: { done: 5, of: 10 }, bytes: { done: 5_000_000, of: 10_000_000 } }
  expect(progressLine(half, 10_000)).toBe('[##########          ] 5/10 files, 5.0 MB of 10 MB, 500 KB/s, 10s left')
  const nothing = { steps: { done: 0, of: 0 }, bytes: { done: 0, of: 0 } }
  expect(progressLine(nothing, 0)).toBe('[                    ] 0/0 files, 0 B of 0 B, 0 B/s')
})
