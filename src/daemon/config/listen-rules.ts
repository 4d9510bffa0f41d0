// Whether the daemon may listen where the settings say: beyond this machine only with a password and TLS.
import { BlockList, isIP } from 'node:net'
import type { Config } from './config.ts'

export interface ListenFacts {
  /** Whether some admin, who is not disabled, has a password. */
  readonly adminPassword: 'set' | 'none'
}

export type ListenDecision =
  | { readonly as: 'allowed' }
  /** One sentence for each thing that is missing, and what to do. */
  | { readonly as: 'refused'; readonly reasons: readonly string[] }

/** A proxy on this machine that does TLS needs only a listener on this machine, so nothing more is ever let through. */
export function mayListen({ listen, tls }: Pick<Config, 'listen' | 'tls'>, facts: ListenFacts): ListenDecision {
  if (isLoopback(listen.host)) return { as: 'allowed' }
  const where = `${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}`
  const reasons = [
    ...(facts.adminPassword === 'set'
      ? []
      : [
          `Others could reach ${where}, and there is no admin with a password: add one by \`syncline user add NAME --admin\`, or listen on 127.0.0.1.`,
        ]),
    ...(tls.kind === 'off'
      ? [
          `Others could read what goes to ${where}, since TLS is off: set \`tls: own\` in config.yaml, or name a certificate there, or listen on 127.0.0.1.`,
        ]
      : []),
  ]
  return reasons.length === 0 ? { as: 'allowed' } : { as: 'refused', reasons }
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Fails closed: what is neither a loopback address nor exactly `localhost` may be reached by others. */
export function isLoopback(host: string): boolean {
  const plain = host.toLowerCase().replace(/^\[|\]$/g, '')
  if (plain === 'localhost') return true
  const version = isIP(plain)
  if (version === 0) return false
  return LOOPBACK.check(plain, version === 4 ? 'ipv4' : 'ipv6')
}
