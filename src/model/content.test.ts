import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  blockSizeOf,
  CHECKSUM_KINDS,
  type Checksum,
  type ChecksumKind,
  compareChecksums,
  isStrong,
  kindOfChecksum,
  parseChecksum,
} from './content.ts'

const KIB = 1024
const MIB = 1024 * KIB
const LENGTHS: Readonly<Record<ChecksumKind, number>> = { 'SHA3-256': 64, SHA256: 64, SHA1: 40, MD5: 32, ADLER32: 8 }
const sum = (kind: ChecksumKind, digit: string) => `${kind}:${digit.repeat(LENGTHS[kind])}` as Checksum

describe('the block size', () => {
  test.each([
    [0, 128 * KIB],
    [250 * MIB - 1, 128 * KIB],
    [250 * MIB, 256 * KIB],
    [500 * MIB, 512 * KIB],
    [1000 * MIB, 1 * MIB],
    [2000 * MIB, 2 * MIB],
    [4000 * MIB, 4 * MIB],
    [8000 * MIB, 8 * MIB],
    [16_000 * MIB - 1, 8 * MIB],
    [16_000 * MIB, 16 * MIB],
    [Number.MAX_SAFE_INTEGER, 16 * MIB],
  ])('of %i bytes is %i', (size, block) => {
    expect(blockSizeOf(size)).toBe(block)
  })

  test('is the smallest power of two with fewer than 2,000 blocks, up to the largest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 45 }), size => {
        const block = blockSizeOf(size)
        expect(Number.isInteger(Math.log2(block))).toBe(true)
        if (block < 16 * MIB) expect(size).toBeLessThan(block * 2000)
        if (block > 128 * KIB) expect(size).toBeGreaterThanOrEqual((block / 2) * 2000)
      }),
    )
  })
})

describe('a checksum', () => {
  test.each(CHECKSUM_KINDS)('of kind %s is read in any letter case', kind => {
    const wanted = sum(kind, 'a')
    expect([parseChecksum(wanted), parseChecksum(wanted.toLowerCase()), parseChecksum(wanted.toUpperCase())]).toEqual([
      wanted,
      wanted,
      wanted,
    ])
    expect(kindOfChecksum(wanted)).toBe(kind)
  })

  test.each([
    '',
    ':',
    'SHA1',
    'SHA1:',
    `SHA1:${'a'.repeat(39)}`,
    `SHA1:${'g'.repeat(40)}`,
    `SHA9:${'a'.repeat(40)}`,
    `SHA1 :${'a'.repeat(40)}`,
    `toString:${'a'.repeat(8)}`,
  ])('%j is none', text => expect(parseChecksum(text)).toBeUndefined())

  test('that is read is written the same way whatever was given', () => {
    const text = fc.tuple(
      fc.constantFrom(...CHECKSUM_KINDS, 'sha1', 'CRC32', ''),
      fc.string({ unit: fc.constantFrom('a', 'F', '0', 'x', ':'), minLength: 7, maxLength: 65 }),
    )
    fc.assert(
      fc.property(text, ([kind, value]) => {
        const parsed = parseChecksum(`${kind}:${value}`)
        if (parsed === undefined) return
        expect(parsed).toMatch(/^(SHA3-256|SHA256|SHA1|MD5|ADLER32):[0-9a-f]+$/)
        expect(parseChecksum(parsed)).toBe(parsed)
      }),
    )
  })
})

describe('two sets of checksums', () => {
  const A = sum('SHA1', 'a')
  const B = sum('SHA1', 'b')
  const WEAK = sum('ADLER32', '1')
  const OTHER_WEAK = sum('ADLER32', '2')

  test('prove as much as a strong kind on both sides does', () => {
    expect(compareChecksums([A], [A])).toBe('same')
    expect(compareChecksums([A], [B])).toBe('different')
    expect(compareChecksums([A], [sum('MD5', 'a')])).toBe('unknown')
    expect(compareChecksums([], [A])).toBe('unknown')
  })

  test('of a weak kind prove a difference only', () => {
    expect(compareChecksums([WEAK], [WEAK])).toBe('unknown')
    expect(compareChecksums([WEAK], [OTHER_WEAK])).toBe('different')
    expect(compareChecksums([WEAK, A], [WEAK, A])).toBe('same')
    expect(CHECKSUM_KINDS.filter(kind => !isStrong(kind))).toEqual(['ADLER32'])
  })

  test('say the same whichever side is asked, and never the wrong thing', () => {
    // Sums of one of two contents; each kind differs between them.
    const sums = (digit: string) => fc.subarray([...CHECKSUM_KINDS]).map(kinds => kinds.map(kind => sum(kind, digit)))
    const side = fc.constantFrom('a', 'b').chain(digit => sums(digit).map(list => ({ digit, list })))
    fc.assert(
      fc.property(side, side, (left, right) => {
        const said = compareChecksums(left.list, right.list)
        expect(compareChecksums(right.list, left.list)).toBe(said)
        if (said !== 'unknown') expect(said).toBe(left.digit === right.digit ? 'same' : 'different')
      }),
    )
  })
})
