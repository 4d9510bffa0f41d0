// Where a device can be reached: `tcp://host:port`, `relay://host:port/?id=…`, or `dynamic`: wherever discovery finds it.
import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { type DeviceKey, parseDeviceKey } from '../wire/bep/device-key.ts'

export const DEFAULT_PORT = 22_000
const RELAY_PORT = 22_067

export type Address =
  | { readonly kind: 'tcp'; readonly family: 0 | 4 | 6; readonly host: string; readonly port: number }
  | {
      readonly kind: 'relay'
      readonly host: string
      readonly port: number
      /** The relay that must be there; without it any may be. */
      readonly relay: DeviceKey | undefined
      readonly token: string
    }

const FAMILIES: Readonly<Record<string, 0 | 4 | 6>> = { 'tcp:': 0, 'tcp4:': 4, 'tcp6:': 6 }

/**
 * The address that `text` spells; undefined for what is none and for kinds that this program does not speak (`quic://`). An empty or
 * unspecified host stays as it is: `withHost` says what it means.
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > 2048) return undefined
  const match = /^([a-z0-9]+:)\/\/(\[[^\]]*\]|[^:/?#@]*)(?::(\d{1,5}))?(?:\/?(?:\?([^#]*))?)$/i.exec(text.trim())
  if (match === null) return undefined
  const [, scheme = '', rawHost = '', rawPort, query = ''] = match
  const host = rawHost.replace(/^\[|\]$/g, '')
  const port = rawPort === undefined ? undefined : Number(rawPort)
  if (port !== undefined && port > 65_535) return undefined
  const family = FAMILIES[scheme.toLowerCase()]
  if (family !== undefined) return { kind: 'tcp', family, host, port: port ?? DEFAULT_PORT }
  return scheme.toLowerCase() === 'relay:' ? relayAt(host, port, new URLSearchParams(query)) : undefined
}

export function writeAddress(address: Address): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  if (address.kind === 'tcp') return `tcp${address.family === 0 ? '' : address.family}://${host}:${address.port}`
  const query = new URLSearchParams()
  if (address.relay !== undefined) query.set('id', address.relay)
  if (address.token !== '') query.set('token', address.token)
  return `relay://${host}:${address.port}/${query.size === 0 ? '' : `?${query}`}`
}

/** What an announced address means to one who heard it from `sender`; undefined where nobody can be called at it. */
export function withHost(address: Address, sender: string): Address | undefined {
  if (address.port === 0) return undefined
  if (!isUnspecified(address.host)) return address
  if (address.kind === 'relay') return undefined
  const family = isIP(sender) === 6 ? 6 : 4
  if (address.family !== 0 && address.family !== family) return undefined
  return { ...address, host: sender }
}

export function isUnspecified(host: string): boolean {
  return host === '' || host === '0.0.0.0' || host === '::'
}

export function isLoopback(host: string): boolean {
  const plain = host.replace(/^::ffff:/i, '')
  return plain === 'localhost' || plain === '::1' || plain.startsWith('127.')
}

/** Whether `host` is an IPv4 address that can be called from anywhere. */
export function isPublic(host: string): boolean {
  return isIP(host) === 4 && !isUnspecified(host) && !PRIVATE.check(host)
}

/** Of this machine, of private networks, between a provider and its customers, of a link, and beyond all that are given out. */
const PRIVATE = new BlockList()
const PRIVATE_NETWORKS = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/3'],
]
for (const network of PRIVATE_NETWORKS) {
  const [base = '', bits] = network.split('/')
  PRIVATE.addSubnet(base, Number(bits), 'ipv4')
}

/** Whether `host`, an IP address, is on this machine or on a network that it is directly attached to. */
export function isLocal(host: string): boolean {
  const plain = host.replace(/^::ffff:/i, '').replace(/%.*$/, '')
  if (isLoopback(plain) || /^fe80:/i.test(plain)) return true
  const version = isIP(plain)
  if (version === 0) return false
  return Object.values(networkInterfaces())
    .flatMap(all => all ?? [])
    .some(({ address, netmask }) => isIP(address) === version && isSameNetwork(address, plain, netmask))
}

function isSameNetwork(a: string, b: string, netmask: string): boolean {
  const [x, y, mask] = [bitsOf(a), bitsOf(b), bitsOf(netmask)]
  return (x & mask) === (y & mask)
}

function bitsOf(address: string): bigint {
  if (isIP(address) === 4) return address.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [front, back] = [groups(head), tail === undefined ? [] : groups(tail)]
  const zeros = Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0')
  return [...front, ...zeros, ...back].reduce((bits, part) => (bits << 16n) | BigInt(`0x${part}`), 0n)
}

function relayAt(host: string, port: number | undefined, query: URLSearchParams): Address | undefined {
  if (host === '') return undefined
  const id = query.get('id')
  const relay = id === null ? undefined : parseDeviceKey(id)
  // A relay that cannot be checked as it was asked for is not used.
  if (id !== null && relay === undefined) return undefined
  return { kind: 'relay', host, port: port ?? RELAY_PORT, relay, token: query.get('token') ?? '' }
}
