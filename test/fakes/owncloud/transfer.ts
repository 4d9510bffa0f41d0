// GET, HEAD and PUT of files, in one request each.
import { createHash } from 'node:crypto'
import { type Account, checkName, nodeAt } from './account.ts'
import {
  badRequest,
  type Call,
  DavFault,
  demand,
  etagHeaders,
  insufficientStorage,
  notFound,
  ocId,
  type Reply,
} from './message.ts'
import { httpDate } from './properties.ts'
import { type Node, parentOf } from './tree.ts'

export function get(account: Account, path: string, call: Call): Reply {
  const node = nodeAt(account, path)
  const { bytes } = node
  if (bytes === undefined) throw new DavFault(501, 'Sabre\\DAV\\Exception\\NotImplemented', 'GET is for files only')
  const headers = { ...fileHeaders(node), 'OC-FileId': ocId(node, account.instance) }
  const range = rangeOf(call.headers['range'], bytes.length)
  if (range === undefined) return { status: 200, headers, body: bytes }
  if (range === 'beyond')
    throw new DavFault(416, 'Sabre\\DAV\\Exception\\RequestedRangeNotSatisfiable', 'The start offset is beyond the end')
  const body = bytes.subarray(range.from, range.to + 1)
  return {
    status: 206,
    headers: { ...headers, 'Content-Range': `bytes ${range.from}-${range.to}/${bytes.length}` },
    body,
  }
}

export function put(account: Account, path: string, call: Call): Reply {
  checkName(account, path)
  if (call.headers['content-range'] !== undefined) throw badRequest('Content-Range on PUT requests are forbidden.')
  const old = account.tree.find(path)
  if (old !== undefined && old.bytes === undefined)
    throw new DavFault(409, 'Sabre\\DAV\\Exception\\Conflict', 'PUT is not allowed on non-files.')
  demandWrite(account, path, old)
  if (call.body.length - (old?.bytes?.length ?? 0) > account.tree.free()) throw insufficientStorage()
  const sums = checkedSums(account, call.headers['oc-checksum'], call.body)
  return stored(account, old, account.tree.put(path, call.body, { ...mtimeOf(call), sums }), call)
}

/** PATCH with `X-Recalculate-Hash`: the server computes the checksum of what it has, whatever an uploader claimed (Nextcloud only). */
export function recalculate(account: Account, path: string, call: Call): Reply {
  const node = nodeAt(account, path)
  const kind = call.headers['x-recalculate-hash']?.toLowerCase() ?? ''
  if (account.flavour !== 'nextcloud' || !['md5', 'sha1', 'sha256'].includes(kind) || node.bytes === undefined)
    throw new DavFault(501, 'Sabre\\DAV\\Exception\\NotImplemented', 'There was no plugin that handles PATCH')
  node.sums = [`${kind.toUpperCase()}:${hex(kind, node.bytes)}`]
  return { status: 204, headers: { ...etagHeaders(node), 'OC-Checksum': node.sums[0] ?? '' } }
}

/** Refuses unless the user may write a file at `path`, where `old` is now. */
export function demandWrite(account: Account, path: string, old: Node | undefined): void {
  const parent = account.tree.find(parentOf(path))
  if (parent === undefined || parent.bytes !== undefined) throw notFound(parentOf(path))
  if (old !== undefined) demand(account.tree, old, 'W', 'update this file')
  else demand(account.tree, parent, 'C', 'create this file')
}

/** What is stored as the checksums of `body` under the client's header: ownCloud verifies it, Nextcloud believes it. */
export function checkedSums(account: Account, header: string | undefined, body: Buffer): readonly string[] {
  if (header === undefined) return account.flavour === 'owncloud' ? [`SHA1:${hex('sha1', body)}`] : []
  const sum = header.trim()
  const [kind = '', value = ''] = sum.split(':')
  const algorithm = { SHA1: 'sha1', SHA256: 'sha256', MD5: 'md5' }[kind.toUpperCase()]
  if (account.flavour === 'owncloud' && algorithm !== undefined && hex(algorithm, body) !== value.toLowerCase())
    throw badRequest('The computed checksum does not match the one received from the client.')
  return [`${kind.toUpperCase()}:${value}`]
}

export function mtimeOf(call: Call): { mtime?: number } {
  const mtime = call.headers['x-oc-mtime']
  return mtime === undefined ? {} : { mtime: Math.floor(Number(mtime)) }
}

export function stored(account: Account, old: Node | undefined, node: Node, call: Call): Reply {
  const headers = {
    ...etagHeaders(node),
    'OC-FileId': ocId(node, account.instance),
    ...(call.headers['x-oc-mtime'] === undefined ? {} : { 'X-OC-MTime': 'accepted' }),
  }
  return { status: old === undefined ? 201 : 204, headers }
}

export function hex(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex')
}

function fileHeaders(node: Node): Record<string, string> {
  return {
    ...etagHeaders(node),
    'Content-Type': 'application/octet-stream',
    'Last-Modified': httpDate(node.mtime),
    'Accept-Ranges': 'bytes',
    ...(node.sums[0] === undefined ? {} : { 'OC-Checksum': node.sums[0] }),
  }
}

function rangeOf(header: string | undefined, size: number): { from: number; to: number } | 'beyond' | undefined {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? []
  if (from === undefined) return undefined
  if (Number(from) >= size) return 'beyond'
  return { from: Number(from), to: to === '' || to === undefined ? size - 1 : Math.min(Number(to), size - 1) }
}
