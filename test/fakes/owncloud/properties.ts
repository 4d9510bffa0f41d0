// PROPFIND and PROPPATCH: the listing that every sync client lives on.
import { SaxesParser } from 'saxes'
import { type Account, nodeAt } from './account.ts'
import { badRequest, type Call, DavFault, demand, encodePath, escapeXml, ocId, type Reply } from './message.ts'
import type { Node } from './tree.ts'

const PREFIXES: Readonly<Record<string, string>> = {
  'DAV:': 'd',
  'http://owncloud.org/ns': 'oc',
  'http://nextcloud.org/ns': 'nc',
  'http://open-collaboration-services.org/ns': 'x1',
}
const MULTISTATUS = `<?xml version="1.0"?>
<d:multistatus xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns" xmlns:x1="http://open-collaboration-services.org/ns">`
const ALLPROP = ['d:getlastmodified', 'd:getcontentlength', 'd:resourcetype', 'd:getetag', 'd:getcontenttype']

export function propfind(account: Account, call: Call, place: string): Reply {
  const node = nodeAt(account, place)
  const wanted = askedFor(call.body.toString())
  const depth = call.headers['depth'] ?? 'infinity'
  if (node.unavailable) throw storageUnavailable()
  const base = call.rawPath.replace(/\/+$/, '')
  const responses: string[] = [response(account, node, decodedHref(base, node), wanted)]
  if (depth !== '0') listBelow(account, node, base, wanted, depth === '1' ? 1 : 64, responses)
  return multistatus(responses.join(''))
}

export function multistatus(inner: string): Reply {
  const headers = { 'Content-Type': 'application/xml; charset=utf-8', DAV: '1, 3, extended-mkcol, access-control' }
  return { status: 207, headers, body: `${MULTISTATUS}${inner}</d:multistatus>\n` }
}

/** Sets `{DAV:}lastmodified`; the protected `getlastmodified` is refused, as the real servers do. */
export function proppatch(account: Account, call: Call, path: string): Reply {
  const node = nodeAt(account, path)
  demand(account.tree, node, node.bytes === undefined ? 'C' : 'W', 'update this resource')
  const value = /<(?:\w+:)?lastmodified[^>]*>\s*(\d+)\s*<\//.exec(call.body.toString())?.[1]
  const name = value === undefined ? 'd:getlastmodified' : 'd:lastmodified'
  if (value !== undefined) account.tree.setMtime(node, Number(value))
  const status = value === undefined ? 'HTTP/1.1 403 Forbidden' : 'HTTP/1.1 200 OK'
  const propstat = `<d:propstat><d:prop><${name}/></d:prop><d:status>${status}</d:status></d:propstat>`
  return multistatus(`<d:response><d:href>${call.rawPath}</d:href>${propstat}</d:response>`)
}

export function httpDate(seconds: number): string {
  return new Date(seconds * 1000).toUTCString()
}

function listBelow(
  account: Account,
  node: Node,
  base: string,
  wanted: readonly string[],
  depth: number,
  into: string[],
): void {
  if (depth === 0) return
  for (const child of [...node.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const href = `${base}/${encodePath(child.name)}`
    into.push(response(account, child, decodedHref(href, child), wanted))
    listBelow(account, child, href, wanted, depth - 1, into)
  }
}

function decodedHref(href: string, node: Node): string {
  const path = encodePath(href.split('/').map(decodeURIComponent).join('/'))
  return node.bytes === undefined ? `${path}/` : path
}

function response(account: Account, node: Node, href: string, wanted: readonly string[]): string {
  const found: string[] = []
  const missing: string[] = []
  for (const name of wanted) {
    const value = propertyOf(account, node, name)
    if (value === undefined) missing.push(`<${name}/>`)
    else found.push(value === '' ? `<${name}/>` : `<${name}>${value}</${name}>`)
  }
  const stats = [propstat(found, '200 OK'), propstat(missing, '404 Not Found')]
  return `<d:response><d:href>${href}</d:href>${stats.join('')}</d:response>`
}

function propstat(properties: readonly string[], status: string): string {
  if (properties.length === 0) return ''
  return `<d:propstat><d:prop>${properties.join('')}</d:prop><d:status>HTTP/1.1 ${status}</d:status></d:propstat>`
}

function propertyOf(account: Account, node: Node, name: string): string | undefined {
  const file = node.bytes !== undefined
  switch (name) {
    case 'd:resourcetype':
      return file ? '' : '<d:collection/>'
    case 'd:getlastmodified':
      return httpDate(node.mtime)
    case 'd:getcontentlength':
      return file ? String(node.bytes?.length) : undefined
    case 'd:getcontenttype':
      return file ? 'application/octet-stream' : undefined
    case 'd:getetag':
      return `&quot;${node.etag}&quot;`
    case 'd:quota-available-bytes':
      return file ? undefined : String(Number.isFinite(account.tree.free()) ? account.tree.free() : -3)
    case 'd:quota-used-bytes':
      return file ? undefined : String(account.tree.sizeOf(node))
    case 'oc:size':
      return String(account.tree.sizeOf(node))
    case 'oc:id':
      return ocId(node, account.instance)
    case 'oc:fileid':
      return String(node.id)
    case 'oc:permissions':
      return account.tree.permissionsOf(node)
    case 'oc:checksums':
      return node.sums.length === 0 ? undefined : `<oc:checksum>${node.sums.join(' ')}</oc:checksum>`
    case 'oc:data-fingerprint':
      return node.parent === undefined ? escapeXml(account.fingerprint()) : undefined
    case 'oc:share-types':
      return ''
    case 'oc:favorite':
      return '0'
    default:
      return undefined
  }
}

/** The asked properties with the prefixes of this server; an empty body asks for all. Stray text is ignored. */
function askedFor(body: string): readonly string[] {
  if (body.trim() === '') return ALLPROP
  const names: string[] = []
  const parser = new SaxesParser({ xmlns: true })
  const open: string[] = []
  parser.on('error', error => {
    throw badRequest(`The XML of the request is not well-formed: ${error.message}`)
  })
  parser.on('opentag', tag => {
    if (open.at(-1) === 'prop') names.push(`${PREFIXES[tag.uri] ?? 'x2'}:${tag.local}`)
    open.push(tag.local)
  })
  parser.on('closetag', () => open.pop())
  parser.write(body).close()
  return names.length === 0 ? ALLPROP : names
}

function storageUnavailable(): DavFault {
  return new DavFault(503, 'Sabre\\DAV\\Exception\\ServiceUnavailable', 'Storage is temporarily not available')
}
