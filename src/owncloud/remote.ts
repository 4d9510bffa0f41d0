// Everything below /remote.php: which collection an address means, and who answers for it.
import type { Accounts, User } from '../accounts/accounts.ts'
import { sendFault } from '../dav/answer.ts'
import { discardBody } from '../dav/body.ts'
import type { DavCall, DavExtensions, DavHost, DavMount, PropertySource } from '../dav/call.ts'
import { type DavHandler, davHandler } from '../dav/dav.ts'
import { DavFault } from '../dav/fault.ts'
import { faultOf, isForTheLog } from '../dav/refusal.ts'
import { callOf } from '../dav/request-call.ts'
import type { NodeId, Space } from '../store/space.ts'
import { parseResourcePath } from '../wire/dav/resource-path.ts'
import { BULK_READ } from '../wire/owncloud/bulk-read.ts'
import { answerBulk } from './bulk.ts'
import { answerBulkRead } from './bulk-read.ts'
import { answerPrincipal, answerTop } from './dav-top.ts'
import { extensionsFor, faultForClients } from './extensions.ts'
import { writeOcId } from './file-ids.ts'
import { answerMeta, answerVersions } from './file-versions.ts'
import { filesTreeOf, isOwn, readDestination } from './files-tree.ts'
import { propertiesFor } from './properties.ts'
import { answerOldTrashBin, answerTrashBin } from './trash-bin.ts'
import { type Uploads, WHOLE } from './uploads.ts'
import { notAllowed, notFound } from './virtual.ts'
import type { Visit } from './visit.ts'

export interface RemoteHost {
  readonly accounts: Accounts
  readonly dav: DavHost
  readonly uploads: Uploads
  readonly instance: string
  fingerprint(): string
  /** The user's tree. */
  spaceOf(user: User): Promise<Space>
}

/** Answers a request of somebody who has signed in. Never rejects. */
export type RemoteHandler = (visit: Visit, user: User) => Promise<void>

export function remoteHandler(host: RemoteHost): RemoteHandler {
  const dav = davHandler(host.dav)
  const mountParts = mountPartsOf(host)
  return async (visit, user) => {
    await guarded(visit, host.dav, async () => {
      const path = parseResourcePath(visit.path)
      if (path.as === 'fault') throw new DavFault(400, 'The path is malformed.')
      const space = await host.spaceOf(user)
      const parts = { space, user: user.id, ...mountParts(user) }
      await route({ host, dav, visit, user, parts }, path.names)
    })
  }
}

interface Asked {
  readonly host: RemoteHost
  readonly dav: DavHandler
  readonly visit: Visit
  readonly user: User
  readonly parts: Omit<DavMount, 'root'>
}

async function route(asked: Asked, names: readonly string[]): Promise<void> {
  const { host, dav, visit, user, parts } = asked
  const tree = filesTreeOf(host.accounts, user, names)
  if (tree !== undefined) return dav(visit.request, visit.response, { ...parts, root: tree.root })
  const [, second, third, owner, ...rest] = names
  if (second !== 'dav') throw notFound()
  const call = callOf(host.dav, visit.request, visit.response, { ...parts, root: '', extensions: {} })
  if (third === undefined || (third === 'principals' && (owner === undefined || owner === 'users'))) {
    if (rest[0] !== undefined && !isOwn(host.accounts, user, rest[0])) throw foreign()
    return third === undefined ? answerTop(call, names, user) : answerPrincipal(call, names, user)
  }
  if (third === 'bulk' && owner === undefined) return bulk(asked)
  if (third === 'meta' && owner !== undefined)
    return answerMeta(call, { ...restoring(asked), base: names.slice(0, 3), names: names.slice(3) })
  if (owner === undefined) return answerTop(call, names, user)
  if (!isOwn(host.accounts, user, owner)) throw foreign()
  await answerOwn(asked, call, third, { base: names.slice(0, 4), names: rest })
}

interface OwnPlace {
  readonly base: readonly string[]
  readonly names: readonly string[]
}

async function answerOwn(asked: Asked, call: DavCall, kind: string, place: OwnPlace): Promise<void> {
  switch (kind) {
    case 'uploads':
      return upload(asked, call, place)
    case 'trashbin':
      return answerTrashBin(call, { ...restoring(asked), ...place })
    case 'trash-bin':
      return answerOldTrashBin(call, { ...restoring(asked), ...place })
    case 'versions':
      return answerVersions(call, { ...restoring(asked), ...place })
    default:
      throw notFound()
  }
}

async function upload(asked: Asked, call: DavCall, place: OwnPlace): Promise<void> {
  const { host, user, visit, parts } = asked
  if (call.method !== 'MOVE') return host.uploads.answer(call, { user, ...place })
  const [transfer = '', name, ...more] = place.names
  if (name !== WHOLE || more.length > 0) throw notAllowed()
  const raw = visit.request.headers['destination']
  const destination = destinationIn(asked)
  const tree = filesTreeOf(host.accounts, user, destination.names)
  if (tree === undefined || typeof raw !== 'string')
    throw new DavFault(403, 'The Destination is not among your own files.')
  // From here on it is a request about the file that is to be.
  const target = callOf(host.dav, visit.request, visit.response, { ...parts, root: tree.root }, raw)
  try {
    await host.uploads.complete(target, user, transfer)
  } catch (error) {
    const fault = faultOf(error)
    throw fault === undefined ? error : faultForClients(fault)
  }
}

async function bulk({ host, visit, parts }: Asked): Promise<void> {
  const tree = { ...parts, root: '/remote.php/webdav' }
  const call = callOf(host.dav, visit.request, visit.response, tree, '/remote.php/webdav/')
  if (call.method === BULK_READ) return answerBulkRead(call)
  await answerBulk(call, ({ id }) => writeOcId(id as NodeId, host.instance))
}

function restoring(asked: Asked) {
  const { host, user } = asked
  return { instance: host.instance, user: user.name, destination: () => destinationIn(asked) }
}

function destinationIn({ host, user, visit }: Asked) {
  const found = readDestination(host.accounts, user, visit.request.headers['destination'])
  if (found === undefined) throw new DavFault(400, 'The request says no Destination, or one that is no path.')
  return found
}

const foreign = (): DavFault => new DavFault(403, 'This does not belong to you.')

interface MountParts {
  readonly properties: PropertySource
  readonly extensions: DavExtensions
}

const MAX_KEPT = 1000

/** What does not change from request to request is made once for a user, as long as the user is called the same. */
function mountPartsOf(host: RemoteHost): (user: User) => MountParts {
  const kept = new Map<string, MountParts>()
  return user => {
    const key = JSON.stringify([user.id, user.name, user.displayName])
    const known = kept.get(key)
    if (known !== undefined) return known
    const parts = { properties: propertiesFor(user, host), extensions: extensionsFor(user, host) }
    if (kept.size >= MAX_KEPT) kept.clear()
    kept.set(key, parts)
    return parts
  }
}

/** Runs `act`; what it throws becomes the answer, or the end of the connection where an answer was begun. */
export async function guarded(
  { request, response, method, path }: Visit,
  { log, limits }: Pick<DavHost, 'log' | 'limits'>,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (response.destroyed) return
    if (response.headersSent) {
      log('warn', 'An answer was cut off', { error: String(error) })
      response.destroy()
      return
    }
    const known = faultOf(error)
    if (known === undefined || isForTheLog(known))
      log('error', 'A request failed', { method, path, error: error instanceof Error ? error.stack : String(error) })
    discardBody(request, response, limits.drainBytes)
    sendFault({ response, method }, known ?? new DavFault(500, 'The server could not do it. Its log says why.'))
  }
}
