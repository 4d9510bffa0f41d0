// Differences of texts, and merges of them: they lose nothing, and are as small as they can be.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffLines, linesOf } from '../../web/src/text/diff-lines.ts'
import { type Chunk, mergeLines, textOfMerge } from '../../web/src/text/merge-lines.ts'

const NONE = new Map()
const lines = (text: string) => linesOf(text)
/** Few different lines, so that they often meet. */
const someLines = fc.array(fc.constantFrom('a\n', 'b\n', 'c\n', 'd\n'), { maxLength: 14 })
/** A text and another made of it. */
const edited = (base: readonly string[]) =>
  fc.array(fc.tuple(fc.nat(base.length), fc.constantFrom('cut', 'x\n', 'y\n')), { maxLength: 4 }).map(edits => {
    const made = [...base]
    for (const [at, edit] of edits) made.splice(at, edit === 'cut' ? 1 : 0, ...(edit === 'cut' ? [] : [edit]))
    return made
  })
const threeTexts = someLines.chain(base => fc.tuple(fc.constant(base), edited(base), edited(base)))

/** By the textbook, with a table. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0)
  for (const line of a) {
    const next = [0]
    for (const [n, other] of b.entries())
      next.push(line === other ? (row[n] ?? 0) + 1 : Math.max(row[n + 1] ?? 0, next[n] ?? 0))
    row = next
  }
  return row.at(-1) ?? 0
}

function applied(a: readonly string[], b: readonly string[]): readonly string[] {
  const made: string[] = []
  let at = 0
  for (const { aFrom, aTo, bFrom, bTo } of diffLines(a, b)) {
    made.push(...a.slice(at, aFrom), ...b.slice(bFrom, bTo))
    at = aTo
  }
  return [...made, ...a.slice(at)]
}

const side = (chunks: readonly Chunk[], which: 'left' | 'right' | 'base') => chunks.flatMap(chunk => chunk[which])

describe('differences', () => {
  test('lines keep their ends, and joined are the text again', () => {
    expect(lines('a\r\nb\n\nc')).toEqual(['a\r\n', 'b\n', '\n', 'c'])
    fc.assert(fc.property(fc.string(), text => lines(text).join('') === text))
  })

  test('they turn one text into the other, with as few changed lines as can be', () => {
    fc.assert(
      fc.property(someLines, someLines, (a, b) => {
        expect(applied(a, b)).toEqual(b)
        const changed = diffLines(a, b).reduce((sum, { aFrom, aTo, bFrom, bTo }) => sum + aTo - aFrom + bTo - bFrom, 0)
        expect(changed).toBe(a.length + b.length - 2 * longestCommon(a, b))
      }),
      { numRuns: 500 },
    )
  })

  test('equal texts have none', () => {
    expect(diffLines(lines('a\nb\n'), lines('a\nb\n'))).toEqual([])
    expect(diffLines([], [])).toEqual([])
  })

  test('long texts with little in common still end, and lose nothing', () => {
    const text = (seed: number) => Array.from({ length: 3000 }, (_, n) => `${n % 7 === 0 ? n : n * seed}\n`)
    const [a, b] = [text(31), text(17)]
    expect(applied(a, b)).toEqual(b)
    const kept = 3000 - diffLines(a, b).reduce((sum, { aFrom, aTo }) => sum + aTo - aFrom, 0)
    expect(kept).toBeGreaterThanOrEqual(400)
    const other = Array.from({ length: 3000 }, (_, n) => `other ${n}\n`)
    expect(applied(a, other)).toEqual(other)
  })
})

describe('merges', () => {
  test('what only one side changed is taken; what both changed waits for a choice', () => {
    const chunks = mergeLines(
      lines('1\n2 left\n3\n4\n5\n6\n'),
      lines('1\n2\n3\n4 right\n5\n6 right\n'),
      lines('1\n2\n3\n4\n5\n6\n'),
    )
    expect(textOfMerge(chunks, NONE)).toBe('1\n2 left\n3\n4 right\n5\n6 right\n')
    const [, conflict, ...rest] = mergeLines(lines('1\nleft\n3\n'), lines('1\nright\n3\n'), lines('1\n2\n3\n'))
    expect(conflict).toEqual({ kind: 'conflict', base: ['2\n'], left: ['left\n'], right: ['right\n'] })
    expect(rest).toHaveLength(1)
  })

  test('a conflict is left, right, or both one after the other', () => {
    const chunks = mergeLines(lines('a\nleft'), lines('a\nright'), lines('a\n'))
    expect(textOfMerge(chunks, NONE)).toBeUndefined()
    expect(textOfMerge(chunks, new Map([[1, 'left']]))).toBe('a\nleft')
    expect(textOfMerge(chunks, new Map([[1, 'right']]))).toBe('a\nright')
    expect(textOfMerge(chunks, new Map([[1, 'both']]))).toBe('a\nleft\nright')
  })

  test('without what both were made of, whatever differs is a conflict', () => {
    const chunks = mergeLines(lines('a\nb\n'), lines('a\nc\n'), undefined)
    expect(chunks.map(({ kind }) => kind)).toEqual(['same', 'conflict'])
  })

  test('nothing is lost: each side, and the base, can be had again', () => {
    fc.assert(
      fc.property(threeTexts, ([base, left, right]) => {
        const chunks = mergeLines(left, right, base)
        expect(side(chunks, 'left')).toEqual(left)
        expect(side(chunks, 'right')).toEqual(right)
        expect(side(chunks, 'base')).toEqual(base)
        const two = mergeLines(left, right, undefined)
        expect(side(two, 'left')).toEqual(left)
        expect(side(two, 'right')).toEqual(right)
      }),
      { numRuns: 500 },
    )
  })

  test('a side that changed nothing never stands against the other; the same change on both is no conflict', () => {
    fc.assert(
      fc.property(threeTexts, ([base, left]) => {
        expect(textOfMerge(mergeLines(left, base, base), NONE)).toBe(left.join(''))
        expect(textOfMerge(mergeLines(base, left, base), NONE)).toBe(left.join(''))
        expect(textOfMerge(mergeLines(left, left, base), NONE)).toBe(left.join(''))
      }),
    )
  })

  test('it does not matter which side is which', () => {
    const turned = { left: 'right', right: 'left', same: 'same', both: 'both', conflict: 'conflict' } as const
    fc.assert(
      fc.property(threeTexts, ([base, left, right]) => {
        const one = mergeLines(left, right, base)
        const other = mergeLines(right, left, base).map(chunk => ({
          ...{ kind: turned[chunk.kind], base: chunk.base, left: chunk.right, right: chunk.left },
        }))
        expect(other).toEqual(one)
      }),
    )
  })
})
