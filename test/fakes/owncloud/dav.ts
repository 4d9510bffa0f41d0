// Everything under /remote.php: which collection a request means, and which method answers it.
import type { Account } from './account.ts'
import { bulk } from './bulk.ts'
import { badRequest, type Call, DavFault, forbidden, notFound, type Reply } from './message.ts'
import { checkPreconditions, checkTaggedList } from './preconditions.ts'
import { propfind, proppatch } from './properties.ts'
import { copy, mkcol, move, remove } from './structure.ts'
import { get, put, recalculate } from './transfer.ts'
import { type Node, namesOf } from './tree.ts'
import { answerUploads, complete } from './uploads.ts'

/** Answers a request of a user who is logged in. */
export function answerDav(account: Account, call: Call, base: string, offersBulk: boolean): Reply {
  if (call.path === '/remote.php/dav/bulk' && call.method === 'POST' && offersBulk) return bulk(account, call)
  const place = placeOf(account, call.path)
  const find = (urlPath: string): Node | undefined => account.tree.find(destinationOf(account, urlPath, base))
  checkTaggedList(call.headers['if'], find)
  if (place.in === 'uploads') {
    const id = place.names[0] ?? ''
    if (call.method !== 'MOVE') return answerUploads(account, call, place.names)
    if (place.names[1] !== '.file') throw forbidden('Only .file can be moved')
    const to = destinationOf(account, requiredDestination(call), base)
    if (call.headers['overwrite'] === 'F' && account.tree.find(to) !== undefined)
      throw new DavFault(412, 'Sabre\\DAV\\Exception\\PreconditionFailed', 'The destination node already exists')
    return complete(account, call, id, to)
  }
  const path = place.names.join('/')
  checkPreconditions(call, account.tree.find(path))
  return answerFiles(account, call, path, base)
}

/** The path below the user's root that a decoded URL path means, or undefined when it is about something else. */
export function filesPathOf(path: string): string | undefined {
  const match = /^\/remote\.php\/(?:webdav|dav\/files\/[^/]+)(?:\/(.*))?$/.exec(path)
  return match === null ? undefined : namesOf(match[1] ?? '').join('/')
}

function answerFiles(account: Account, call: Call, path: string, base: string): Reply {
  const overwrite = call.headers['overwrite']
  switch (call.method) {
    case 'OPTIONS':
      return { status: 200, headers: { DAV: '1, 3, extended-mkcol, access-control' } }
    case 'PROPFIND':
      return propfind(account, call, path)
    case 'PROPPATCH':
      return proppatch(account, call, path)
    case 'GET':
    case 'HEAD':
      return get(account, path, call)
    case 'PUT':
      return put(account, path, call)
    case 'PATCH':
      return recalculate(account, path, call)
    case 'MKCOL':
      return mkcol(account, path)
    case 'DELETE':
      return remove(account, path)
    case 'MOVE':
      return move(account, path, destinationOf(account, requiredDestination(call), base), overwrite)
    case 'COPY':
      return copy(account, path, destinationOf(account, requiredDestination(call), base), overwrite)
    default:
      throw new DavFault(
        501,
        'Sabre\\DAV\\Exception\\NotImplemented',
        `There was no plugin that handles ${call.method}`,
      )
  }
}

function placeOf(account: Account, path: string): { in: 'files' | 'uploads'; names: string[] } {
  const names = namesOf(path)
  if (names[1] === 'webdav') return { in: 'files', names: names.slice(2) }
  const [, dav, collection, user] = names
  if (dav !== 'dav' || (collection !== 'files' && collection !== 'uploads')) throw notFound(path)
  if (user !== account.user) throw forbidden('This belongs to another user')
  return { in: collection, names: names.slice(4) }
}

/** The files path that a Destination names: a URL of any host, or a bare path. */
function destinationOf(account: Account, destination: string, base: string): string {
  const path = decodeURIComponent(destination.replace(/^https?:\/\/[^/]*/, ''))
  const place = placeOf(account, path.startsWith(base) ? path.slice(base.length) : path)
  if (place.in !== 'files') throw forbidden('The destination is not a file')
  return place.names.join('/')
}

function requiredDestination(call: Call): string {
  const destination = call.headers['destination']
  if (destination === undefined) throw badRequest('The destination header was not supplied')
  return destination
}
