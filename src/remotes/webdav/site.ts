// One WebDAV collection on one server: how its places are addressed and asked about.
import type { Entry } from '../../model/entry.ts'
import { SyncError } from '../../model/errors.ts'
import type { Path, Place } from '../../model/path.ts'
import type { World } from '../../platform/world.ts'
import { parseHttpDate } from '../../wire/dav/dates.ts'
import { parseEtag } from '../../wire/dav/etags.ts'
import { type Segments, writeHref } from '../../wire/dav/hrefs.ts'
import { type DavResponse, multistatusParser } from '../../wire/dav/multistatus.ts'
import { dav } from '../../wire/dav/names.ts'
import { writePropfind } from '../../wire/dav/propfind.ts'
import { XmlFault } from '../../wire/dav/xml.ts'
import { type Failed, faultOf, nonsense } from '../http/faults.ts'
import type { HttpAnswer, HttpClient, HttpRequest } from '../http/message.ts'
import { DIRECTORY, writeStamp } from './stamps.ts'

export interface Site {
  readonly client: HttpClient
  readonly world: World
  /** Decoded names from the server's root to the collection, as we ask for it. */
  readonly asked: Segments
  /** The same as the server writes it in its hrefs: another one behind some proxies. */
  readonly shown: Segments
}

/** What marks the names of our own temporary files, which nobody is shown. */
export const UPLOAD_PREFIX = '.syncline-upload-'
export const PROBE_PREFIX = '.syncline-probe-'

export function isOurs(name: string): boolean {
  return name.startsWith(UPLOAD_PREFIX) || name.startsWith(PROBE_PREFIX)
}

export function hrefOf(site: Site, place: Place): string {
  return writeHref([...site.asked, ...namesOf(place)])
}

/** With the trailing slash that some servers insist on. */
export function collectionHref(site: Site, place: Place): string {
  return `${hrefOf(site, place)}/`
}

export const namesOf = (place: Place): Segments => (place === '' ? [] : place.split('/'))

const BODY = writePropfind([dav('resourcetype'), dav('getcontentlength'), dav('getlastmodified'), dav('getetag')])

export interface Listed {
  readonly responses: readonly DavResponse[]
  /** The server's own clock when it answered, in milliseconds; undefined when it does not say. */
  readonly serverMs: number | undefined
  readonly answer: HttpAnswer
}

/** Asks for the properties at `href`. Undefined when nothing is there. Throws `SyncError` for every other answer that is no complete multistatus. */
export async function propfind(
  client: HttpClient,
  href: string,
  depth: '0' | '1',
  failed: Failed,
  signal: AbortSignal,
): Promise<Listed | undefined> {
  const headers = { Depth: depth, 'Content-Type': 'application/xml; charset=utf-8' }
  const asked: HttpRequest = { method: 'PROPFIND', path: href, headers, body: BODY, compression: 'gzip' }
  const answer = await client.request(asked, signal)
  if (answer.status === 404) return undefined
  if (answer.status >= 400) throw faultOf(client.base.host, answer, failed)
  if (answer.status !== 207) {
    await answer.drop()
    throw nonsense(client.base.host, failed, `it does not speak WebDAV there (status ${answer.status})`)
  }
  const responses = await readMultistatus(client.base.host, answer, failed)
  return { responses, serverMs: parseHttpDate(answer.headers['date'] ?? ''), answer }
}

async function readMultistatus(host: string, answer: HttpAnswer, failed: Failed): Promise<DavResponse[]> {
  const parser = multistatusParser()
  const decoder = new TextDecoder('utf-8')
  const responses: DavResponse[] = []
  try {
    for await (const chunk of answer.body) responses.push(...parser.feed(decoder.decode(chunk, { stream: true })))
    responses.push(...parser.feed(decoder.decode()), ...parser.end())
    return responses
  } catch (error) {
    if (!(error instanceof XmlFault)) throw error
    throw nonsense(host, failed, `its answer is not the XML it should be (${error.message})`, error)
  }
}

/** What a response says is there; blocked when it lacks what is needed to tell a change. */
export function entryOf(response: DavResponse): Entry {
  const text = (name: string) => response.props.get(dav(name))?.text.trim()
  if (response.status !== undefined && response.status >= 300) return { kind: 'blocked', why: 'unreadable' }
  const type = response.props.get(dav('resourcetype'))
  if (type?.children.some(child => child.name === dav('collection'))) return { kind: 'directory', stamp: DIRECTORY }
  const length = text('getcontentlength') ?? ''
  const mtimeMs = parseHttpDate(text('getlastmodified') ?? '')
  const etag = parseEtag(text('getetag') ?? '')?.value
  if (!/^\d{1,15}$/.test(length) || (mtimeMs === undefined && etag === undefined))
    return { kind: 'blocked', why: 'unreadable' }
  const size = Number(length)
  const mtimeNs = mtimeMs === undefined ? undefined : BigInt(mtimeMs) * 1_000_000n
  return { kind: 'file', stamp: writeStamp({ size, mtimeMs, etag }), size, mtimeNs }
}

/** What is at `path` now. */
export async function lookAt(site: Site, path: Path, signal: AbortSignal): Promise<Entry | undefined> {
  const failed = { doing: `look at ${path}`, path }
  const listed = await propfind(site.client, hrefOf(site, path), '0', failed, signal)
  if (listed === undefined) return undefined
  const [response] = listed.responses
  if (response === undefined) throw nonsense(site.client.base.host, failed, 'its answer is empty')
  return response.status === 404 ? undefined : entryOf(response)
}

/** Sends a change and gives the status of an answer below 400, or of one of those named in `expected`; throws for the rest. */
export async function send(
  site: Site,
  wanted: HttpRequest,
  failed: Failed,
  expected: readonly number[],
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const answer = await site.client.request(wanted, signal)
  await answer.drop()
  if (expected.includes(answer.status)) return answer
  if (answer.status >= 400) throw faultOf(site.client.base.host, answer, failed)
  if (answer.status >= 300 || answer.status === 202 || answer.status === 207)
    throw new SyncError(
      'protocol',
      `${site.client.base.host} could not ${failed.doing}: it answered with status ${answer.status}.`,
      {
        path: failed.path,
      },
    )
  return answer
}

/** Where a MOVE goes; plain servers want the whole URL. */
export function destination(site: Site, href: string): string {
  return new URL(href, site.client.base).href
}
