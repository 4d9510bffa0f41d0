// Answers with the properties of many nodes, page by page: what is written is forgotten before the next page is asked for.
import { once } from 'node:events'
import type { PropfindAsked } from '../wire/dav/propfind.ts'
import {
  MULTISTATUS_END,
  MULTISTATUS_START,
  type PropertyTag,
  propertyTag,
  writeFound,
  writeProperty,
} from '../wire/dav/write-multistatus.ts'
import { PRIVATE, sendXml, XML_TYPE } from './answer.ts'
import type { DavCall, LiveProperty, ValueOf } from './call.ts'

/** What is listed: nodes of a space, or whatever else a collection holds. */
export interface Listing<N> {
  readonly pages: AsyncIterable<readonly N[]>
  readonly live: ReadonlyMap<string, LiveProperty<N>>
  href(node: N): string
  /** What `href` depends on besides the node; absent: on more than can be said. */
  readonly base?: string
  /** The properties that clients stored, for a page at once. */
  stored?(nodes: readonly N[]): Promise<(node: N) => ReadonlyMap<string, string> | undefined>
}

/** Sends a 207. What fails after the first page ends the connection: a listing that is cut off must not look complete. */
export async function sendListing<N>(call: DavCall, asked: PropfindAsked, listing: Listing<N>): Promise<void> {
  const { response } = call
  let text = MULTISTATUS_START
  for await (const page of listing.pages) {
    if (isWorthKeeping(asked, listing, page)) {
      const bytes = await bytesOf(call, asked, listing, page)
      await writePiece(call, text, bytes)
      text = ''
      continue
    }
    const write = await writerOf(call, asked, listing, page)
    for (const node of page) {
      text += write(node)
      if (text.length < PIECE) continue
      await writePiece(call, text)
      text = ''
    }
  }
  if (response.headersSent) response.end(text + MULTISTATUS_END)
  else sendXml(call, 207, text + MULTISTATUS_END)
}

/** Characters: a hundred clients that read slowly hold so much each. */
const PIECE = 128 * 1024

async function writePiece({ response, signal }: DavCall, ...pieces: readonly (string | Uint8Array)[]): Promise<void> {
  if (!response.headersSent)
    response.writeHead(207, {
      'Content-Type': XML_TYPE,
      'Cache-Control': PRIVATE,
      'X-Content-Type-Options': 'nosniff',
    })
  let isRoom = true
  for (const piece of pieces) if (piece.length > 0) isRoom = response.write(piece)
  if (!isRoom) await once(response, 'drain', { signal })
  // A socket that takes all at once would let one listing run to its end before anybody else is heard.
  await new Promise(resolve => setImmediate(resolve))
}

/** What was written of a page: spaces give the same array again as long as nothing has happened in the directory. */
interface Written {
  readonly live: ReadonlyMap<string, unknown>
  readonly base: string
  readonly names: string
  readonly bytes: Buffer
}

const written = new WeakMap<readonly unknown[], readonly Written[]>()
const WORTH = 20
/** Of one page: as different users and programs ask. */
const MOST_WRITTEN = 2

/** Whether what is written of this page depends on its nodes alone. */
function isWorthKeeping<N>(asked: PropfindAsked, { live, base }: Listing<N>, page: readonly N[]): boolean {
  if (base === undefined || asked.kind !== 'prop' || page.length < WORTH) return false
  return asked.names.every(name => live.get(name)?.isOfNode)
}

async function bytesOf<N>(
  call: DavCall,
  asked: PropfindAsked,
  listing: Listing<N>,
  page: readonly N[],
): Promise<Buffer> {
  const { live, base = '' } = listing
  const names = asked.kind === 'prop' ? asked.names.join() : ''
  const known = written.get(page) ?? []
  const same = known.find(each => each.live === live && each.base === base && each.names === names)
  if (same !== undefined) return same.bytes
  const write = await writerOf(call, asked, listing, page)
  let text = ''
  for (const node of page) text += write(node)
  const bytes = Buffer.from(text)
  written.set(page, [{ live, base, names, bytes }, ...known.slice(0, MOST_WRITTEN - 1)])
  return bytes
}

