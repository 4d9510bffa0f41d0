import fc from 'fast-check'
import { expect, test } from 'vitest'
import { faultOfName } from '../../model/path.ts'
import { parseHttpDate, writeHttpDate } from './dates.ts'
import { parseErrorBody } from './error-body.ts'
import { parseEtag } from './etags.ts'
import { meaningOfHref, segmentsOfUrl, writeHref } from './hrefs.ts'
import { dav, oc } from './names.ts'
import { writePropfind } from './propfind.ts'
import { writeProppatch } from './proppatch.ts'
import { escapeXml, parseXml, XmlFault } from './xml.ts'

const BASE = ['dav', 'b b']

test.each([
  ['/dav/b%20b/', { as: 'self' }],
  ['/dav/b%20b', { as: 'self' }],
  ['https://elsewhere:8080/dav/b%20b/a.txt', { as: 'child', name: 'a.txt', slash: false }],
  ['/dav/b b/a.txt', { as: 'child', name: 'a.txt', slash: false }],
  ['/dav/b%20b/%c3%bc/', { as: 'child', name: 'ü', slash: true }],
  ['/dav/b%20b/ü', { as: 'child', name: 'ü', slash: false }],
  ['a.txt', { as: 'child', name: 'a.txt', slash: false }],
  ['/dav/b%20b/100%', { as: 'child', name: '100%', slash: false }],
  ['/dav/b%20b/a?b#c', { as: 'child', name: 'a?b#c', slash: false }],
  ['/dav/b%20b/%252e%252e', { as: 'child', name: '%2e%2e', slash: false }],
  ['/dav//b%20b//x', { as: 'child', name: 'x', slash: false }],
])('%s is understood', (href, meaning) => {
  expect(meaningOfHref(href, BASE)).toEqual(meaning)
})

test.each([
  ['/dav/b%20b/..', 'dot'],
  ['/dav/b%20b/%2e%2e', 'dot'],
  ['/dav/b%20b/%2E%2E/%2e%2e/etc', 'dot'],
  ['/dav/../dav/b%20b/x', 'dot'],
  ['/dav/b%20b/a%2fb', 'separator'],
  ['/dav/b%20b/..%2f..%2fetc', 'separator'],
  ['/dav/b%20b/a%00', 'nul'],
  ['/dav/b%20b/%ff', 'not-unicode'],
  ['/dav/b%20b/a/b', 'elsewhere'],
  ['/dav/other/a', 'elsewhere'],
  ['/', 'elsewhere'],
  ['../x', 'dot'],
  ['', 'malformed'],
  ['file:///etc/passwd', 'malformed'],
])('%s is refused', (href, fault) => {
  expect(meaningOfHref(href, BASE)).toMatchObject({ as: 'fault', fault })
})

test('a name survives the way into a request line and back', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter(text => !/[/\0\uFFFD]/.test(text) && text !== '.' && text !== '..')
  fc.assert(
    fc.property(name, text => {
      expect(meaningOfHref(writeHref([...BASE, text]), BASE)).toEqual({ as: 'child', name: text, slash: false })
    }),
  )
})

test('whatever an href says, a child is one clean name', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('/', '.', '%', '2', 'e', 'f', '0', 'a', 'dav', 'b b', 'http:', '\\') }),
      href => {
        const meaning = meaningOfHref(href, BASE)
        if (meaning.as !== 'child') return
        expect(meaning.name).not.toMatch(/^\.{0,2}$|[/\0]/)
        expect(faultOfName(meaning.name)).toBeUndefined()
      },
    ),
    { numRuns: 2000 },
  )
})

test('a URL gives its names', () => {
  expect(segmentsOfUrl('https://host/a/b%20c/')).toEqual(['a', 'b c'])
  expect(segmentsOfUrl('https://host')).toEqual([])
})

test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
  '%s is a date',
  text => {
    expect(parseHttpDate(text)).toBe(784111777000)
  },
)

