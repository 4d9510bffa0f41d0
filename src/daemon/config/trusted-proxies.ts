// The proxies of `config.yaml`, single addresses and networks, as a set of addresses.
import { BlockList, isIP } from 'node:net'

/** `has` is true of every address in a network as well; IPv4 also when it comes as `::ffff:10.0.0.1`. */
export function proxySet(addresses: readonly string[]): ReadonlySet<string> {
  return new Networks(addresses)
}

/** So many addresses are remembered. */
const MOST_KNOWN = 1000

class Networks extends Set<string> {
  readonly #list = new BlockList()
  /** Every request asks, most of them from few places. */
  readonly #known = new Map<string, boolean>()

  constructor(addresses: readonly string[]) {
    super(addresses)
    for (const each of addresses) this.#add(each)
  }

  override has(address: string): boolean {
    if (this.size === 0) return false
    const known = this.#known.get(address)
    if (known !== undefined) return known
    const family = familyOf(address)
    const found = family !== undefined && this.#list.check(address, family)
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    this.#known.set(address, found)
    return found
  }

  /** What is no address and no network lets nobody in. */
  #add(text: string): void {
    const [address = '', bits] = text.split('/')
    const family = familyOf(address)
    if (family === undefined) return
    const most = family === 'ipv4' ? 32 : 128
    const prefix = bits === undefined ? most : Number(bits)
    if (prefix >= 0 && prefix <= most) this.#list.addSubnet(address, prefix, family)
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  switch (isIP(address)) {
    case 4:
      return 'ipv4'
    case 6:
      return 'ipv6'
    default:
      return undefined
  }
}
