import { expect, test } from 'vitest'
import type { Path } from '../../model/path.ts'
import { Missed } from './missed.ts'

const file = (path: string) => path as Path

/** Who offers what: changed by the tests. */
function stage(most?: number) {
  const holders = new Map<string, readonly (string | undefined)[]>()
  const missed = new Missed({ holdersOf: path => holders.get(path) ?? [], ...(most === undefined ? {} : { most }) })
  return { holders, missed }
}

test('a device that joins has the places looked at in which it has what was missed, and no others', () => {
  const { holders, missed } = stage()
  expect(missed.join('a')).toEqual([])
  missed.leave('a')
  holders.set('docs/one', ['a']).set('docs/two', ['a', 'b']).set('far/three', ['b']).set('got', ['a', undefined])
  for (const path of [...holders.keys(), 'nobody/has']) expect(missed.add(file(path))).toEqual([])
  expect(missed.join('a')).toEqual(['docs'])
  expect(missed.join('b')).toEqual(['docs', 'far'])
})

test('what was asked for over a connection that is over is asked for again once, over the one that took its place', () => {
  const { holders, missed } = stage()
  holders.set('docs/one', ['a'])
  missed.join('a')
  expect(missed.add(file('docs/one'))).toEqual(['docs'])
  expect(missed.add(file('docs/one'))).toEqual([])
  // Others have nothing to do with it.
  missed.join('b')
  expect(missed.add(file('docs/one'))).toEqual([])
  missed.leave('a')
  expect(missed.add(file('docs/one'))).toEqual([])
  expect(missed.join('a')).toEqual(['docs'])
  expect(missed.add(file('docs/one'))).toEqual([])
})

test('when more is missed than is remembered, everything is looked at, once for each connection', () => {
  const { holders, missed } = stage(2)
  for (const path of ['a/1', 'b/2', 'c/3']) holders.set(path, ['far'])
  missed.join('near')
  expect(missed.add(file('a/1'))).toEqual([])
  expect(missed.add(file('b/2'))).toEqual([])
  // What came meanwhile makes room.
  holders.set('a/1', ['far', undefined])
  expect(missed.add(file('c/3'))).toEqual([])
  holders.set('d/4', ['far'])
  expect(missed.add(file('d/4'))).toBe('everywhere')
  expect(missed.add(file('d/4'))).toEqual([])
  expect(missed.join('far')).toBe('everywhere')
  expect(missed.add(file('d/4'))).toEqual(['d'])
})
