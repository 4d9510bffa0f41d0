import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bumpVersion, compareVersions, counterOf, type DeviceId, mergeVersions, type Version } from './version.ts'

const device = fc.bigInt({ min: 1n, max: 4n }).map(id => id as DeviceId)
const counters = fc.dictionary(fc.constantFrom('1', '2', '3', '4'), fc.bigInt({ min: 0n, max: 4n }))
const version: fc.Arbitrary<Version> = counters.map(found =>
  Object.entries(found).map(([id, counter]) => [BigInt(id) as DeviceId, counter] as const),
)
const OPPOSITE = { equal: 'equal', newer: 'older', older: 'newer', concurrent: 'concurrent' } as const

const isCovered = (by: Version, inner: Version) => ['equal', 'newer'].includes(compareVersions(by, inner))

test('a missing counter is zero', () => {
  const one = [[1n as DeviceId, 0n]] as const
  expect(compareVersions(one, [])).toBe('equal')
  expect(counterOf(one, 7n as DeviceId)).toBe(0n)
})

test('two versions stand to each other in opposite ways', () => {
  fc.assert(
    fc.property(version, version, (a, b) => {
      expect(compareVersions(b, a)).toBe(OPPOSITE[compareVersions(a, b)])
      expect(compareVersions(a, a)).toBe('equal')
    }),
  )
})

test('what is newer than the newer is newer', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      if (isCovered(a, b) && isCovered(b, c)) expect(isCovered(a, c)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('a change here is newer than what it changed, and unknown to whoever did not have it', () => {
  fc.assert(
    fc.property(version, version, device, fc.bigInt({ min: 0n, max: 6n }), (a, b, id, now) => {
      const bumped = bumpVersion(a, id, now)
      expect(compareVersions(bumped, a)).toBe('newer')
      expect(counterOf(bumped, id)).toBeGreaterThanOrEqual(now)
      if (counterOf(b, id) <= counterOf(a, id)) expect(isCovered(b, bumped)).toBe(false)
      expect(bumped.map(([key]) => key)).toEqual([...new Set(bumped.map(([key]) => key))].sort())
    }),
    { numRuns: 1000 },
  )
})

test('a merge covers both and nothing more, in any order and any number of times', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      const both = mergeVersions(a, b)
      expect(isCovered(both, a) && isCovered(both, b)).toBe(true)
      if (isCovered(c, a) && isCovered(c, b)) expect(isCovered(c, both)).toBe(true)
      expect(compareVersions(both, mergeVersions(b, a))).toBe('equal')
      expect(compareVersions(mergeVersions(both, c), mergeVersions(a, mergeVersions(b, c)))).toBe('equal')
      expect(compareVersions(mergeVersions(a, a), a)).toBe('equal')
    }),
    { numRuns: 1000 },
  )
})

test('changes made without knowing of each other are concurrent', () => {
  const base = bumpVersion([], 1n as DeviceId, 0n)
  const [left, right] = [bumpVersion(base, 2n as DeviceId, 0n), bumpVersion(base, 3n as DeviceId, 0n)]
  expect(compareVersions(left, right)).toBe('concurrent')
  expect(compareVersions(bumpVersion(mergeVersions(left, right), 2n as DeviceId, 0n), right)).toBe('newer')
})
