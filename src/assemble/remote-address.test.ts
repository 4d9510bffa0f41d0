import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SyncError } from '../model/errors.ts'
import { loginFor } from './login.ts'
import { parseRemote } from './remote-address.ts'

const urlOf = (text: string) => {
  const address = parseRemote(text)
  return address.kind === 'server' ? address.url.href : address.path
}

test.each([
  ['/media/backup', '/media/backup'],
  ['/media//backup/../b/', '/media/b'],
  ['file:///media/my%20disk', '/media/my disk'],
  ['https://cloud.example.org', 'https://cloud.example.org/'],
  ['http://localhost:8080/dav/', 'http://localhost:8080/dav/'],
  ['dav://example.org/a b', 'http://example.org/a%20b'],
  ['https://example.org//elsewhere.org/x', 'https://example.org/elsewhere.org/x'],
  ['DAVS://Example.ORG/x?token=1#y', 'https://example.org/x'],
])('%s is %s', (text, meaning) => {
  expect(urlOf(text)).toBe(meaning)
})

test.each(['', 'ftp://example.org/', 'https://', 'http://[nonsense', 'file://host/path', 'https://a:%ff@example.org/'])(
  '%j is refused in words',
  text => {
    expect(() => parseRemote(text)).toThrow(expect.objectContaining({ code: 'usage' }))
  },
)

test('user and password are taken out of the address', () => {
  const address = parseRemote('https://al%40ice:s%3Acret@example.org/x')
  expect(address).toMatchObject({ kind: 'server', user: 'al@ice', password: 's:cret' })
  expect(urlOf('https://al%40ice:s%3Acret@example.org/x')).toBe('https://example.org/x')
  expect(loginFor(address, {}, undefined)).toEqual({ user: 'al@ice', password: 's:cret' })
  expect(loginFor(address, { user: 'bob' }, undefined)).toEqual({ user: 'bob', password: 's:cret' })
})

test('any text is an address or a sentence', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map(text => `dav://${text}`),
      ),
      text => {
        try {
          parseRemote(text)
        } catch (error) {
          expect(error).toBeInstanceOf(SyncError)
        }
      },
    ),
  )
})
