// The plainest WebDAV server, on 127.0.0.1 with state in memory: no ids, no checksums, no times but its own, etags of size and second.
import { SaxesParser } from 'saxes'
import { FaultyServer } from '../faulty-server.ts'
import {
  badRequest,
  type Call,
  DavFault,
  encodePath,
  insufficientStorage,
  notFound,
  preconditionFailed,
  type Reply,
} from '../owncloud/message.ts'
import { checkPreconditions } from '../owncloud/preconditions.ts'
import { FakeTree, type Node, nameOf, parentOf } from '../owncloud/tree.ts'

export interface PlainDavOptions {
  readonly caseSensitive?: boolean
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

const BASE = '/dav'

/** Starts a server; the caller stops it. Its files are below `/dav/`. */
export async function startPlainDav(options: PlainDavOptions = {}): Promise<PlainDav> {
  const server = new PlainDav(options)
  await server.listen()
  return server
}

export class PlainDav extends FaultyServer {
  readonly tree: FakeTree
  /** Bytes of the longest name that it takes. */
  maxNameBytes = 255
  readonly #now: () => number

  constructor({ caseSensitive = true, now = Date.now }: PlainDavOptions) {
    super(BASE)
    this.#now = now
    this.tree = new FakeTree({ flavour: 'owncloud', caseSensitive, now })
  }

  protected below(path: string): string | undefined {
    return path.split('/').filter(Boolean).join('/')
  }

  protected route(call: Call): Reply {
    if (call.path.startsWith('//outside')) return { status: 404 }
    const reply = this.#answer(call, this.below(call.path) ?? '')
    const date = { Date: new Date(this.#now()).toUTCString(), Server: 'Plain' }
    return { ...reply, headers: { ...date, ...reply.headers } }
  }

  #answer(call: Call, path: string): Reply {
    const node = this.tree.find(path)
    if (call.method !== 'OPTIONS')
      checkPreconditions(call, node === undefined ? undefined : { ...node, etag: etagOf(node) })
    switch (call.method) {
      case 'OPTIONS':
        return { status: 200, headers: { DAV: '1', Allow: 'GET, HEAD, PUT, DELETE, MKCOL, MOVE, PROPFIND, PROPPATCH' } }
      case 'PROPFIND':
        return propfind(call, nodeOf(node, path))
      case 'PROPPATCH':
        return proppatch(call, nodeOf(node, path))
      case 'GET':
      case 'HEAD':
        return get(call, nodeOf(node, path))
      case 'PUT':
        return this.#put(call, path, node)
      case 'MKCOL':
        return this.#mkcol(path, node)
      case 'DELETE':
        nodeOf(node, path)
        this.tree.remove(path)
        this.tree.trash.length = 0
        return { status: 204 }
      case 'MOVE':
        return this.#move(call, path, nodeOf(node, path))
      default:
        return { status: 405 }
    }
  }

  #put(call: Call, path: string, old: Node | undefined): Reply {
    if (path === '' || (old !== undefined && old.bytes === undefined)) throw conflict('This is a collection')
    this.#needParent(path)
    this.#checkName(path)
    if (call.body.length - (old?.bytes?.length ?? 0) > this.tree.free()) throw insufficientStorage()
    this.tree.put(path, call.body)
    return { status: old === undefined ? 201 : 204 }
  }

  #mkcol(path: string, old: Node | undefined): Reply {
    if (old !== undefined) throw new DavFault(405, 'exists', 'It exists')
    this.#needParent(path)
    this.#checkName(path)
    this.tree.mkdir(path)
    return { status: 201 }
  }

