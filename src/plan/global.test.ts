import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DeviceId, Version } from '../model/version.ts'
import { type Announced, compareAnnounced, isNeeded, pickGlobal } from './global.ts'

const announced = (version: readonly (readonly [number, number])[], more: Partial<Announced> = {}): Announced => ({
  version: version.map(([device, counter]) => [BigInt(device) as DeviceId, BigInt(counter)]) as Version,
  invalid: false,
  deleted: false,
  modifiedNs: 0n,
  ...more,
})

describe('of two versions', () => {
  test.each([
    ['the newer one is picked', announced([[1, 2]]), announced([[1, 1]], { modifiedNs: 9n })],
    [
      'one that is offered is picked before a newer one that is not',
      announced([[1, 1]]),
      announced([[1, 2]], { invalid: true }),
    ],
    [
      'made apart, a change is picked before a deletion',
      announced([[1, 1]]),
      announced([[2, 1]], { deleted: true, modifiedNs: 9n }),
    ],
    [
      'made apart, the later one is picked',
      announced([[2, 1]], { modifiedNs: 2n }),
      announced([[1, 1]], { modifiedNs: 1n }),
    ],
    [
      'made apart at one time, that of the lower device is picked',
      announced([
        [1, 1],
        [9, 1],
      ]),
      announced([
        [2, 1],
        [9, 1],
      ]),
    ],
  ])('%s', (_, winner, loser) => {
    expect(pickGlobal([winner, loser])).toBe(winner)
    expect(pickGlobal([loser, winner])).toBe(winner)
  })
})

test('a deletion that saw the file is picked', () => {
  const gone = announced(
    [
      [1, 1],
      [2, 1],
    ],
    { deleted: true },
  )
  expect(pickGlobal([announced([[1, 1]], { modifiedNs: 9n }), gone])).toBe(gone)
})

test.each([
  ['nothing, of a file', undefined, announced([[1, 1]]), true],
  ['nothing, of a deletion', undefined, announced([[1, 1]], { deleted: true }), false],
  ['an older version', announced([[1, 1]]), announced([[1, 2]]), true],
  ['another version', announced([[2, 1]]), announced([[1, 2]]), true],
  ['the same version', announced([[1, 1]]), announced([[1, 1]]), false],
  ['the same version, but does not offer it', announced([[1, 1]], { invalid: true }), announced([[1, 1]]), false],
  ['a newer version', announced([[1, 2]]), announced([[1, 1]]), false],
  ['an older version of what nobody offers', announced([[1, 1]]), announced([[1, 2]], { invalid: true }), false],
  ['something, of what has no version', announced([[1, 1]]), announced([]), false],
])('one who has %s needs it: %#', (_, own, global, expected) => {
  expect(isNeeded(own, global)).toBe(expected)
})

const any: fc.Arbitrary<Announced> = fc
  .record({
    counters: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })), {
      selector: ([device]) => device,
      maxLength: 4,
    }),
    invalid: fc.boolean(),
    deleted: fc.boolean(),
    modifiedNs: fc.bigInt({ min: 0n, max: 3n }),
  })
  .map(({ counters, ...more }) =>
    announced(
      counters.sort(([a], [b]) => a - b),
      more,
    ),
  )

// Two who announce the same version announce the same thing.
const some = fc.uniqueArray(any, { selector: ({ version }) => version.join(), minLength: 1, maxLength: 6 })

test('all devices pick the same, in whatever order they heard', () => {
  fc.assert(
    fc.property(some, fc.infiniteStream(fc.nat()), (all, dice) => {
      const shuffled = all
        .map(one => ({ one, at: dice.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one)
      expect(pickGlobal(shuffled)).toBe(pickGlobal(all))
    }),
    { numRuns: 2000 },
  )
})

test('nothing that is announced is newer than what is picked among the offered', () => {
  fc.assert(
    fc.property(some, all => {
      const picked = pickGlobal(all) as Announced
      const offered = all.filter(({ invalid }) => !invalid)
      for (const one of offered.length > 0 ? offered : all) {
        expect(
          compareAnnounced(one, picked) < 0 &&
            isNeeded(picked, { ...one, invalid: false }) &&
            compareNewer(one, picked),
        ).toBe(false)
      }
    }),
  )
})

function compareNewer(a: Announced, b: Announced): boolean {
  return isNeeded(b, a) && !isNeeded(a, b)
}
