// PROPPATCH (RFC 4918, 9.2): all of its changes are made, or none.
import type { SpaceNode } from '../store/space.ts'
import { type PropertyChange, parseProppatch } from '../wire/dav/proppatch.ts'
import {
  MULTISTATUS_END,
  MULTISTATUS_START,
  propertyTag,
  withLanguage,
  writeGroups,
} from '../wire/dav/write-multistatus.ts'
import { sendXml } from './answer.ts'
import { textOf } from './body.ts'
import type { DavCall } from './call.ts'
import { DavFault } from './fault.ts'
import { livePropertiesOf } from './live-properties.ts'
import { requireTokens } from './lock-checks.ts'
import { requireConditions } from './preconditions.ts'
import { nodeAt, parsed } from './propfind.ts'
import { hrefOf } from './resolve.ts'

export async function proppatch(call: DavCall): Promise<void> {
  const changes = parsed(await textOf(call), parseProppatch)
  if (changes.length > call.limits.properties) throw new DavFault(413, 'The request changes too many properties.')
  const node = await nodeAt(call)
  await requireConditions(call, node)
  await requireTokens(call, call.place, 'content')
  const stored = storedOf(changes, call)
  const hasRoom = await fits(stored, node, call)
  const statuses = changes.map(
    change => refusalOf(change, node, call) ?? (hasRoom ? undefined : fullFor(change, stored)),
  )
  const isRefused = statuses.some(status => status !== undefined)
  if (!isRefused) await apply(changes, stored, node, call)
  const final = statuses.map(status => status ?? (isRefused ? 424 : 200))
  sendXml(
    call,
    207,
    MULTISTATUS_START + writeOutcome(hrefOf(call.root, node.path, node.kind), changes, final) + MULTISTATUS_END,
  )
}

type Stored = ReadonlyMap<string, string | undefined>

/** The changes of properties that are the clients' own. */
function storedOf(changes: readonly PropertyChange[], { properties }: DavCall): Stored {
  const live = livePropertiesOf(properties)
  const own = changes.filter(({ name }) => !live.has(name))
  return new Map(own.map(({ name, value, language }) => [name, value && withLanguage(value, language)]))
}

/** Whether the node has room for them: a listing shows those of many nodes at once. */
async function fits(stored: Stored, { id }: SpaceNode, { space, limits }: DavCall): Promise<boolean> {
  if (stored.size === 0) return true
  const after = new Map<string, string | undefined>([...(await space.properties(id)), ...stored])
  let length = 0
  for (const [name, value] of after) if (value !== undefined) length += name.length + value.length
  return length <= limits.propertiesLength
}

const fullFor = ({ name, value }: PropertyChange, stored: Stored): number | undefined =>
  value !== undefined && stored.has(name) ? 507 : undefined

/** The status with which a change is refused. */
function refusalOf({ name, value }: PropertyChange, node: SpaceNode, call: DavCall): number | undefined {
  const live = livePropertiesOf(call.properties).get(name)
  if (live !== undefined) return live.write === undefined ? 403 : live.write.refuses(node, value, call)
  return mayDescribe(node) ? undefined : 403
}

/** Whoever may change a file, or what is in a directory, may also say something about it. */
function mayDescribe({ kind, rights }: SpaceNode): boolean {
  if (rights === undefined) return true
  return kind === 'file' ? rights.write : rights.addFiles || rights.addDirectories
}

async function apply(
  changes: readonly PropertyChange[],
  stored: Stored,
  node: SpaceNode,
  call: DavCall,
): Promise<void> {
  if (stored.size > 0) await call.space.setProperties(node.id, stored)
  const live = livePropertiesOf(call.properties)
  for (const { name, value } of changes) await live.get(name)?.write?.write(node, value, call)
}

function writeOutcome(href: string, changes: readonly PropertyChange[], statuses: readonly number[]): string {
  const groups = [...new Set(statuses)].map(status => {
    const names = changes.filter((_, at) => statuses[at] === status).map(({ name }) => name)
    const properties = [...new Set(names)].map(name => propertyTag(name).empty).join('')
    return { status, properties, ...(status === 403 ? { condition: '<d:cannot-modify-protected-property/>' } : {}) }
  })
  return writeGroups(href, groups)
}
