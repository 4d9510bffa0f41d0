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
  const statuses = changes.map(change => refusalOf(change, node, call))
  const isRefused = statuses.some(status => status !== undefined)
  if (!isRefused) await apply(changes, node, call)
  const final = statuses.map(status => status ?? (isRefused ? 424 : 200))
  sendXml(
    call,
    207,
    MULTISTATUS_START + writeOutcome(hrefOf(call.root, node.path, node.kind), changes, final) + MULTISTATUS_END,
  )
}

/** The status with which a change is refused. */
function refusalOf({ name, value }: PropertyChange, node: SpaceNode, call: DavCall): number | undefined {
  const live = livePropertiesOf(call.properties).get(name)
  if (live !== undefined) return live.write === undefined ? 403 : live.write.refuses(node, value, call)
  if (!mayDescribe(node)) return 403
  return name.length + (value?.length ?? 0) > call.limits.propertyLength ? 507 : undefined
}

/** Whoever may change a file, or what is in a directory, may also say something about it. */
function mayDescribe({ kind, rights }: SpaceNode): boolean {
  if (rights === undefined) return true
  return kind === 'file' ? rights.write : rights.addFiles || rights.addDirectories
}

async function apply(changes: readonly PropertyChange[], node: SpaceNode, call: DavCall): Promise<void> {
  const live = livePropertiesOf(call.properties)
  const stored = changes.filter(({ name }) => !live.has(name))
  if (stored.length > 0)
    await call.space.setProperties(
      node.id,
      new Map(
        stored.map(({ name, value, language }) => [
          name,
          value === undefined ? undefined : withLanguage(value, language),
        ]),
      ),
    )
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
