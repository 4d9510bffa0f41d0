import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ancestorsOf,
  comparePaths,
  depthOf,
  faultOfName,
  faultOfPath,
  isBelow,
  isReserved,
  isWithin,
  MAX_DEPTH,
  MAX_PATH_BYTES,
  nameOf,
  type Path,
  parentOf,
  parsePath,
  pathIn,
  rebasePath,
} from './path.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('/', '.', '..', 'a', 'B', '\0', '\\', '\uD800', '.syncline', 'é', '\uFFFD', ' ') }),
)
/** Few letters, so that paths are often related; some sort before and some after '/'. */
const name = fc.stringMatching(/^[a-c!.~é]{1,3}$/).filter(text => faultOfName(text) === undefined)
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map(names => names.join('/') as Path)

describe('a text', () => {
  test.each([
    ['', 'empty'],
    ['/a', 'empty'],
    ['a/', 'empty'],
    ['a//b', 'empty'],
    ['.', 'dot'],
    ['..', 'dot'],
    ['a/../b', 'dot'],
    ['a/.', 'dot'],
    ['a\0b', 'nul'],
    ['\uD83D', 'not-unicode'],
    ['a/\uDE00b', 'not-unicode'],
    ['\uFFFD', 'not-unicode'],
    ['.syncline', 'reserved'],
    ['.SyncLine/index.db', 'reserved'],
    ['x'.repeat(1025), 'too-long'],
    ['é'.repeat(513), 'too-long'],
    [
      Array(MAX_DEPTH + 1)
        .fill('d')
        .join('/'),
      'too-deep',
    ],
    [Array(5).fill('x'.repeat(1000)).join('/'), 'too-long'],
  ] as const)('%j is no path: %s', (text, fault) => {
    expect(faultOfPath(text)).toBe(fault)
    expect(parsePath(text)).toBeUndefined()
  })

  test.each(['a', '...', 'a/.syncline', '.synclines', 'a\\b', ' ', '🙂', 'a\nb', '-rf', 'x'.repeat(1024)])(
    '%j is a path as it stands',
    text => expect(parsePath(text)).toBe(text),
  )

  test('that passes has nothing in it that leads elsewhere, and is not changed', () => {
    fc.assert(
      fc.property(anyText, text => {
        const parsed = parsePath(text)
        expect(parsed === undefined).toBe(faultOfPath(text) !== undefined)
        if (parsed === undefined) return
        expect(parsed).toBe(text)
        for (const part of text.split('/')) {
          expect(['', '.', '..']).not.toContain(part)
          expect(part).not.toContain('\0')
        }
        expect(text.split('/')[0]?.toLowerCase()).not.toBe('.syncline')
        expect(Buffer.from(text).toString()).toBe(text)
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_PATH_BYTES)
      }),
      { numRuns: 3000 },
    )
  })

  test('that is a path has parts that are names, and names make paths', () => {
    fc.assert(
      fc.property(path, name, (place, last) => {
        const inside = pathIn(place, last)
        fc.pre(faultOfPath(place) === undefined)
        expect(faultOfPath(inside)).toBeUndefined()
        expect([parentOf(inside), nameOf(inside)]).toEqual([place, last])
        expect(depthOf(inside)).toBe(depthOf(place) + 1)
      }),
    )
  })
})

test('only the own directory is reserved, in any letter case', () => {
  for (const text of ['.syncline', '.SYNCLINE', '.sYnCLiNe']) expect(isReserved(text), text).toBe(true)
  for (const text of ['syncline', '.syncline ', '.syncline2', '.ſyncline', ''])
    expect(isReserved(text), text).toBe(false)
})

describe('below', () => {
  test('means through whole names', () => {
    expect(isBelow('a/b' as Path, 'a' as Path)).toBe(true)
    expect(isBelow('ab' as Path, 'a' as Path)).toBe(false)
    expect(isBelow('a' as Path, 'a' as Path)).toBe(false)
    expect(isBelow('a' as Path, '')).toBe(true)
    expect([isWithin('', ''), isWithin('', 'a' as Path), isWithin('a' as Path, 'a' as Path)]).toEqual([
      true,
      false,
      true,
    ])
  })

  test('means that the other is among the directories above', () => {
    fc.assert(
      fc.property(path, path, (a, b) => {
        expect(isBelow(a, b)).toBe([...ancestorsOf(a)].includes(b))
        expect(isWithin(a, b)).toBe(a === b || isBelow(a, b))
      }),
      { numRuns: 1000 },
    )
  })

  test('the directories above are nearest first, without the root', () => {
    expect([...ancestorsOf('a/b/c' as Path)]).toEqual(['a/b', 'a'])
    expect([...ancestorsOf('a' as Path)]).toEqual([])
  })

  test('stays what it is when the tree is moved, and can be moved back', () => {
    fc.assert(
      fc.property(path, path, fc.array(name, { maxLength: 3 }), (from, to, rest) => {
        const inside = [from, ...rest].join('/') as Path
        const moved = rebasePath(inside, from, to)
        expect(moved).toBe([to, ...rest].join('/'))
        expect(isWithin(moved, to)).toBe(true)
        expect(rebasePath(moved, to, from)).toBe(inside)
      }),
    )
  })
})

describe('the order of paths', () => {
  const sorted = (paths: readonly Path[]) => [...paths].sort(comparePaths)

  test('is total: only a path itself is equal to it, and any arrangement sorts alike', () => {
    fc.assert(
      fc.property(path, path, path, (a, b, c) => {
        expect(Math.sign(comparePaths(a, b))).toBe(-Math.sign(comparePaths(b, a)) + 0)
        expect(comparePaths(a, b) === 0).toBe(a === b)
        if (comparePaths(a, b) < 0 && comparePaths(b, c) < 0) expect(comparePaths(a, c)).toBeLessThan(0)
        expect(sorted([a, b, c])).toEqual(sorted([c, a, b]))
      }),
      { numRuns: 1000 },
    )
  })

  test('puts a directory right before everything in it, which stays together', () => {
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), paths => {
        const whole = sorted([...new Set(paths.flatMap(each => [each, ...ancestorsOf(each)]))])
        for (const [at, each] of whole.entries()) {
          const inside = whole.filter(other => isBelow(other, each))
          expect(whole.slice(at + 1, at + 1 + inside.length)).toEqual(inside)
        }
      }),
    )
  })

  test('is that of the names, one after the other', () => {
    expect(sorted(['a!', 'a/b', 'a', 'a.b', 'A', 'a/b/c', 'a/b!'] as Path[])).toEqual([
      'A',
      'a',
      'a/b',
      'a/b/c',
      'a/b!',
      'a!',
      'a.b',
    ])
  })
})
