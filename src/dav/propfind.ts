// PROPFIND (RFC 4918, 9.1) of a node, or of a directory with what is directly in it.
import type { Place } from '../model/path.ts'
import type { Space, SpaceNode } from '../store/space.ts'
import { type PropfindAsked, parsePropfind } from '../wire/dav/propfind.ts'
import { writeResourceName } from '../wire/dav/resource-path.ts'
import { XmlFault } from '../wire/dav/xml.ts'
import { textOf } from './body.ts'
import type { DavCall } from './call.ts'
import { DavFault } from './fault.ts'
import { sendListing } from './listing.ts'
import { livePropertiesOf } from './live-properties.ts'
import { requireReadConditions } from './preconditions.ts'
import { hrefOf } from './resolve.ts'

export async function propfind(call: DavCall): Promise<void> {
  const depth = depthOf(call)
  const asked = await propfindAsked(call)
  const node = await nodeAt(call)
  await requireReadConditions(call, node)
  const pages = depth === 0 || node.kind === 'file' ? only(node) : withChildren(node, call.space)
  await sendNodes(call, asked, pages)
}

/** Answers with properties of nodes of the call's space. */
export async function sendNodes(
  call: DavCall,
  asked: PropfindAsked,
  pages: AsyncIterable<readonly SpaceNode[]>,
): Promise<void> {
  const { root, space, properties } = call
  await sendListing(call, asked, {
    pages,
    live: livePropertiesOf(properties),
    href: hrefs(root),
    base: root,
    async stored(nodes) {
      const found = await space.propertiesOf(nodes.map(({ id }) => id))
      return ({ id }) => found.get(id)
    },
  })
}

/** What the body asks for. Throws 400 for what is no PROPFIND, 413 for one that asks for too much. */
export async function propfindAsked(call: Pick<DavCall, 'request' | 'response' | 'limits'>): Promise<PropfindAsked> {
  const asked = parsed(await textOf(call), parsePropfind)
  if (asked.kind !== 'propname' && asked.names.length > call.limits.properties)
    throw new DavFault(413, 'The request asks for too many properties.')
  return asked
}

/** What `parse` makes of a body. Throws 400 where it is not what it should be. */
export function parsed<T>(text: string, parse: (text: string) => T): T {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof XmlFault)) throw error
    throw new DavFault(400, `The body of the request cannot be read: ${error.message}.`, { cause: error })
  }
}

/** 0 or 1. Throws 403 for all that is below, as no listing here is ever the whole tree, and 400 for nonsense. */
export function depthOf({ request }: Pick<DavCall, 'request'>): 0 | 1 {
  const depth = request.headers['depth']
  if (depth === '1') return 1
  if (depth === '0') return 0
  if (depth !== undefined && (typeof depth !== 'string' || depth.toLowerCase() !== 'infinity'))
    throw new DavFault(400, 'The Depth is neither 0 nor 1 nor infinity.')
  throw new DavFault(403, 'Only a Depth of 0 or 1 is answered.', { condition: '<d:propfind-finite-depth/>' })
}

/** Throws 404 when nothing is there. */
export async function nodeAt({ space, place }: Pick<DavCall, 'space' | 'place'>): Promise<SpaceNode> {
  const node = await space.find(place)
  if (node === undefined) throw new DavFault(404, 'There is nothing of this name.')
  return node
}

async function* only(node: SpaceNode): AsyncGenerator<readonly SpaceNode[]> {
  yield [node]
}

// The directory comes first: clients take the first response for it.
async function* withChildren(node: SpaceNode, space: Space): AsyncGenerator<readonly SpaceNode[]> {
  yield [node]
  yield* space.list(node.path)
}

/** Children of one directory share the way to it. */
function hrefs(root: string): (node: SpaceNode) => string {
  let directory: Place | undefined
  let base = ''
  return ({ path, kind }) => {
    const at = path.lastIndexOf('/')
    const parent = at < 0 ? '' : path.slice(0, at)
    if (parent !== directory) {
      directory = parent as Place
      base = hrefOf(root, directory, 'directory')
    }
    if (path === '') return `${root}/`
    const href = base + writeResourceName(path.slice(at + 1))
    return kind === 'directory' ? `${href}/` : href
  }
}
