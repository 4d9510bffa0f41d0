// The address that attempts are counted under.
import { isIPv6 } from 'node:net'

/** Of IPv6 the /64, which is what one household or attacker has; IPv4 as it is, also when it comes as `::ffff:1.2.3.4`. */
export function networkOf(address: string): string {
  const plain = address.replace(/%.*$/s, '').toLowerCase()
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1]
  if (mapped !== undefined) return mapped
  if (!plain.includes(':') || !isIPv6(plain)) return plain
  return `${groupsOf(plain).slice(0, 4).join(':')}::/64`
}

function groupsOf(address: string): readonly string[] {
  const [before = '', after] = address.split('::')
  const head = before === '' ? [] : before.split(':')
  const tail = after === undefined || after === '' ? [] : after.split(':')
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length
  const all = [...head, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...tail]
  return all.map(group => group.replace(/^0+(?=.)/, ''))
}
