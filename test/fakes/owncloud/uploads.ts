// The uploads collection: a transfer is a folder of chunks, and moving its virtual '.file' into the files tree completes it.
import { type Account, checkName, type Transfer } from './account.ts'
import { badRequest, type Call, DavFault, encodePath, insufficientStorage, notFound, type Reply } from './message.ts'
import { multistatus } from './properties.ts'
import { checkedSums, demandWrite, mtimeOf, stored } from './transfer.ts'

const IDLE_MS = 24 * 60 * 60 * 1000

/** Answers a request below `/remote.php/dav/uploads/USER/`: `names` are the transfer and, maybe, the chunk. */
export function answerUploads(account: Account, call: Call, names: readonly string[]): Reply {
  expire(account)
  const [id, chunk] = names
  if (id === undefined || names.length > 2) throw notFound(call.path)
  if (call.method === 'MKCOL' && chunk === undefined) return begin(account, call, id)
  const transfer = account.uploads.get(id)
  if (transfer === undefined) throw notFound(id)
  transfer.lastUsed = account.now()
  if (call.method === 'PROPFIND' && chunk === undefined) return listing(call, transfer)
  if (call.method === 'PUT' && chunk !== undefined) return keep(account, transfer, chunk, call)
  if (call.method === 'DELETE') return drop(account, transfer, id, chunk)
  throw new DavFault(405, 'Sabre\\DAV\\Exception\\MethodNotAllowed', `${call.method} is not possible here`)
}

/** MOVE of `.file`: assembles the chunks, in the numeric order of their names, at `to`. */
export function complete(account: Account, call: Call, id: string, to: string): Reply {
  expire(account)
  const transfer = account.uploads.get(id)
  if (transfer === undefined) throw notFound(id)
  checkName(account, to)
  const old = account.tree.find(to)
  if (old !== undefined && old.bytes === undefined) throw badRequest('The given destination is a directory.')
  demandWrite(account, to, old)
  const body = assembled(transfer)
  const total = call.headers['oc-total-length']
  if (total !== undefined && Number(total) !== body.length)
    throw badRequest(`Chunks on server do not sum up to ${total} but to ${body.length} bytes`)
  if (body.length - (old?.bytes?.length ?? 0) > account.tree.free()) throw insufficientStorage()
  const sums = checkedSums(account, call.headers['oc-checksum'], body)
  account.uploads.delete(id)
  return stored(account, old, account.tree.put(to, body, { ...mtimeOf(call), sums }), call)
}

function begin(account: Account, call: Call, id: string): Reply {
  if (account.uploads.has(id))
    throw new DavFault(
      405,
      'Sabre\\DAV\\Exception\\MethodNotAllowed',
      'The resource you tried to create already exists',
    )
  if (Number(call.headers['oc-total-length'] ?? 0) > account.tree.free()) throw insufficientStorage()
  account.uploads.set(id, { lastUsed: account.now(), chunks: new Map() })
  return { status: 201 }
}

function keep(account: Account, transfer: Transfer, chunk: string, call: Call): Reply {
  const used = [...transfer.chunks.values()].reduce((sum, bytes) => sum + bytes.length, 0)
  if (used + call.body.length > account.tree.free()) throw insufficientStorage()
  const old = transfer.chunks.has(chunk)
  transfer.chunks.set(chunk, call.body)
  return { status: old ? 204 : 201, headers: { ETag: `"${call.body.length}"` } }
}

function drop(account: Account, transfer: Transfer, id: string, chunk: string | undefined): Reply {
  if (chunk === undefined) account.uploads.delete(id)
  else if (!transfer.chunks.delete(chunk)) throw notFound(chunk)
  return { status: 204 }
}

function listing(call: Call, transfer: Transfer): Reply {
  const base = call.rawPath.replace(/\/+$/, '')
  const ok = '<d:status>HTTP/1.1 200 OK</d:status>'
  const own = `<d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop>${ok}</d:propstat>`
  const responses = [`<d:response><d:href>${base}/</d:href>${own}</d:response>`]
  const total = assembled(transfer).length
  for (const [name, size] of [...sizes(transfer), ['.file', total] as const]) {
    const prop = `<d:prop><d:resourcetype/><d:getcontentlength>${size}</d:getcontentlength></d:prop>`
    const href = `${base}/${encodePath(name)}`
    responses.push(`<d:response><d:href>${href}</d:href><d:propstat>${prop}${ok}</d:propstat></d:response>`)
  }
  return multistatus(call.headers['depth'] === '0' ? (responses[0] ?? '') : responses.join(''))
}

function sizes(transfer: Transfer): (readonly [string, number])[] {
  return [...transfer.chunks].map(([name, bytes]) => [name, bytes.length] as const)
}

function assembled(transfer: Transfer): Buffer {
  const names = [...transfer.chunks.keys()].sort((a, b) => Number(a) - Number(b))
  return Buffer.concat(names.map(name => transfer.chunks.get(name) ?? Buffer.alloc(0)))
}

function expire(account: Account): void {
  for (const [id, transfer] of account.uploads) {
    if (account.now() - transfer.lastUsed > IDLE_MS) account.uploads.delete(id)
  }
}
