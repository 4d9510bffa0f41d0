import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { addressOf, originOf, targetOf } from './visit.ts'

function from(peer: string, headers: Record<string, string>, encrypted = false): IncomingMessage {
  return {
    headers: { host: 'home.example:8440', ...headers },
    socket: { remoteAddress: peer, encrypted },
  } as unknown as IncomingMessage
}

const trustedProxies = new Set(['10.0.0.1', '10.0.0.2'])

test('what a stranger says of where it comes from is not believed', () => {
  const request = from('192.0.2.9', {
    'x-forwarded-for': '1.2.3.4',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
  })
  expect(addressOf(request, { trustedProxies })).toBe('192.0.2.9')
  expect(originOf(request, { trustedProxies })).toBe('http://home.example:8440')
})

test('of a trusted proxy the last client that it did not make up itself counts', () => {
  const said = {
    'x-forwarded-for': '6.6.6.6, 192.0.2.9, 10.0.0.2',
    'x-forwarded-host': 'files.example',
    'x-forwarded-proto': 'https',
  }
  const request = from('::ffff:10.0.0.1', said)
  expect(addressOf(request, { trustedProxies })).toBe('192.0.2.9')
  expect(originOf(request, { trustedProxies })).toBe('https://files.example')
  expect(addressOf(from('10.0.0.1', { 'x-forwarded-for': '' }), { trustedProxies })).toBe('10.0.0.1')
})

test('the address is the one the client used, unless another was given', () => {
  expect(originOf(from('192.0.2.9', {}, true), {})).toBe('https://home.example:8440')
  expect(originOf(from('192.0.2.9', { host: '[::1]:8440' }), {})).toBe('http://[::1]:8440')
  expect(originOf(from('192.0.2.9', {}), { publicUrl: new URL('https://files.example/') })).toBe(
    'https://files.example',
  )
  for (const host of ['', 'a b', 'a/b', 'a"b', 'a@b', 'x:99999999', '[::1'])
    expect(originOf(from('192.0.2.9', { host }), {})).toBeUndefined()
})

test('a target is a path and a query, also where a proxy writes a whole URL', () => {
  expect(targetOf('/a%2fb?x=1&y=%20')).toMatchObject({ path: '/a%2fb' })
  expect(targetOf('http://other.example/a?x=1')?.path).toBe('/a')
  expect([targetOf('*'), targetOf(''), targetOf('a'), targetOf(`/${'x'.repeat(20_000)}`)]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})
