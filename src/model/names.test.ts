import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clashKey, faultOfNameFor, type NameRules, POSIX_NAMES } from './names.ts'

const COMPOSED = '\u00e9'
const DECOMPOSED = 'e\u0301'
const folding: NameRules = { ...POSIX_NAMES, caseSensitive: false }
const normal: NameRules = { ...POSIX_NAMES, normalizes: true }

test('length counts in bytes', () => {
  expect(faultOfNameFor(POSIX_NAMES, 'x'.repeat(255))).toBeUndefined()
  expect(faultOfNameFor(POSIX_NAMES, 'x'.repeat(256))).toContain('255 bytes')
  expect(faultOfNameFor(POSIX_NAMES, 'é'.repeat(128))).toContain('255 bytes')
})

test('a name that would come back spelt otherwise is refused, and only there', () => {
  expect(faultOfNameFor(normal, DECOMPOSED)).toContain('Unicode')
  expect(faultOfNameFor(normal, COMPOSED)).toBeUndefined()
  expect(faultOfNameFor(POSIX_NAMES, DECOMPOSED)).toBeUndefined()
})

test("the replica's own reason is given", () => {
  const rules: NameRules = { ...POSIX_NAMES, refuses: name => (name.includes(':') ? 'no colons' : undefined) }
  expect([faultOfNameFor(rules, 'a:b'), faultOfNameFor(rules, 'ab')]).toEqual(['no colons', undefined])
})

test('names clash exactly where the replica takes them for one', () => {
  const clash = (rules: NameRules, a: string, b: string) => clashKey(rules, a) === clashKey(rules, b)
  expect([clash(POSIX_NAMES, 'a', 'A'), clash(folding, 'a', 'A'), clash(normal, 'a', 'A')]).toEqual([
    false,
    true,
    false,
  ])
  expect([clash(POSIX_NAMES, COMPOSED, DECOMPOSED), clash(normal, COMPOSED, DECOMPOSED)]).toEqual([false, true])
})

test('a key clashes with itself, and without folding is the name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), fc.boolean(), (name, caseSensitive, normalizes) => {
      const rules: NameRules = { ...POSIX_NAMES, caseSensitive, normalizes }
      expect(clashKey(rules, clashKey(rules, name))).toBe(clashKey(rules, name))
      if (caseSensitive && !normalizes) expect(clashKey(rules, name)).toBe(name)
    }),
  )
})
