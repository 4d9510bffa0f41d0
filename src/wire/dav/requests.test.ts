import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseByteRange } from './byte-range.ts'
import { isEtag, parseEtagList } from './etags.ts'
import { parseIfHeader } from './if-header.ts'
import { parseLockInfo, parseLockToken, parseTimeout, writeActiveLocks } from './locks.ts'
import { parseMultistatus } from './multistatus.ts'
import { dav, nc, oc } from './names.ts'
import { parsePropfind, writePropfind } from './propfind.ts'
import { parseProppatch, writeProppatch } from './proppatch.ts'
import {
  MULTISTATUS_END,
  MULTISTATUS_START,
  propertyTag,
  withLanguage,
  writeFound,
  writeProperty,
} from './write-multistatus.ts'
import { parseXml, XmlFault } from './xml.ts'

test('what a client asks for is read, whatever else stands around it', () => {
  const names = [dav('getetag'), oc('id'), nc('has-preview'), '{urn:x}y', '{}bare']
  expect(parsePropfind(writePropfind(names.slice(0, 4)))).toEqual({ kind: 'prop', names: names.slice(0, 4) })
  const stray = `<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:x="urn:x">a<d:prop>b<d:getetag/><x:y/><bare/></d:prop>M</d:propfind>`
  expect(parsePropfind(stray)).toEqual({ kind: 'prop', names: [dav('getetag'), '{urn:x}y', '{}bare'] })
  expect(parsePropfind('')).toEqual({ kind: 'allprop', names: [] })
  expect(parsePropfind('<propfind xmlns="DAV:"><allprop/><include><getetag/></include></propfind>')).toEqual({
    kind: 'allprop',
    names: [dav('getetag')],
  })
  expect(parsePropfind('<propfind xmlns="DAV:"><propname/></propfind>')).toEqual({ kind: 'propname' })
})

test.each([
  '<propfind xmlns="DAV:">',
  '<propfind xmlns="DAV:"/>',
  '<propfind/>',
  '<d:propfind/>',
  'text',
  '<!DOCTYPE a [<!ENTITY x "y">]><propfind xmlns="DAV:"><prop/></propfind>',
  `<propfind xmlns="DAV:"><prop>${'<a>'.repeat(40)}${'</a>'.repeat(40)}</prop></propfind>`,
  `<propfind xmlns="DAV:"><prop>${'<a/>'.repeat(20_000)}</prop></propfind>`,
])('a body that is no propfind is refused: %#', text => {
  expect(() => parsePropfind(text)).toThrow(XmlFault)
})

test('changes of properties come in their order, with all that is in them', () => {
  const text = `<d:propertyupdate xmlns:d="DAV:" xmlns:z="urn:z" xml:lang="en"><d:set><d:prop><z:a>1 &lt; 2</z:a></d:prop></d:set>
    <d:remove><d:prop><z:b/></d:prop></d:remove>
    <d:set><d:prop><z:c xml:lang="de">x<z:d e="&quot;" z:f="g"><h xmlns=""/></z:d>y</z:c></d:prop></d:set></d:propertyupdate>`
  expect(parseProppatch(text)).toEqual([
    { name: '{urn:z}a', value: '1 &lt; 2', language: 'en' },
    { name: '{urn:z}b', value: undefined, language: 'en' },
    {
      name: '{urn:z}c',
      value: 'x<z:d xmlns:z="urn:z" e="&quot;" z:f="g"><h xmlns=""/></z:d>y',
      language: 'de',
    },
  ])
  expect(() => parseProppatch('<propertyupdate xmlns="DAV:"/>')).toThrow(XmlFault)
})

test('a property that was stored is given back as it was', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }).filter(text => !/[^\t\n\r -\uD7FF]/.test(text)),
      fc.constantFrom('urn:x', '', 'DAV:', 'urn:"&<'),
      fc.constantFrom('', 'en', '"&<'),
      (text, uri, language) => {
        const [change] = parseProppatch(writeProppatch(new Map([['{urn:x}y', text]])))
        const name = `{${uri}}y`
        const value = withLanguage(change?.value ?? '', language)
        const found = writeProperty(propertyTag(name), value)
        const [response] = parseMultistatus(MULTISTATUS_START + writeFound('/a', found, '') + MULTISTATUS_END)
        expect(response?.props.get(name)?.text).toBe(text)
      },
    ),
  )
})

test('of one resource there is one group that was found', () => {
  const found = writeProperty(propertyTag(oc('id')), '1')
  expect(
    parseMultistatus(MULTISTATUS_START + writeFound('/a', found, propertyTag(oc('size')).empty) + MULTISTATUS_END),
  ).toMatchObject([{ href: '/a', failed: new Map([[oc('size'), 404]]) }])
  expect(writeFound('/a', '', '<d:x/>')).not.toContain('200 OK')
  expect(writeFound('/a', '', '')).toContain('200 OK')
})

const token = (value: string, not = false) => ({ not, kind: 'token', value })
const etag = (value: string, not = false) => ({ not, kind: 'etag', value })

