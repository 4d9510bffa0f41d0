import { expect, test } from 'vitest'
import { Ledger, type Put, type Take } from './ledger.ts'
import { type Found, judge } from './verdict.ts'

const ONE = '0000000000000001'
const OTHER = '0000000000000002'

const put = (at: number, place: string, path: string, by: Put['by'] = 'writing'): Put => ({
  at,
  place,
  path,
  by,
  words: `put ${path}`,
})
const take = (at: number, place: string, path: string, by: Take['by'] = 'ending'): Take => ({
  ...{ at, place, path, by },
  words: `take ${path}`,
})

type Tree = Readonly<Record<string, string>>

function found(trees: Readonly<Record<string, Tree>>, kept: readonly string[] = [], disturbed?: string): Found {
  return {
    trees: new Map(Object.entries(trees).map(([place, tree]) => [place, new Map(Object.entries(tree))])),
    kept: new Set(kept),
    spoilt: [],
    wasDisturbed: place => place === disturbed,
  }
}

const everywhere = (tree: Tree, kept: readonly string[] = [], disturbed?: string) =>
  found({ A: tree, B: tree }, kept, disturbed)

/** The first words of each finding, by its weight. */
const told = (ledger: Ledger, at: Found) =>
  judge(ledger, at).map(({ weight, words }) => `${weight}: ${words.split(' 000')[0]}`)

test('what was written and is everywhere is good', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'd/a'))
  expect(told(ledger, everywhere({ d: '', 'd/a': ONE }))).toEqual([])
})

test('a file that is missing at one place is told of', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  expect(judge(ledger, found({ A: { a: ONE }, B: {} }))).toEqual([
    { weight: 'fault', words: `NOT EQUAL a: A ${ONE}, B nothing` },
  ])
})

test('a directory where another place has a file is told of', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  expect(told(ledger, found({ A: { a: ONE }, B: { a: '' } }))).toEqual(['fault: NOT EQUAL a: A'])
})

test('what nobody deleted and is nowhere is lost', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  expect(told(ledger, everywhere({}))).toEqual(['fault: LOST'])
})

test('what nobody deleted belongs in its place, and not only in a trash', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  expect(told(ledger, everywhere({}, [ONE]))).toEqual(['fault: ONLY IN A TRASH'])
})

test('what was renamed and is nowhere is lost', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  ledger.take(ONE, take(2, 'A', 'a', 'moving'))
  ledger.put(ONE, put(2, 'A', 'b', 'moving'))
  expect(told(ledger, everywhere({}))).toEqual(['fault: LOST'])
})

test('what was written into a file that went to the trash in that instant is found there', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a', 'in-place'))
  expect(told(ledger, everywhere({}, [ONE]))).toEqual(['note: set aside'])
  expect(told(ledger, everywhere({}))).toEqual(['fault: LOST'])
})

test('what somebody deleted who had it may be gone', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  ledger.take(ONE, take(2, 'B', 'a'))
  expect(told(ledger, everywhere({}))).toEqual([])
})

test('what was deleted and is there again is back from the dead', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  ledger.take(ONE, take(2, 'B', 'a'))
  expect(told(ledger, everywhere({ a: ONE }))).toEqual(['fault: BACK FROM THE DEAD'])
})

test('what was renamed away and is there again under its old name, too, is back from the dead', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  ledger.take(ONE, take(2, 'B', 'a', 'moving'))
  ledger.put(ONE, put(2, 'B', 'b', 'moving'))
  expect(told(ledger, everywhere({ a: ONE, b: ONE }))).toEqual(['fault: BACK FROM THE DEAD'])
})

test('what was deleted around a kill may be back: the program that was killed never knew of it', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  ledger.take(ONE, take(2, 'B', 'a'))
  expect(told(ledger, everywhere({ a: ONE }, [], 'B'))).toEqual(['note: taken away around a kill'])
  expect(told(ledger, everywhere({ a: ONE }, [], 'A'))).toEqual(['fault: BACK FROM THE DEAD'])
})

