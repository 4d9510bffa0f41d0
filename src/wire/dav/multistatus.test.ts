import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DavResponse, multistatusParser, parseMultistatus } from './multistatus.ts'
import { dav, oc } from './names.ts'
import { XmlFault } from './xml.ts'

const NEXTCLOUD = `<?xml version="1.0"?>
<d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:response><d:href>/dav/bob/</d:href><d:propstat><d:prop>
<d:resourcetype><d:collection/></d:resourcetype><d:getetag>&quot;5d9a&quot;</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>
<d:propstat><d:prop><d:getcontentlength/><oc:checksums/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>
<d:response><d:href>/dav/bob/a%20b.txt</d:href><d:propstat><d:prop><d:resourcetype/><d:getcontentlength>6</d:getcontentlength>
<oc:checksums><oc:checksum>SHA1:f572</oc:checksum></oc:checksums></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>`

const APACHE = `<?xml version="1.0" encoding="utf-8"?>
<D:multistatus xmlns:D="DAV:" xmlns:ns0="DAV:"><D:response xmlns:lp1="DAV:" xmlns:lp2="http://apache.org/dav/props/"><D:href>/f</D:href>
<D:propstat><D:prop><lp1:getcontentlength>3</lp1:getcontentlength></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>
<D:propstat><D:prop><lp1:getetag>"3-1"</lp1:getetag></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>`

function text(response: DavResponse | undefined, name: string): string | undefined {
  return response?.props.get(name)?.text
}

test('properties are known by namespace, found ones apart from missing ones', () => {
  const [root, file] = parseMultistatus(NEXTCLOUD)
  expect(root?.href).toBe('/dav/bob/')
  expect(text(root, dav('getetag'))).toBe('"5d9a"')
  expect(root?.props.get(dav('resourcetype'))?.children.map(child => child.name)).toEqual([dav('collection')])
  expect(root?.failed.get(oc('checksums'))).toBe(404)
  expect(file?.props.get(oc('checksums'))?.children[0]?.text).toBe('SHA1:f572')
})

test('any prefix will do, and properties may be spread over several propstats', () => {
  const [file] = parseMultistatus(APACHE)
  expect(text(file, dav('getcontentlength'))).toBe('3')
  expect(text(file, dav('getetag'))).toBe('"3-1"')
})

test('a response may have a status of its own', () => {
  const xml = `<multistatus xmlns="DAV:"><response><href>/a</href><href>/b</href><status>HTTP/1.1 423 Locked</status></response></multistatus>`
  expect(parseMultistatus(xml).map(({ href, status }) => [href, status])).toEqual([
    ['/a', 423],
    ['/b', 423],
  ])
})

test('however the document is cut into pieces, the responses are the same', () => {
  const whole = parseMultistatus(NEXTCLOUD)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 30 }), sizes => {
      const parser = multistatusParser()
      const seen: DavResponse[] = []
      let at = 0
      for (const size of sizes) {
        seen.push(...parser.feed(NEXTCLOUD.slice(at, at + size)))
        at += size
      }
      seen.push(...parser.feed(NEXTCLOUD.slice(at)), ...parser.end())
      expect(seen).toEqual(whole)
    }),
    { numRuns: 50 },
  )
})

test('a document that was cut off is a fault, wherever the cut is', () => {
  for (let end = 0; end < NEXTCLOUD.length; end += 1)
    expect(() => parseMultistatus(NEXTCLOUD.slice(0, end)), `cut at ${end}`).toThrow(XmlFault)
})

const wrapped = (href: string) => `<multistatus xmlns="DAV:"><response><href>${href}</href></response></multistatus>`

test.each([
  ['a DTD', `<!DOCTYPE a [<!ENTITY x "y">]>${wrapped('/a')}`],
  ['an entity of its own', wrapped('&x;')],
  ['another root element', '<html><body/></html>'],
  ['a login page', '<!doctype html><html><body>Log in<br></body></html>'],
  ['bad nesting', '<multistatus xmlns="DAV:"><response></multistatus></response>'],
  ['an unknown prefix', '<d:multistatus><d:response/></d:multistatus>'],
  ['a response without a href', '<multistatus xmlns="DAV:"><response/></multistatus>'],
  ['deep nesting', wrapped('<a>'.repeat(40))],
  ['a response without end', `<multistatus xmlns="DAV:"><response><href>${'a'.repeat(2_000_000)}`],
])('%s is refused', (_, xml) => {
  expect(() => parseMultistatus(xml)).toThrow(XmlFault)
})

test('more responses than the limit are refused', () => {
  const xml = `<multistatus xmlns="DAV:">${'<response><href>/a</href></response>'.repeat(5)}</multistatus>`
  expect(() => parseMultistatus(xml, { responses: 4 })).toThrow(XmlFault)
  expect(parseMultistatus(xml, { responses: 5 })).toHaveLength(5)
})

test('nothing but a fault of its own comes out of the parser, whatever goes in', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '<',
      '>',
      '/',
      '&',
      ';',
      ']]>',
      '<![CDATA[',
      '<!--',
      '<?',
      '<d:response xmlns:d="DAV:">',
      '</',
      '"',
      '=',
      'xmlns:',
    ),
    fc.constantFrom(
      '<multistatus xmlns="DAV:">',
      '<response>',
      '<href>/a</href>',
      '</response>',
      '</multistatus>',
      '\0',
      '\uD800',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
      const parser = multistatusParser({ responses: 100 })
      try {
        for (const part of pieces) parser.feed(part)
        parser.end()
      } catch (error) {
        expect(error).toBeInstanceOf(XmlFault)
      }
    }),
    { numRuns: 2000 },
  )
})