test.each([
  ['(<urn:a>)', [{ resource: undefined, conditions: [token('urn:a')] }]],
  ['(["a"])', [{ resource: undefined, conditions: [etag('a')] }]],
  ['([W/"a"])', [{ resource: undefined, conditions: [etag('a')] }]],
  [
    '(<urn:a> ["b"]) (Not <urn:c> not ["d"])',
    [
      { resource: undefined, conditions: [token('urn:a'), etag('b')] },
      { resource: undefined, conditions: [token('urn:c', true), etag('d', true)] },
    ],
  ],
  [
    '</x> (<urn:a>)(["b"])  <http://h/y>\t(Not<urn:c>) ',
    [
      { resource: '/x', conditions: [token('urn:a')] },
      { resource: '/x', conditions: [etag('b')] },
      { resource: 'http://h/y', conditions: [token('urn:c', true)] },
    ],
  ],
])('the If header %s is read', (text, lists) => {
  expect(parseIfHeader(text)).toEqual(lists)
})

test.each([
  '',
  'x',
  '()',
  '(',
  ')',
  '(<a>',
  '<a>',
  '(<a>) <b>',
  '(<a>) <b> (<c>)',
  '<a> <b> (<c>)',
  '((<a>))',
  '(Not)',
  '(Not Not <a>)',
  '([])',
  '(<>)',
  'Not (<a>)',
  `(${'<a>'.repeat(501)})`,
])('the If header %s is malformed', text => {
  expect(parseIfHeader(text)).toBeUndefined()
})

test('whatever an If header is, reading it ends, and every list says something', () => {
  const piece = fc.constantFrom('(', ')', '<', '>', '[', ']', '"', 'Not', 'W/', ' ', 'a', '/', '\t')
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: piece, maxLength: 60 }), fc.string({ unit: 'binary' })), text => {
      for (const { conditions } of parseIfHeader(text) ?? []) expect(conditions.length).toBeGreaterThan(0)
    }),
    { numRuns: 5000 },
  )
})

test('tags are compared as they were sent, and without what a proxy adds', () => {
  expect(parseEtagList('*')).toBe('*')
  expect(parseEtagList('"a", W/"b-gzip" , c')).toEqual(['a', 'b-gzip', 'c'])
  expect(parseEtagList('"a" "b"')).toBeUndefined()
  expect(parseEtagList('')).toBeUndefined()
  expect(isEtag('b-gzip', 'b')).toBe(true)
  expect(isEtag('1-br', '1-br')).toBe(true)
  expect(isEtag('1', '1-br')).toBe(false)
})

test.each([
  ['bytes=0-4', { as: 'range', from: 0, to: 4 }],
  ['bytes=3-', { as: 'range', from: 3, to: 9 }],
  ['bytes=3-99', { as: 'range', from: 3, to: 9 }],
  ['bytes=-3', { as: 'range', from: 7, to: 9 }],
  ['bytes=-99', { as: 'range', from: 0, to: 9 }],
  ['bytes=10-', { as: 'unsatisfiable' }],
  ['bytes=-0', { as: 'unsatisfiable' }],
  ['bytes=5-4', { as: 'whole' }],
  ['bytes=0-1,3-4', { as: 'whole' }],
  ['bytes=-', { as: 'whole' }],
  ['lines=0-1', { as: 'whole' }],
  ['bytes=a-b', { as: 'whole' }],
])('of ten bytes %s is asked', (text, range) => {
  expect(parseByteRange(text, 10)).toEqual(range)
})

test('a range lies in the file', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 20n }),
      fc.option(fc.nat()),
      fc.nat({ max: 100 }),
      (from, to, size) => {
        const range = parseByteRange(`bytes=${from}-${to ?? ''}`, size)
        if (range.as !== 'range') return
        expect(range.from).toBeGreaterThanOrEqual(0)
        expect(range.from).toBeLessThanOrEqual(range.to)
        expect(range.to).toBeLessThan(size)
      },
    ),
  )
})

test('locks are asked for and told', () => {
  const body = (scope: string, type = 'write') =>
    `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:${type}/></D:locktype><D:owner>me <D:href>x</D:href></D:owner></D:lockinfo>`
  const info = parseLockInfo(body('shared'))
  expect(info).toEqual({ scope: 'shared', owner: 'me <D:href xmlns:D="DAV:">x</D:href>' })
  expect(() => parseLockInfo(body('other'))).toThrow(XmlFault)
  expect(() => parseLockInfo(body('shared', 'read'))).toThrow(XmlFault)
  const told = writeActiveLocks([{ ...info, depth: 'tree', timeoutSeconds: 60, token: 'urn:a', root: '/x/' }])
  const lock = parseXml(`<a xmlns:d="DAV:">${told}</a>`).children[0]
  expect(lock?.children.find(({ name }) => name === dav('locktoken'))?.children[0]?.text).toBe('urn:a')
  expect(
    writeActiveLocks([{ ...info, depth: 'tree', timeoutSeconds: 60, token: undefined, root: '/x/' }]),
  ).not.toContain('locktoken')
  expect(parseTimeout('Second-60, Infinite')).toBe(60_000)
  expect(parseTimeout('Infinite, Second-60')).toBeUndefined()
  expect(parseLockToken(' <urn:a> ')).toBe('urn:a')
  expect(parseLockToken('urn:a')).toBeUndefined()
})
