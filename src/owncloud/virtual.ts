// Collections that are no tree of files: transfers, trash, versions, principals. Listed and answered in one way.
import { once } from 'node:events'
import { PRIVATE, sendEmpty } from '../dav/answer.ts'
import type { DavCall, LiveProperty } from '../dav/call.ts'
import { DavFault } from '../dav/fault.ts'
import { sendListing } from '../dav/listing.ts'
import { depthOf, propfindAsked } from '../dav/propfind.ts'
import { writeHttpDate } from '../wire/dav/dates.ts'
import { dav } from '../wire/dav/names.ts'
import { writeResourcePath } from '../wire/dav/resource-path.ts'
import { escapeXml, fitsXml } from '../wire/dav/xml.ts'

export interface Resource {
  /** Decoded, from the root of the server. */
  readonly names: readonly string[]
  readonly kind: 'file' | 'directory'
  /** By `{namespace}local`: XML that goes inside. */
  readonly properties: ReadonlyMap<string, string>
}

export type Pages = AsyncIterable<readonly Resource[]>

/** Answers a PROPFIND with the resource itself and, for a depth of 1, those in it. Throws a `DavFault`. */
export async function answerPropfind(call: DavCall, self: Resource, children?: () => Pages): Promise<void> {
  const depth = depthOf(call)
  const asked = await propfindAsked(call)
  await sendListing(call, asked, {
    pages: depth === 0 || children === undefined ? only(self) : withChildren(self, children()),
    live: NONE,
    href: hrefOf,
    stored: async () => node => node.properties,
  })
}

const NONE: ReadonlyMap<string, LiveProperty<Resource>> = new Map()

async function* only(self: Resource): AsyncGenerator<readonly Resource[]> {
  yield [self]
}

async function* withChildren(self: Resource, children: Pages): AsyncGenerator<readonly Resource[]> {
  yield [self]
  yield* children
}

export async function* onePage(resources: readonly Resource[]): AsyncGenerator<readonly Resource[]> {
  yield resources
}

function hrefOf({ names, kind }: Resource): string {
  return `${writeResourcePath(names)}${kind === 'directory' ? '/' : ''}`
}

export function collection(
  names: readonly string[],
  properties: readonly (readonly [string, string])[] = [],
): Resource {
  return { names, kind: 'directory', properties: new Map([[dav('resourcetype'), '<d:collection/>'], ...properties]) }
}

export function file(
  names: readonly string[],
  { size, mtimeMs }: { readonly size: number; readonly mtimeMs: number },
  properties: readonly (readonly [string, string])[] = [],
): Resource {
  const facts = [
    [dav('resourcetype'), ''],
    [dav('getcontentlength'), String(size)],
    [dav('getlastmodified'), writeHttpDate(mtimeMs)],
    [dav('getcontenttype'), 'application/octet-stream'],
  ] as const
  return { names, kind: 'file', properties: new Map([...facts, ...properties]) }
}

/** Text as the value of a property; what XML cannot hold is shown as a question mark. */
export function textValue(text: string): string {
  return escapeXml(fitsXml(text) ? text : text.replace(/[^\t\n\r\u0020-\uD7FF]/g, '?'))
}

/** Sends bytes that are downloaded and never shown as a page of this server. */
export async function sendBytes(
  { response, method, signal }: DavCall,
  { name, size, mtimeMs }: { readonly name: string; readonly size: number; readonly mtimeMs: number },
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  const encoded = encodeURIComponent(name).replace(/['()*]/g, c => `%${c.charCodeAt(0).toString(16)}`)
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Content-Length': size,
    'Last-Modified': writeHttpDate(mtimeMs),
    'Cache-Control': PRIVATE,
    'Content-Disposition': `attachment; filename*=UTF-8''${encoded}`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
  }
  // Nothing is said before the first bytes are there: a failure must still be told.
  if (method !== 'HEAD')
    for await (const chunk of bytes) {
      if (!response.headersSent) response.writeHead(200, headers)
      if (!response.write(chunk)) await once(response, 'drain', { signal })
    }
  if (!response.headersSent) response.writeHead(200, headers)
  response.end()
}

/** Answers OPTIONS on such a collection. */
export function answerOptions(call: DavCall, methods: string): void {
  sendEmpty(call, 200, { DAV: '1, 3', Allow: methods, 'MS-Author-Via': 'DAV' })
}

export const notFound = (what = 'There is nothing of this name.'): DavFault => new DavFault(404, what)
export const notAllowed = (): DavFault => new DavFault(405, 'This cannot be done here.')
