// What the WebDAV server is given, what its methods see of a request, and where others may hang in.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Checksum, ChecksumKind } from '../model/content.ts'
import type { Path, Place } from '../model/path.ts'
import type { Clock, Log, Random } from '../platform/world.ts'
import type { Space, SpaceNode } from '../store/space.ts'
import type { IfList } from '../wire/dav/if-header.ts'
import type { DavFault } from './fault.ts'
import type { Locks } from './locks.ts'

/** What all requests share. */
export interface DavHost {
  readonly locks: Locks
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly limits: DavLimits
}

export interface DavLimits {
  /** Bytes of an XML body. */
  readonly bodyBytes: number
  /** How long a client may send nothing in the middle of a body. The body as a whole takes as long as it takes. */
  readonly bodyIdleMs: number
  /** Characters of a request's path, of a `Destination` and of an `If` header. */
  readonly pathLength: number
  /** Properties in one request. */
  readonly properties: number
  /** Characters of all that clients stored with one node, and of what a lock says of its owner. */
  readonly propertiesLength: number
  /** Bytes of a refused upload that are read and thrown away, so that the client sees the answer; then the connection is closed. */
  readonly drainBytes: number
  /** Of locks. */
  readonly lockTimeoutMs: number
  readonly locksPerUser: number
}

export const DAV_LIMITS: DavLimits = {
  bodyBytes: 1 << 20,
  bodyIdleMs: 5 * 60 * 1000,
  pathLength: 16_384,
  properties: 1000,
  propertiesLength: 65_536,
  drainBytes: 64 << 20,
  lockTimeoutMs: 60 * 60 * 1000,
  locksPerUser: 1000,
}

/** What one request is answered from: a tree, as one user sees it, below a prefix. */
export interface DavMount {
  readonly space: Space
  /** The prefix of all hrefs, percent-encoded as `writeResourcePath` does it, without a slash at the end: `/remote.php/webdav`; '' for all. */
  readonly root: string
  readonly properties: PropertySource
  readonly extensions: DavExtensions
  /** Who asks: never changes for a user, never given to another one. Locks belong to it. */
  readonly user: string
}

/** One request. */
export interface DavCall extends DavMount, DavHost {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** In capitals. */
  readonly method: string
  /** What the request is about. */
  readonly place: Place
  /** Whether the request's path ended in a slash, as a collection's does. */
  readonly slash: boolean
  /** Of the `If` header. */
  readonly conditions: readonly IfList[] | undefined
  /** The tokens of locks that the request brought. */
  readonly submitted: ReadonlySet<string>
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal
}

/** The value of one node: XML that goes inside the element ('' for an empty one), undefined where the node has no such property (404). */
export type ValueOf<N = SpaceNode> = (node: N) => string | undefined

/**
 * A property that is computed. `read` is called once for each page of nodes of an answer, only when somebody asked for the property:
 * it is the place to load things for all of them at once.
 */
export interface LiveProperty<N = SpaceNode> {
  readonly read: (nodes: readonly N[], call: DavCall) => ValueOf<N> | Promise<ValueOf<N>>
  /** Whether it is told to those who ask for all properties. */
  readonly inAllprop?: true
  /** Its value depends on nothing but the node: what was written once is the same until the node changes. */
  readonly isOfNode?: true
  /** How PROPPATCH changes it; absent: protected, 403. */
  readonly write?: PropertyWriter
}

export interface PropertyWriter {
  /** The status with which this value (XML inside the element; undefined: remove) is refused, or undefined when it will be taken. Changes nothing. */
  refuses(node: SpaceNode, value: string | undefined, call: DavCall): number | undefined
  /** Called when nothing in the request was refused. */
  write(node: SpaceNode, value: string | undefined, call: DavCall): Promise<void>
}

/** Live properties by `{namespace}local`, besides those of WebDAV itself; one of the same name takes that one's place. */
export type PropertySource = ReadonlyMap<string, LiveProperty>

/** Answers a request, or throws a `DavFault` or `SyncError` before it has begun to. */
export type DavMethod = (call: DavCall) => Promise<void>

/** Where a protocol that stands on WebDAV hangs in. All optional; `{}` is plain WebDAV. */
export interface DavExtensions {
  /** For the `DAV` header, after `1, 2, 3`. */
  readonly features?: readonly string[]
  /** By name in capitals. They come before the methods of WebDAV: `REPORT`, `SEARCH`, `PATCH`, or a `GET` that shows a directory. */
  readonly methods?: ReadonlyMap<string, DavMethod>
  /** Headers besides `ETag` of the answer to a GET, HEAD, PUT, MKCOL, MOVE or COPY that read or made `node`. */
  headersOf?(node: SpaceNode, call: DavCall): Readonly<Record<string, string>>
  /** What a PUT says of the file besides its bytes. Throws a `DavFault` where it makes no sense. */
  upload?(call: DavCall): Upload
  /** Last word before a change that the protocol allows: throws a `DavFault` where it must not be. */
  permit?(intent: Intent, call: DavCall): void | Promise<void>
  /** The fault to answer with instead of `fault`: other statuses, names, messages. */
  refuse?(fault: DavFault, call: DavCall): DavFault
}

/** What a request is about to do. `put` comes before the bytes are taken; a LOCK of a name that is not there is one too. */
export type Intent =
  | { readonly do: 'put' | 'make-directory' | 'trash'; readonly at: Path }
  | { readonly do: 'move' | 'copy'; readonly from: Path; readonly to: Path }

export interface Upload {
  /** Milliseconds since 1970; undefined: now. */
  readonly mtimeMs?: number | undefined
  /** What the whole must add up to: refused with 400, and nothing is stored, where it does not. */
  readonly sums?: readonly Checksum[]
  /** Kinds to compute besides. */
  readonly kinds?: readonly ChecksumKind[]
  /** Headers of the answer when it was stored: `X-OC-MTime: accepted`. */
  readonly headers?: Readonly<Record<string, string>>
}