  #move(call: Call, from: string, node: Node): Reply {
    const destination = decodeURIComponent(new URL(call.headers['destination'] ?? '', this.url).pathname)
    if (!destination.startsWith(`${BASE}/`)) throw new DavFault(502, 'elsewhere', 'That is another server')
    const to = this.below(destination.slice(BASE.length)) ?? ''
    const target = this.tree.find(to)
    if (`${to}/`.startsWith(`${from}/`) && to !== from)
      throw new DavFault(403, 'inside', 'It cannot be moved into itself')
    this.#needParent(to)
    this.#checkName(to)
    const isAnother = target !== undefined && target !== node
    if (isAnother && call.headers['overwrite']?.toUpperCase() === 'F') throw preconditionFailed('The target exists')
    if (isAnother) this.tree.remove(to)
    this.tree.trash.length = 0
    this.tree.move(from, to)
    return { status: isAnother ? 204 : 201 }
  }

  #needParent(path: string): void {
    const parent = this.tree.find(parentOf(path))
    if (parent === undefined || parent.bytes !== undefined) throw conflict('There is no such collection')
  }

  #checkName(path: string): void {
    if (Buffer.byteLength(nameOf(path)) > this.maxNameBytes) throw badRequest('The name is too long')
  }
}

function nodeOf(node: Node | undefined, path: string): Node {
  if (node === undefined) throw notFound(path)
  return node
}

const conflict = (message: string) => new DavFault(409, 'conflict', message)

/** Of size and second, like nginx: another state within the same second and of the same size looks the same. */
function etagOf(node: Node): string {
  return `${node.mtime.toString(16)}-${(node.bytes?.length ?? 0).toString(16)}`
}

const dateOf = (node: Node): string => new Date(node.mtime * 1000).toUTCString()

function get(call: Call, node: Node): Reply {
  const { bytes } = node
  if (bytes === undefined) return { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>Index</html>' }
  const headers = { ETag: `"${etagOf(node)}"`, 'Last-Modified': dateOf(node), 'Accept-Ranges': 'bytes' }
  const [, from] = /^bytes=(\d+)-$/.exec(call.headers['range'] ?? '') ?? []
  if (from === undefined) return { status: 200, headers, body: bytes }
  if (Number(from) >= bytes.length) return { status: 416, headers: { 'Content-Range': `bytes */${bytes.length}` } }
  const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`
  return { status: 206, headers: { ...headers, 'Content-Range': range }, body: bytes.subarray(Number(from)) }
}

function propfind(call: Call, node: Node): Reply {
  checkXml(call.body)
  if (call.headers['depth'] === 'infinity') throw new DavFault(403, 'depth', 'Depth infinity is not allowed')
  const base = call.rawPath.replace(/\/+$/, '')
  const responses = [response(base, node)]
  if (call.headers['depth'] !== '0')
    for (const child of node.children.values()) responses.push(response(`${base}/${encodePath(child.name)}`, child))
  return multistatus(responses.join(''))
}

function response(href: string, node: Node): string {
  const isFile = node.bytes !== undefined
  const props = [
    `<D:resourcetype>${isFile ? '' : '<D:collection/>'}</D:resourcetype>`,
    `<D:getlastmodified>${dateOf(node)}</D:getlastmodified>`,
    ...(isFile
      ? [`<D:getcontentlength>${node.bytes?.length}</D:getcontentlength>`, `<D:getetag>"${etagOf(node)}"</D:getetag>`]
      : []),
  ]
  const propstat = `<D:propstat><D:prop>${props.join('')}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>`
  return `<D:response><D:href>${href}${isFile ? '' : '/'}</D:href>${propstat}</D:response>`
}

/** Everything is protected here. */
function proppatch(call: Call, node: Node): Reply {
  const name = call.body.toString().includes('getlastmodified') ? 'getlastmodified' : 'lastmodified'
  const stat = `<D:propstat><D:prop><D:${name}/></D:prop><D:status>HTTP/1.1 403 Forbidden</D:status></D:propstat>`
  return multistatus(
    `<D:response><D:href>${call.rawPath}${node.bytes === undefined ? '/' : ''}</D:href>${stat}</D:response>`,
  )
}

function multistatus(inner: string): Reply {
  const body = `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">${inner}</D:multistatus>\n`
  return { status: 207, headers: { 'Content-Type': 'application/xml; charset="utf-8"' }, body }
}

function checkXml(body: Buffer): void {
  if (body.length === 0) return
  const parser = new SaxesParser({ xmlns: true })
  parser.on('error', error => {
    throw badRequest(error.message)
  })
  parser.write(body.toString()).close()
}
