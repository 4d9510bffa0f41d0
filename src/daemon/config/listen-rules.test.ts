import { describe, expect, test } from 'vitest'
import { isLoopback, mayListen } from './listen-rules.ts'

describe('which addresses only this machine reaches', () => {
  test.each(['127.0.0.1', '127.9.9.9', '::1', '[::1]', '0:0:0:0:0:0:0:1', 'localhost', 'LOCALHOST'])('%s', host => {
    expect(isLoopback(host)).toBe(true)
  })
  test.each([
    ...['0.0.0.0', '::', '192.168.1.2', '10.0.0.1', 'nas.local', 'localhost.example.org', '', '127.0.0.1.example.org'],
    ...['::ffff:192.168.1.2', '127.1', '2130706433', '0x7f.0.0.1', 'fe80::1', '128.0.0.1'],
  ])('not %j', host => {
    expect(isLoopback(host)).toBe(false)
  })
})

describe('beyond this machine', () => {
  const at = (host: string, tls: 'off' | 'own', adminPassword: 'set' | 'none') =>
    mayListen({ listen: { host, port: 8440 }, tls: { kind: tls } }, { adminPassword })

  test('it takes a password and TLS, and what is missing is told', () => {
    expect(at('0.0.0.0', 'own', 'set')).toEqual({ as: 'allowed' })
    expect(at('0.0.0.0', 'off', 'set')).toMatchObject({ as: 'refused', reasons: [expect.stringMatching(/TLS is off/)] })
    expect(at('::', 'own', 'none')).toMatchObject({
      reasons: [expect.stringMatching(/^Others could reach \[::\]:8440.*user add/)],
    })
    expect(at('nas.local', 'off', 'none')).toMatchObject({ reasons: [expect.anything(), expect.anything()] })
  })

  test('on this machine alone it takes neither', () => {
    expect(at('127.0.0.1', 'off', 'none')).toEqual({ as: 'allowed' })
  })
})
