import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { isWithin, type Path } from '../model/path.ts'
import { changeSelection, deselectedOf, followed, keepingOf, parseSelection, writeSelection } from './selection.ts'

const paths = (...texts: string[]) => texts as Path[]
const name = fc.constantFrom('a', 'b', 'a!')
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map(names => names.join('/') as Path)
const some = fc.array(path, { maxLength: 6 })

describe('what is deselected', () => {
  it('holds no directory that is in another one', () => {
    expect(deselectedOf(paths('b', 'a/x', 'a', 'a!', 'b/c/d'))).toEqual(['a', 'a!', 'b'])
    fc.assert(
      fc.property(some, path, (list, asked) => {
        const made = deselectedOf(list)
        for (const one of made) expect(made.filter(other => isWithin(one, other))).toEqual([one])
        expect(keepingOf(asked, made) === 'deselected').toBe(list.some(place => isWithin(asked, place)))
      }),
    )
  })

  it('is written and read again as it was, whatever the names are', () => {
    fc.assert(
      fc.property(some, list => {
        const made = deselectedOf([...list, 'Ünter "quotes"\n' as Path])
        expect(parseSelection(writeSelection(made), 'f')).toEqual(made)
      }),
    )
  })

  it('makes what is above it partly kept', () => {
    expect(['a', 'a/b', 'a/b/c', 'ab'].map(each => keepingOf(each as Path, paths('a/b')))).toEqual([
      'partly',
      'deselected',
      'deselected',
      'kept',
    ])
  })
})

test.each([
  '',
  '{',
  '[]',
  'null',
  '{"deselected":"a"}',
  '{"deselected":["../a"]}',
  '{"deselected":[1]}',
  '{"deselected":["/a"]}',
])('a list that cannot be understood, as %j, stops everything', text =>
  expect(() => parseSelection(text, '.syncline/selection')).toThrow(/\.syncline\/selection.*Nothing is synced/),
)

describe('a choice', () => {
  it('selects a directory with everything in it, and deselects besides', () => {
    const before = paths('a', 'b/c', 'd')
    expect(changeSelection(before, { select: paths('b'), deselect: [] })).toEqual(['a', 'd'])
    expect(changeSelection(before, { select: paths('a'), deselect: paths('a/x') })).toEqual(['a/x', 'b/c', 'd'])
    expect(changeSelection(before, { select: [], deselect: paths('b') })).toEqual(['a', 'b', 'd'])
  })

  it('keeps nothing of what is in a deselected directory, unless that is selected with it', () => {
    expect(() => changeSelection(paths('a'), { select: paths('a/x'), deselect: [] })).toThrow(/'a\/x' is in 'a'/)
    expect(changeSelection(paths('a'), { select: paths('a', 'a/x'), deselect: [] })).toEqual([])
  })

  it('goes along with a directory that moves, and not with others', () => {
    expect(followed(paths('a/x', 'a/y/z', 'ab', 'a'), 'a' as Path, 'q/r' as Path)).toEqual([
      { from: 'a/x', to: 'q/r/x' },
      { from: 'a/y/z', to: 'q/r/y/z' },
    ])
  })
})
