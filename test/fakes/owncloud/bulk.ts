// POST /remote.php/dav/bulk: many small files in one multipart request (Nextcloud only).
import { type Account, checkName } from './account.ts'
import { badRequest, type Call, DavFault, insufficientStorage, ocId, type Reply } from './message.ts'
import { demandWrite, hex } from './transfer.ts'
import { namesOf } from './tree.ts'

interface Part {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Writes the parts in turn. A malformed part ends the request with 400 and what was done so far. */
export function bulk(account: Account, call: Call): Reply {
  const done: Record<string, unknown> = {}
  const boundary = /boundary="?([^";]+)"?/.exec(call.headers['content-type'] ?? '')?.[1]
  if (boundary === undefined) return reply(400, done)
  try {
    for (const part of partsOf(call.body, boundary)) done[part.headers['x-file-path'] ?? ''] = writePart(account, part)
  } catch (error) {
    if (error instanceof DavFault) return reply(400, done)
    throw error
  }
  return reply(200, done)
}

function writePart(account: Account, part: Part): unknown {
  const path = namesOf(part.headers['x-file-path'] ?? '').join('/')
  checkHash(part)
  try {
    checkName(account, path)
    const old = account.tree.find(path)
    demandWrite(account, path, old)
    if (old !== undefined && old.bytes === undefined) throw badRequest('The destination is a directory')
    if (part.body.length > account.tree.free()) throw insufficientStorage()
    const mtime = part.headers['x-file-mtime'] ?? part.headers['x-oc-mtime']
    // No checksum is kept of what comes this way.
    const node = account.tree.put(path, part.body, mtime === undefined ? {} : { mtime: Number(mtime) })
    const permissions = account.tree.permissionsOf(node)
    return { error: false, etag: node.etag, fileid: ocId(node, account.instance), permissions }
  } catch (error) {
    if (error instanceof DavFault) return { error: true, message: error.message }
    throw error
  }
}

function checkHash(part: Part): void {
  const [kind, value] =
    part.headers['x-file-md5'] === undefined
      ? (part.headers['oc-checksum'] ?? '').split(':')
      : ['md5', part.headers['x-file-md5']]
  if (kind === undefined || value === undefined) throw badRequest('The hash headers must not be null.')
  const algorithm = kind.toLowerCase()
  if (!['md5', 'sha1', 'sha256'].includes(algorithm)) throw badRequest(`Unsupported hash ${algorithm}`)
  if (hex(algorithm, part.body) !== value.toLowerCase()) throw badRequest(`Computed ${algorithm} hash is incorrect.`)
}

function* partsOf(body: Buffer, boundary: string): Generator<Part> {
  const delimiter = Buffer.from(`--${boundary}`)
  let at = 0
  while (true) {
    if (body.subarray(at, at + delimiter.length).compare(delimiter) !== 0) throw badRequest('Boundary not found')
    at += delimiter.length
    if (body.subarray(at, at + 2).toString() === '--') return
    const headEnd = body.indexOf('\r\n\r\n', at)
    if (headEnd < 0) throw badRequest('Headers do not end')
    const headers = headersOf(body.subarray(at + 2, headEnd).toString())
    const length = Number(headers['content-length'])
    if (!Number.isInteger(length)) throw badRequest('The Content-Length header must not be null.')
    const start = headEnd + 4
    const part = body.subarray(start, start + length)
    if (part.length !== length || body.subarray(start + length, start + length + 2).toString() !== '\r\n')
      throw badRequest('Content is not followed by a line end')
    yield { headers, body: part }
    at = start + length + 2
  }
}

function headersOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\r\n').map(line => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
}

function reply(status: number, done: Record<string, unknown>): Reply {
  const body = JSON.stringify(done).replace(/\//g, '\\/')
  return { status, headers: { 'Content-Type': 'text/html; charset=UTF-8' }, body }
}
