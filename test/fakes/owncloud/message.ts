// A request as the fake's methods see it, and what they answer.
import type { FakeTree, Node } from './tree.ts'

export interface Call {
  readonly method: string
  /** Decoded, without the server's base path and query. */
  readonly path: string
  /** As the client wrote it, still encoded. */
  readonly rawPath: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** Thrown by a method: becomes an error reply in sabre's form. */
export class DavFault extends Error {
  readonly status: number
  readonly exception: string
  readonly extra: string

  constructor(status: number, exception: string, message: string, extra = '') {
    super(message)
    this.status = status
    this.exception = exception
    this.extra = extra
  }
}

export function faultReply(fault: DavFault): Reply {
  const body = `<?xml version="1.0" encoding="utf-8"?>
<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">
  <s:exception>${escapeXml(fault.exception)}</s:exception>
  <s:message>${escapeXml(fault.message)}</s:message>${fault.extra}
</d:error>
`
  return { status: fault.status, headers: { 'Content-Type': 'application/xml; charset=utf-8' }, body }
}

export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

export const notFound = (path: string): DavFault =>
  new DavFault(404, 'Sabre\\DAV\\Exception\\NotFound', `File with name ${path} could not be located`)
export const forbidden = (message: string): DavFault => new DavFault(403, 'Sabre\\DAV\\Exception\\Forbidden', message)
export const badRequest = (message: string): DavFault => new DavFault(400, 'Sabre\\DAV\\Exception\\BadRequest', message)
export const preconditionFailed = (message: string): DavFault =>
  new DavFault(412, 'Sabre\\DAV\\Exception\\PreconditionFailed', message)
export const insufficientStorage = (): DavFault =>
  new DavFault(507, 'Sabre\\DAV\\Exception\\InsufficientStorage', 'Insufficient space in the storage of this account')

/** Path segments percent-encoded as these servers write them: lower-case hexadecimal, ':' bare. */
export function encodePath(path: string): string {
  return path
    .split('/')
    .map(name =>
      encodeURIComponent(name)
        .replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16)}`)
        .replace(/%3A/g, ':')
        .replace(/%[0-9A-F]{2}/g, code => code.toLowerCase()),
    )
    .join('/')
}

export function ocId(node: Node, instance: string): string {
  return String(node.id).padStart(8, '0') + instance
}

/** The headers that PUT, GET and MOVE answer for a file. */
export function etagHeaders(node: Node): Record<string, string> {
  return { ETag: `"${node.etag}"`, 'OC-ETag': `"${node.etag}"` }
}

/** Refuses unless the user may do `letter` to `node`. */
export function demand(tree: FakeTree, node: Node, letter: string, what: string): void {
  if (!tree.permissionsOf(node).includes(letter)) throw forbidden(`You do not have permission to ${what}`)
}
