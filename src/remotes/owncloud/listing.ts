// One PROPFIND: a collection with its children, or one node. Anything short of a complete, sensible answer is an error.
import type { SyncError } from '../../model/errors.ts'
import type { Path, PathFault, Place } from '../../model/path.ts'
import { type HrefMeaning, meaningOfHref, type Segments, writeHref } from '../../wire/dav/hrefs.ts'
import { type DavResponse, multistatusParser } from '../../wire/dav/multistatus.ts'
import { writePropfind } from '../../wire/dav/propfind.ts'
import { XmlFault } from '../../wire/dav/xml.ts'
import { faultOf, nonsense } from '../http/faults.ts'
import type { HttpAnswer } from '../http/message.ts'
import { isProvenMissing } from './refusals.ts'
import type { Session } from './session.ts'

export interface Listing {
  /** The node that was asked for. */
  readonly self: DavResponse
  readonly children: readonly (readonly [name: string, response: DavResponse])[]
  /** Names that cannot be ours. */
  readonly faulty: readonly { readonly name: string; readonly fault: PathFault | 'elsewhere' | 'malformed' }[]
}

export interface ListRequest {
  readonly at: Segments
  readonly depth: '0' | '1'
  readonly properties: readonly string[]
  /** For messages. */
  readonly place: Place
}

/** The node at a path and, with depth 1, its children; undefined when the server says that nothing is there. */
export async function list(session: Session, asked: ListRequest, signal: AbortSignal): Promise<Listing | undefined> {
  const answer = await session.client.request(
    {
      method: 'PROPFIND',
      path: writeHref(asked.at),
      headers: { Depth: asked.depth, 'Content-Type': 'text/xml; charset=utf-8' },
      body: writePropfind(asked.properties),
      compression: 'gzip',
    },
    signal,
  )
  if (isProvenMissing(answer)) return undefined
  if (answer.status >= 300) throw faultOf(session.host, answer, failed(asked.place))
  if (answer.status !== 207 || !/xml/i.test(answer.headers['content-type'] ?? '')) {
    await answer.drop()
    throw senseless(session, asked.place, 'the answer is not a listing')
  }
  return readListing(session, asked, answer)
}

async function readListing(session: Session, asked: ListRequest, answer: HttpAnswer): Promise<Listing> {
  const meanings: [HrefMeaning, DavResponse][] = []
  const take = (responses: readonly DavResponse[]): void => {
    for (const response of responses) meanings.push([meaningOfHref(response.href, asked.at), response])
  }
  const parser = multistatusParser()
  const decoder = new TextDecoder()
  try {
    for await (const bytes of answer.body) take(parser.feed(decoder.decode(bytes, { stream: true })))
    take(parser.feed(decoder.decode()))
    take(parser.end())
  } catch (error) {
    if (error instanceof XmlFault) throw senseless(session, asked.place, `the listing cannot be read: ${error.message}`)
    throw error
  }
  return sorted(session, asked, meanings)
}

function sorted(session: Session, asked: ListRequest, meanings: readonly [HrefMeaning, DavResponse][]): Listing {
  const children: [string, DavResponse][] = []
  const faulty: { name: string; fault: PathFault | 'elsewhere' | 'malformed' }[] = []
  let self: DavResponse | undefined
  for (const [meaning, response] of meanings) {
    if (meaning.as === 'self') self ??= response
    else if (meaning.as === 'child') children.push([meaning.name, response])
    else faulty.push(meaning)
  }
  // Without the node itself, the answer is about something else, and what it does not show is not proven to be absent.
  if (self === undefined) throw senseless(session, asked.place, 'the listing is about another place')
  return { self, children, faulty }
}

function failed(place: Place): { doing: string; path?: Path } {
  return { doing: place === '' ? 'list the directory' : `list ${place}`, ...(place === '' ? {} : { path: place }) }
}

function senseless(session: Session, place: Place, what: string): SyncError {
  return nonsense(session.host, failed(place), what)
}