test('dates that are none are not made up', () => {
  for (const text of [
    '',
    'now',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 25:49:37 GMT',
    '1994-11-06T08:49:37Z',
  ])
    expect(parseHttpDate(text), text).toBeUndefined()
  expect(parseHttpDate(writeHttpDate(784111777999))).toBe(784111777000)
})

test('a date is written as JavaScript writes it', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62135596800000, max: 253402300799999 }), ms => {
      expect(writeHttpDate(ms)).toBe(new Date(ms).toUTCString())
    }),
  )
})

test.each([
  ['"a"', 'a', false],
  ['W/"a"', 'a', true],
  ['a', 'a', false],
  ['"a-gzip"', 'a', false],
  ['W/"a"-gzip', 'a', true],
  ['"a--gzip"', 'a', false],
])('%s is the tag %s', (raw, value, weak) => {
  expect(parseEtag(raw)).toEqual({ value, weak })
})

test('an empty or broken tag is none', () => {
  for (const raw of ['', '""', 'W/""', '"a"b"', '"a\r\nX: y"']) expect(parseEtag(raw), raw).toBeUndefined()
})

test('an error of sabre/dav is read, and its HTML is not', () => {
  const body = `<?xml version="1.0"?><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\Locked</s:exception><s:message>&lt;b&gt;locked&lt;/b&gt; by bob</s:message><d:lock-token-submitted/></d:error>`
  expect(parseErrorBody(body)).toEqual({
    exception: 'Sabre\\DAV\\Exception\\Locked',
    message: 'locked by bob',
    conditions: ['lock-token-submitted'],
  })
  expect(parseErrorBody('<html><body>502</body></html>')).toBeUndefined()
  expect(parseErrorBody('Bad gateway')).toBeUndefined()
})

test('whatever the body of an error is, what is shown of it is short and plain', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 10 }),
    fc.constantFrom(
      '&lt;script&gt;',
      '&#27;',
      '&#x1b;[31m',
      '<s:x>',
      '</s:x>',
      '<![CDATA[',
      ']]>',
      '\u2028',
      '<!--',
      'long '.repeat(100),
    ),
  )
  const wrap = (inner: string) =>
    `<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>E</s:exception><s:message>${inner}</s:message></d:error>`
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (pieces, wrapped) => {
      const error = parseErrorBody(wrapped ? wrap(pieces.join('')) : pieces.join(''))
      if (error === undefined) return
      expect(error.message.length).toBeLessThanOrEqual(300)
      expect(error.message).not.toMatch(/[\u0000-\u001f\u007f]|<[^>]*>/)
    }),
    { numRuns: 1000 },
  )
})

test('whatever a tag or a date is, nothing but one or none comes out', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', 'W/', 'a', '-gzip', ' ', '\n', ';') })),
      raw => {
        const etag = parseEtag(raw)
        if (etag !== undefined) expect(etag.value).toMatch(/^[^"\u0000-\u001f\u007f]{1,1024}$/)
        const ms = parseHttpDate(raw)
        expect(ms === undefined || Number.isSafeInteger(ms)).toBe(true)
      },
    ),
  )
})

test('what is written can be read back', () => {
  const asked = parseXml(writePropfind([dav('getetag'), oc('id'), '{urn:x}y']))
  expect(asked.children[0]?.children.map(child => child.name)).toEqual([dav('getetag'), oc('id'), '{urn:x}y'])
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), value => {
      const wanted = `${value} ]]> <a&b>\r\n`
      const set = parseXml(writeProppatch(new Map([[dav('lastmodified'), wanted]])))
      expect(set.children[0]?.children[0]?.children[0]).toMatchObject({ name: dav('lastmodified'), text: wanted })
    }),
  )
})

test('characters that XML cannot hold are refused, not written', () => {
  for (const text of ['a\0', '\u0008', '\uFFFF', '\uD800']) expect(() => escapeXml(text)).toThrow(XmlFault)
})