test('what was in conflict with another of its name when it was deleted may be back: one of two was deleted', () => {
  const ledger = new Ledger()
  ledger.put(OTHER, put(1, 'B', 'a'))
  ledger.put(ONE, put(2, 'A', 'a'))
  ledger.take(ONE, take(5, 'A', 'a'))
  const tree = { a: ONE, 'a.sync-conflict-20261122-101500-ABCDEF2': OTHER }
  expect(told(ledger, everywhere(tree))).toEqual(['note: in conflict when it was taken away'])
})

test.each(['before', 'after'] as const)('what followed one %s the other was never in conflict with it', when => {
  const ledger = new Ledger()
  ledger.put(ONE, put(2, 'A', 'a'))
  ledger.take(ONE, take(3, 'B', 'a'))
  ledger.put(OTHER, when === 'before' ? put(1, 'A', 'a') : put(3, 'B', 'a'))
  ledger.take(OTHER, take(when === 'before' ? 2 : 9, 'A', 'a'))
  expect(told(ledger, everywhere({ a: ONE }))).toEqual(['fault: BACK FROM THE DEAD'])
})

test('what somebody renamed who did not know of the deletion stays under its new name', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  ledger.take(ONE, take(2, 'B', 'a', 'moving'))
  ledger.put(ONE, put(2, 'B', 'b', 'moving'))
  ledger.take(ONE, take(3, 'A', 'a'))
  expect(told(ledger, everywhere({ b: ONE }))).toEqual([])
})

test('what was put there again after a deletion stays', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  ledger.take(ONE, take(2, 'A', 'a', 'moving'))
  ledger.put(ONE, put(3, 'A', 'a', 'moving'))
  expect(told(ledger, everywhere({ a: ONE }))).toEqual([])
})

test('a deleted version that is kept as a conflict copy is no fault', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  ledger.take(ONE, take(2, 'B', 'a'))
  for (const copy of ['a.sync-conflict-20261122-101500-ABCDEF2', 'a (conflicted copy 2026-11-22 101500)'])
    expect(told(ledger, everywhere({ [copy]: ONE }))).toEqual([])
})

test('a content under a name that nobody gave it is told of', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  ledger.put(OTHER, put(1, 'A', 'b'))
  expect(told(ledger, everywhere({ a: OTHER, b: ONE }))).toEqual([
    'fault: WHERE NOBODY PUT IT',
    'fault: WHERE NOBODY PUT IT',
  ])
})

test('what comes along when somebody else renames the directory around it is at home there', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'd/sub/a'))
  ledger.move({ from: 'd/sub', to: 'e' })
  ledger.move({ from: 'e', to: 'f/g' })
  expect(told(ledger, everywhere({ f: '', 'f/g': '', 'f/g/a': ONE }))).toEqual([])
  expect(told(ledger, everywhere({ f: '', 'f/a': ONE }))).toEqual(['fault: WHERE NOBODY PUT IT'])
})

test('renames in a circle are followed once', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'x'))
  ledger.move({ from: 'd', to: 'e' })
  ledger.move({ from: 'e', to: 'd' })
  expect(told(ledger, everywhere({ 'd/x': ONE }))).toEqual(['fault: WHERE NOBODY PUT IT'])
})

test('a directory that took the place of the one that it was in is followed no deeper than anything is', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'x'))
  ledger.move({ from: 'd/sub', to: 'd' })
  expect(told(ledger, everywhere({ 'd/x': ONE }))).toEqual(['fault: WHERE NOBODY PUT IT'])
})

test('a file of which nobody knows what happened to it is not judged', () => {
  const ledger = new Ledger()
  ledger.put(ONE, put(1, 'A', 'a'))
  ledger.doubt(ONE)
  expect(told(ledger, everywhere({}))).toEqual([])
  expect(told(ledger, everywhere({ b: ONE }))).toEqual([])
})

test('a file that is torn is a fault, wherever it is', () => {
  const spoilt = { ...everywhere({}), spoilt: ['a at A is not the whole of it'] }
  expect(judge(new Ledger(), spoilt)).toEqual([{ weight: 'fault', words: 'SPOILT a at A is not the whole of it' }])
})
