import fc from 'fast-check'
import { expect, test } from 'vitest'
import { faultOfName } from '../../model/path.ts'
import { parseResourcePath, writeResourcePath } from './resource-path.ts'

const path = (names: readonly string[], slash = false, host?: string) => ({ as: 'path', names, slash, host })

test.each([
  ['/', path([], true)],
  ['/a', path(['a'])],
  ['/a/', path(['a'], true)],
  ['/a/b%20c', path(['a', 'b c'])],
  ['/%c3%BC', path(['ü'])],
  ['/\u00c3\u00bc', path(['ü'])],
  ['/a%252e', path(['a%2e'])],
  ['/a%3Fb?c=d/e', path(['a?b'])],
  ['/a&b+c;d=e@f,g\'h!i~[j]"', path(['a&b+c;d=e@f,g\'h!i~[j]"'])],
  ['/a\\b', path(['a\\b'])],
  ['/...', path(['...'])],
  ['http://host/a', path(['a'], false, 'host')],
  ['HTTPS://me:pw@Host.example:8443/a/', path(['a'], true, 'host.example:8443')],
  ['http://host', path([], true, 'host')],
  ['http://[::1]:80/a', path(['a'], false, '[::1]:80')],
  ['http://host?x', path([], true, 'host')],
])('%s is the path it says', (raw, meaning) => {
  expect(parseResourcePath(raw)).toEqual(meaning)
})

test.each([
  ['', 'malformed'],
  ['a', 'malformed'],
  ['*', 'malformed'],
  ['/a#b', 'malformed'],
  ['file:///a', 'malformed'],
  ['ftp://host/a', 'malformed'],
  ['//', 'empty'],
  ['//a', 'empty'],
  ['/a//b', 'empty'],
  ['/a//', 'empty'],
  ['http://host//a', 'empty'],
  ['/..', 'dot'],
  ['/a/../b', 'dot'],
  ['/a/./b', 'dot'],
  ['/%2e%2e/b', 'dot'],
  ['/a/.%2E/', 'dot'],
  ['/a%2fb', 'separator'],
  ['/a/%2F', 'separator'],
  ['/..%2f..%2fetc', 'separator'],
  ['/a%00', 'nul'],
  ['/%ff', 'not-unicode'],
  ['/%c0%ae', 'not-unicode'],
  ['/%ed%a0%80', 'not-unicode'],
  ['/\u00ff', 'not-unicode'],
  ['/100%', 'not-unicode'],
  ['/%zz', 'not-unicode'],
  [`/${'x'.repeat(2000)}`, 'too-long'],
])('%s is refused', (raw, fault) => {
  expect(parseResourcePath(raw)).toEqual({ as: 'fault', fault })
})

test('names are written as clients know them, and read back', () => {
  expect(writeResourcePath(['sp ace & +#%25', "it's (a) *:~"])).toBe(
    '/sp%20ace%20%26%20%2b%23%2525/it%27s%20(a)%20%2a:~',
  )
  const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter(text => faultOfName(text) === undefined)
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), names => {
      const written = writeResourcePath(names)
      expect(written).toMatch(/^[/\w.~():%-]*$/)
      expect(parseResourcePath(written)).toEqual(path(names))
      expect(parseResourcePath(`https://h${written}/`)).toEqual(path(names, true, 'h'))
    }),
  )
})

test('whatever a client sends, what comes out are clean names', () => {
  const piece = fc.constantFrom(
    '/',
    '.',
    '%',
    '2',
    'e',
    'f',
    '0',
    'a',
    'http://',
    '\\',
    '%2e',
    '%2f',
    '%00',
    '?',
    '#',
    '\u00e4',
    '@',
  )
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: piece }), fc.string({ unit: 'binary' })), raw => {
      const parsed = parseResourcePath(raw)
      if (parsed.as === 'fault') return
      for (const name of parsed.names) expect(faultOfName(name)).toBeUndefined()
      // Written and read again it is the same: there is one reading of a path.
      expect(parseResourcePath(writeResourcePath(parsed.names) || '/')).toMatchObject({ names: parsed.names })
    }),
    { numRuns: 5000 },
  )
})
