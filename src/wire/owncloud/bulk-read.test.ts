import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Checksum } from '../../model/content.ts'
import { parseParts, parseWanted, type ReadPart, writeEnd, writeParts, writeWanted } from './bulk-read.ts'

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 99 }),
  fc.constantFrom('--b\r\n', '\r\n\r\n', '\r\n--b--\r\n', '').map(text => new Uint8Array(Buffer.from(text))),
)
const part: fc.Arbitrary<ReadPart> = fc.record({
  path: fc.string({ unit: 'grapheme', maxLength: 20 }).map(name => `/${name}`),
  etag: fc.stringMatching(/^[a-z0-9]{1,9}$/),
  sum: fc.constantFrom(undefined, ...([`SHA1:${'0f'.repeat(20)}`, `MD5:${'1a'.repeat(16)}`] as Checksum[])),
  bytes,
})
const whole = (parts: readonly ReadPart[]): Buffer =>
  Buffer.concat([writeParts(parts, 'b'), Buffer.from(writeEnd('b'))])
const plain = (parts: Iterable<ReadPart>) => [...parts].map(read => ({ ...read, bytes: [...read.bytes] }))

test('files come out as they went in, whatever they are called and hold', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), parts => {
      expect(plain(parseParts(whole(parts), 'b'))).toEqual(plain(parts))
    }),
  )
})

test('of an answer that breaks off nothing but what came whole is taken', () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), fc.nat(), (parts, cut) => {
      const body = writeParts(parts, 'b')
      const read = plain(parseParts(body.subarray(0, cut % body.length), 'b'))
      expect(read).toEqual(plain(parts.slice(0, read.length)))
      expect(read.length).toBeLessThan(parts.length)
    }),
  )
})

test('what is no such answer has no files', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), body => [...parseParts(body, 'b')].length === 0))
  expect([
    ...parseParts(Buffer.from('--b\r\nContent-Length: -1\r\nOC-ETag: "e"\r\nX-File-Path: a\r\n\r\n'), 'b'),
  ]).toEqual([])
  expect([
    ...parseParts(Buffer.from('--b\r\nContent-Length: 0\r\nOC-ETag: "e"\r\nX-File-Path: %\r\n\r\n\r\n'), 'b'),
  ]).toEqual([])
})

test('what is wanted is a list of paths and states, and not too long', () => {
  const files = [
    { path: '/ü "x"', etag: 'e1' },
    { path: '/b', etag: 'e2' },
  ]
  expect(parseWanted(writeWanted(files))).toEqual(files)
  const many = Array.from({ length: 257 }, () => ({ path: '/a', etag: 'e' }))
  expect(['', '{}', '[1]', '[["a"]]', '[["a",1]]', writeWanted(many)].map(parseWanted)).toEqual(
    Array(6).fill(undefined),
  )
})
