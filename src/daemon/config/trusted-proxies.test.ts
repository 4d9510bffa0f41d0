import { expect, test } from 'vitest'
import { proxySet } from './trusted-proxies.ts'

const SET = proxySet(['10.0.0.0/8', '192.168.1.7', 'fd00::/8', '::1', 'nonsense', '1.2.3.4/99', '5.6.7.8/x'])

test.each(['10.0.0.1', '10.255.255.255', '192.168.1.7', 'fd12::1', '::1', '::ffff:10.1.2.3'])('%s is one', address => {
  expect(SET.has(address)).toBe(true)
})

test.each(['11.0.0.1', '192.168.1.70', 'fe80::1', '1.2.3.4', '5.6.7.8', 'nonsense', '', '10.0.0.0/8'])(
  '%j is none',
  address => {
    expect(SET.has(address)).toBe(false)
  },
)

test('of no proxies, nobody is one', () => {
  expect(proxySet([]).has('127.0.0.1')).toBe(false)
})
