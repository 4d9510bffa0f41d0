// The properties that RFC 4918 (15) and RFC 4331 define, as far as a Space knows them.
import { type Place, parentOf } from '../model/path.ts'
import type { SpaceNode, Usage } from '../store/space.ts'
import { writeHttpDate } from '../wire/dav/dates.ts'
import { SUPPORTED_LOCKS, writeActiveLocks } from '../wire/dav/locks.ts'
import { dav } from '../wire/dav/names.ts'
import { activeLock } from './active-lock.ts'
import type { DavCall, LiveProperty, PropertySource, ValueOf } from './call.ts'
import { locksOver } from './lock-checks.ts'
import type { Lock } from './locks.ts'
import { mediaTypeOf } from './media-type.ts'

/** All live properties of a mount: those of WebDAV, and those that were put on top. */
export function livePropertiesOf(source: PropertySource): PropertySource {
  const known = merged.get(source)
  if (known !== undefined) return known
  const all = new Map([...OWN, ...source])
  merged.set(source, all)
  return all
}

const merged = new WeakMap<PropertySource, PropertySource>()

const usual = (value: ValueOf): LiveProperty => ({ read: () => value, inAllprop: true, isOfNode: true })

const OWN: PropertySource = new Map<string, LiveProperty>([
  [dav('resourcetype'), usual(node => (node.kind === 'directory' ? '<d:collection/>' : ''))],
  [dav('getlastmodified'), usual(node => writeHttpDate(node.mtimeMs))],
  [dav('getcontentlength'), usual(node => (node.kind === 'file' ? String(node.size) : undefined))],
  [dav('getetag'), usual(node => `&quot;${node.etag}&quot;`)],
  [dav('getcontenttype'), usual(node => (node.kind === 'file' ? mediaTypeOf(node.path) : undefined))],
  [dav('supportedlock'), usual(() => SUPPORTED_LOCKS)],
  [dav('lockdiscovery'), { read: readLocks, inAllprop: true }],
  // RFC 4331: not among the usual ones.
  [dav('quota-used-bytes'), { read: (nodes, call) => readUsage(nodes, call, ({ usedBytes }) => String(usedBytes)) }],
  [
    dav('quota-available-bytes'),
    {
      read: (nodes, call) =>
        readUsage(nodes, call, ({ freeBytes }) => (freeBytes === 'unlimited' ? undefined : String(freeBytes))),
    },
  ],
])

async function readLocks(nodes: readonly SpaceNode[], call: DavCall): Promise<ValueOf> {
  if (call.locks.isEmpty) return () => ''
  const inherited = new Map<Place, readonly Lock[]>()
  const values = new Map<SpaceNode, string>()
  for (const node of nodes) {
    const own = call.locks.on(node.id)
    const above = node.path === '' ? [] : await locksFromAbove(parentOf(node.path), call, inherited)
    const active = []
    for (const lock of [...own, ...above]) active.push(await activeLock(lock, call))
    values.set(node, writeActiveLocks(active))
  }
  return node => values.get(node)
}

async function locksFromAbove(
  directory: Place,
  call: DavCall,
  known: Map<Place, readonly Lock[]>,
): Promise<readonly Lock[]> {
  const found = known.get(directory) ?? (await locksOver(call, directory)).filter(({ depth }) => depth === 'tree')
  known.set(directory, found)
  return found
}

async function readUsage(
  nodes: readonly SpaceNode[],
  { space }: DavCall,
  told: (usage: Usage) => string | undefined,
): Promise<ValueOf> {
  const values = new Map<SpaceNode, string | undefined>()
  for (const node of nodes) if (node.kind === 'directory') values.set(node, told(await space.usage(node.path)))
  return node => values.get(node)
}
