import fc from 'fast-check'
import { expect, test } from 'vitest'
import { faultOfPath, nameOf, type Path, parentOf } from '../model/path.ts'
import { conflictNames, isConflictName } from './conflict-name.ts'

const NOW = new Date(2026, 10, 22, 18, 5, 9).getTime()
const free = () => false
const one = (path: string, mtimeNs?: bigint) => conflictNames(free, NOW)(path as Path, mtimeNs)

test.each([
  ['a.txt', 'a (conflicted copy 2026-11-22 180509).txt'],
  ['d/a.tar.gz', 'd/a.tar (conflicted copy 2026-11-22 180509).gz'],
  ['.bashrc', '.bashrc (conflicted copy 2026-11-22 180509)'],
  ['d.d/plain', 'd.d/plain (conflicted copy 2026-11-22 180509)'],
])('%s is set aside as %s', (path, wanted) => {
  expect(one(path)).toBe(wanted)
})

test('the time is that of the content, in local time', () => {
  const then = new Date(2020, 0, 2, 3, 4, 5).getTime()
  expect(one('a', BigInt(then) * 1_000_000n)).toBe('a (conflicted copy 2020-01-02 030405)')
})

test('a path gets one name, the same when asked again, and no two paths share one', () => {
  const taken = new Set(['a (conflicted copy 2026-11-22 180509).txt'])
  const name = conflictNames(path => taken.has(path), NOW)
  const first = name('a.txt' as Path, undefined)
  expect(first).toBe('a (conflicted copy 2026-11-22 180509 2).txt')
  expect(name('a.txt' as Path, 1n)).toBe(first)
  const long = (letter: string) => `${'x'.repeat(250)}${letter}` as Path
  expect(name(long('a'), undefined)).not.toBe(name(long('b'), undefined))
})

test('what is long after the last dot is no extension, and is cut', () => {
  const copy = one(`a.${'x'.repeat(253)}`)
  expect(copy).toMatch(/^a\.x+ \(conflicted copy 2026-11-22 180509\)$/)
  expect(Buffer.byteLength(copy)).toBe(255)
})

test('whatever the path and the time, the name is free, fits beside it and is known for what it is', () => {
  const part = fc
    .oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }),
      fc.stringMatching(/^[.a🙂é]{1,120}$/u),
      fc.tuple(fc.nat(20), fc.nat(230)).map(([stem, rest]) => `${'s'.repeat(stem)}.${'e'.repeat(rest)}x`),
    )
    .filter(text => !text.includes('/') && faultOfPath(text) === undefined && Buffer.byteLength(text) <= 255)
  const time = fc.option(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), { nil: undefined })
  fc.assert(
    fc.property(part, time, fc.nat(3), (name, mtimeNs, occupied) => {
      const seen = new Set<Path>()
      const names = conflictNames(path => seen.size < occupied && !seen.has(path) && Boolean(seen.add(path)), NOW)
      const copy = names(`d/${name}` as Path, mtimeNs)
      expect(seen.has(copy)).toBe(false)
      expect(faultOfPath(copy)).toBeUndefined()
      expect([parentOf(copy), Buffer.byteLength(nameOf(copy)) <= 255]).toEqual(['d', true])
      expect(isConflictName(nameOf(copy))).toBe(true)
    }),
    { numRuns: 1000 },
  )
})
