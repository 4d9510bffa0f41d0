import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keepLines } from './keep-lines.ts'

const lines = fc
  .array(fc.constantFrom('a\n', 'b\n', 'c\n', '\n', 'd:  1\n', 'd: 1\n'), { maxLength: 12 })
  .map(all => all.join(''))

test('a change of one line leaves the layout of the others', () => {
  const own = 'a:   1 # x\n\n\nb:   2\nc:  3\n'
  const tidy = 'a: 1 # x\n\nb: 2\nc: 3\n'
  expect(keepLines(own, tidy, tidy.replace('c: 3', 'c: 4'))).toBe('a:   1 # x\n\n\nb:   2\nc: 4\n')
  expect(keepLines('x\n\n\ny\nz\n', 'x\n\ny\nz\n', 'x\n\ny\nZ\n')).toBe('x\n\n\ny\nZ\n')
  expect(keepLines('k:  1\nx\ny\n', 'k: 1\nx\ny\n', 'k: 1\nx\ny\nnew\n')).toBe('k:  1\nx\ny\nnew\n')
  expect(keepLines('k\nlast\n', 'k\n\nlast\n', 'k\nnew\n\nlast\n')).toBe('k\nnew\nlast\n')
})

test('without a change every byte stays, and of a tidy text the change is all there is', () => {
  fc.assert(
    fc.property(lines, lines, (own, tidy) => {
      expect(keepLines(own, tidy, tidy)).toBe(own)
      expect(keepLines(tidy, tidy, own)).toBe(own)
    }),
  )
})

test('no line of the change is lost, and none comes that is nowhere', () => {
  fc.assert(
    fc.property(lines, lines, lines, (own, tidy, changed) => {
      const kept = keepLines(own, tidy, changed)
      for (const line of kept.split('\n')) expect([...own.split('\n'), ...changed.split('\n')]).toContain(line)
      const isNew = (line: string) => !tidy.split('\n').includes(line)
      const count = (text: string, line: string) => text.split('\n').filter(each => each === line).length
      for (const line of changed.split('\n').filter(isNew))
        expect(count(kept, line)).toBeGreaterThanOrEqual(count(changed, line))
    }),
  )
})
