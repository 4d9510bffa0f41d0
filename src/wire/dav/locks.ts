// The bodies and headers of LOCK and UNLOCK (RFC 4918, 9.10, 10.5, 10.7, 14).
import { dav } from './names.ts'
import { childOf, contentOf, parseRequestXml } from './request-xml.ts'
import { escapeXml, XmlFault } from './xml.ts'

export interface LockInfo {
  readonly scope: 'exclusive' | 'shared'
  /** XML, '' for nothing. */
  readonly owner: string
}

/** What kind of lock a body asks for. Throws `XmlFault`, also for locks that are not for writing. */
export function parseLockInfo(text: string): LockInfo {
  const root = parseRequestXml(text)
  if (root.name !== dav('lockinfo')) throw new XmlFault('it is not a lockinfo')
  const has = (outer: string, inner: string): boolean => {
    const element = childOf(root, dav(outer))
    return element !== undefined && childOf(element, dav(inner)) !== undefined
  }
  if (!has('locktype', 'write')) throw new XmlFault('it asks for no lock for writing')
  if (!has('lockscope', 'exclusive') && !has('lockscope', 'shared'))
    throw new XmlFault('it asks neither for an exclusive nor for a shared lock')
  const owner = childOf(root, dav('owner'))
  return {
    scope: has('lockscope', 'exclusive') ? 'exclusive' : 'shared',
    owner: owner === undefined ? '' : contentOf(owner),
  }
}

export interface ActiveLock extends LockInfo {
  readonly depth: 'itself' | 'tree'
  readonly timeoutSeconds: number
  /** Undefined: not told to the one who asks. */
  readonly token: string | undefined
  /** Where it was taken, as written in an href. */
  readonly root: string
}

/** The value of `lockdiscovery`. */
export function writeActiveLocks(locks: readonly ActiveLock[]): string {
  return locks.map(writeActiveLock).join('')
}

function writeActiveLock({ scope, owner, depth, timeoutSeconds, token, root }: ActiveLock): string {
  return (
    `<d:activelock><d:locktype><d:write/></d:locktype><d:lockscope><d:${scope}/></d:lockscope>` +
    `<d:depth>${depth === 'tree' ? 'infinity' : '0'}</d:depth>` +
    (owner === '' ? '' : `<d:owner>${owner}</d:owner>`) +
    `<d:timeout>Second-${timeoutSeconds}</d:timeout>` +
    (token === undefined ? '' : `<d:locktoken><d:href>${escapeXml(token)}</d:href></d:locktoken>`) +
    `<d:lockroot><d:href>${root}</d:href></d:lockroot></d:activelock>`
  )
}

/** The value of `supportedlock`: exclusive and shared locks for writing. */
export const SUPPORTED_LOCKS = (['exclusive', 'shared'] as const)
  .map(
    scope => `<d:lockentry><d:lockscope><d:${scope}/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockentry>`,
  )
  .join('')

/** The first wish of a `Timeout` header, in milliseconds; undefined for infinity, nothing or nonsense. */
export function parseTimeout(text: string): number | undefined {
  const found = /^\s*Second-(\d{1,10})\s*(?:,|$)/i.exec(text)
  return found === null ? undefined : Number(found[1]) * 1000
}

/** The token in `<token>`; undefined when it is not written so. */
export function parseLockToken(text: string): string | undefined {
  return /^\s*<([^<>\s]+)>\s*$/.exec(text)?.[1]
}
