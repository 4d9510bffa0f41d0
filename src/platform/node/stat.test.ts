import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packStat, STAT_WORDS, unpackStat } from './stat.ts'

const times = fc.bigInt({ min: -(2n ** 63n) * 1_000_000_000n, max: (2n ** 63n - 1n) * 1_000_000_000n })

test('what is sent between threads arrives as it was, also times that 64 bits of nanoseconds do not hold', () => {
  const stats = fc.record({
    kind: fc.constantFrom('file', 'directory', 'symlink', 'other'),
    size: fc.maxSafeNat(),
    mtimeNs: times,
    ctimeNs: times,
    inode: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    device: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    mode: fc.nat(0o777),
  })
  const words = new BigInt64Array(3 * STAT_WORDS)
  fc.assert(
    fc.property(stats, stat => {
      packStat(stat, words, STAT_WORDS)
      expect(unpackStat(words, STAT_WORDS)).toEqual(stat)
    }),
  )
})