interface Column<N> {
  readonly tag: PropertyTag
  readonly tell: ValueOf<N>
}

/** How nodes of this page are written: what has to be loaded for that is. */
async function writerOf<N>(
  call: DavCall,
  asked: PropfindAsked,
  listing: Listing<N>,
  nodes: readonly N[],
): Promise<(node: N) => string> {
  const stored = await storedOf(asked, listing, nodes)
  const columns: Column<N>[] = []
  for (const name of namesOf(asked, listing.live)) columns.push(await columnOf(name, call, listing, nodes, stored))
  const writeNode = asked.kind === 'prop' ? writeAsked : asked.kind === 'allprop' ? writeAll : writeNames
  return node => writeNode(listing.href(node), node, columns, listing.live, stored(node))
}

type Stored<N> = (node: N) => ReadonlyMap<string, string> | undefined

/** Clients' properties are only fetched for those who ask for more than live ones. */
async function storedOf<N>(asked: PropfindAsked, listing: Listing<N>, nodes: readonly N[]): Promise<Stored<N>> {
  const isLive = asked.kind === 'prop' && asked.names.every(name => listing.live.has(name))
  return isLive || listing.stored === undefined ? () => undefined : await listing.stored(nodes)
}

function namesOf(asked: PropfindAsked, live: ReadonlyMap<string, LiveProperty<never>>): readonly string[] {
  if (asked.kind === 'prop') return asked.names
  if (asked.kind === 'propname') return [...live.keys()]
  const usual = [...live].filter(([, { inAllprop }]) => inAllprop).map(([name]) => name)
  return [...new Set([...usual, ...asked.names])]
}

async function columnOf<N>(
  name: string,
  call: DavCall,
  { live }: Listing<N>,
  nodes: readonly N[],
  stored: Stored<N>,
): Promise<Column<N>> {
  const property = live.get(name)
  const tell = property === undefined ? (node: N) => stored(node)?.get(name) : await property.read(nodes, call)
  return { tag: tagOf(name), tell }
}

function writeAsked<N>(href: string, node: N, columns: readonly Column<N>[]): string {
  let found = ''
  let missing = ''
  for (const { tag, tell } of columns) {
    const value = tell(node)
    if (value === undefined) missing += tag.empty
    else found += writeProperty(tag, value)
  }
  return writeFound(href, found, missing)
}

function writeAll<N>(
  href: string,
  node: N,
  columns: readonly Column<N>[],
  live: ReadonlyMap<string, LiveProperty<N>>,
  stored: ReadonlyMap<string, string> | undefined,
): string {
  let found = ''
  for (const { tag, tell } of columns) {
    const value = tell(node)
    if (value !== undefined) found += writeProperty(tag, value)
  }
  if (stored !== undefined)
    for (const [name, value] of stored) if (!live.has(name)) found += writeProperty(tagOf(name), value)
  return writeFound(href, found, '')
}

function writeNames<N>(
  href: string,
  node: N,
  columns: readonly Column<N>[],
  live: ReadonlyMap<string, LiveProperty<N>>,
  stored: ReadonlyMap<string, string> | undefined,
): string {
  let found = ''
  for (const { tag, tell } of columns) if (tell(node) !== undefined) found += tag.empty
  if (stored !== undefined) for (const name of stored.keys()) if (!live.has(name)) found += tagOf(name).empty
  return writeFound(href, found, '')
}

// Clients ask for the same few names again and again.
const MAX_TAGS = 500
const tags = new Map<string, PropertyTag>()

function tagOf(name: string): PropertyTag {
  const known = tags.get(name)
  if (known !== undefined) return known
  const tag = propertyTag(name)
  if (tags.size >= MAX_TAGS) tags.clear()
  tags.set(name, tag)
  return tag
}
