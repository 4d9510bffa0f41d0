import { randomHex } from '../platform/world.ts'
import type { SpaceNode } from '../store/space.ts'
import { type LockInfo, parseLockInfo, parseLockToken, parseTimeout, writeActiveLocks } from '../wire/dav/locks.ts'
import { MULTISTATUS_END, MULTISTATUS_START, writeStatus } from '../wire/dav/write-multistatus.ts'
import { activeLock } from './active-lock.ts'
import { sendEmpty, sendXml } from './answer.ts'
import { textOf } from './body.ts'
import type { DavCall } from './call.ts'
import { DavFault } from './fault.ts'
import { locked, locksBelow, locksOver } from './lock-checks.ts'
import type { Lock } from './locks.ts'
import { requireConditions } from './preconditions.ts'
import { nodeAt, parsed } from './propfind.ts'
import { requirePlaceFor, storeReceived } from './put.ts'
import { hrefOf } from './resolve.ts'

export async function lock(call: DavCall): Promise<void> {
  const text = await textOf(call)
  if (text === '') await refresh(call)
  else await take(call, parsed(text, parseLockInfo))
}

/** The holder says that it is still there. */
async function refresh(call: DavCall): Promise<void> {
  const node = await nodeAt(call)
  await requireConditions(call, node)
  const mine = (await locksOver(call, call.place)).filter(
    ({ token, user }) => user === call.user && call.submitted.has(token),
  )
  if (mine.length === 0)
    throw new DavFault(412, 'The request names no lock of yours that holds here.', {
      condition: '<d:lock-token-matches-request-uri/>',
    })
  const timeoutMs = timeoutOf(call)
  const locks = mine.map(each => ({ ...each, timeoutMs, expiresAt: call.clock.now() + timeoutMs }))
  for (const each of locks) call.locks.put(each)
  await sendLocks(call, 200, locks, {})
}

async function take(call: DavCall, info: LockInfo): Promise<void> {
  const depth = depthOfLock(call)
  requireRoom(call, info)
  const there = await call.space.find(call.place)
  if (there !== undefined) {
    await requireConditions(call, there)
    requireRight(there)
    if (await isBlocked(call, info, depth, there)) return
  }
  const node = there ?? (await createEmpty(call, info))
  // From here to the lock nothing waits: of two who want it only one gets it.
  const rivals = call.locks.on(node.id).filter(each => isRival(each, info))
  if (rivals.length > 0) throw await locked(call, rivals, 'no-conflicting-lock')
  const timeoutMs = timeoutOf(call)
  const { token, expiresAt } = { token: newToken(call), expiresAt: call.clock.now() + timeoutMs }
  const taken: Lock = { token, node: node.id, user: call.user, ...info, depth, timeoutMs, expiresAt }
  call.locks.put(taken)
  await sendLocks(call, there === undefined ? 201 : 200, [taken], { 'Lock-Token': `<${token}>` })
}

/** Throws 423 for locks that hold here. Answers with 207 when one below is in the way, and says so. */
async function isBlocked(call: DavCall, info: LockInfo, depth: Lock['depth'], node: SpaceNode): Promise<boolean> {
  const rivals = (await locksOver(call, call.place)).filter(each => isRival(each, info))
  if (rivals.length > 0) throw await locked(call, rivals, 'no-conflicting-lock')
  if (depth === 'itself') return false
  const below = (await locksBelow(call, call.place)).filter(({ lock: each }) => isRival(each, info))
  if (below.length === 0) return false
  const places = [...new Set(below.map(({ at }) => at))]
  const others = places.map(at => writeStatus(hrefOf(call.root, at, 'file'), 423, '<d:no-conflicting-lock/>'))
  const own = writeStatus(hrefOf(call.root, node.path, node.kind), 424)
  sendXml(call, 207, MULTISTATUS_START + others.join('') + own + MULTISTATUS_END)
  return true
}

const isRival = (held: Lock, { scope }: LockInfo): boolean => scope === 'exclusive' || held.scope === 'exclusive'

/** A lock on a name that is not there makes an empty file of it (RFC 4918, 7.3). */
async function createEmpty(call: DavCall, info: LockInfo): Promise<SpaceNode> {
  const { place, space, signal } = call
  if (place === '' || call.slash) throw new DavFault(409, 'There is no such directory.')
  const rivals = (await locksOver(call, place)).filter(each => isRival(each, info))
  if (rivals.length > 0) throw await locked(call, rivals, 'no-conflicting-lock')
  await requirePlaceFor(call, place)
  const received = await space.receive({ at: place, size: 0, bytes: nothing() }, signal)
  const { node } = await storeReceived(call, { at: place, received, mtimeMs: undefined, when: 'absent' })
  return node ?? (await nodeAt(call))
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** A lock keeps others from writing: who may not write has no business to take one. */
function requireRight({ kind, rights }: SpaceNode): void {
  const may = rights === undefined || (kind === 'file' ? rights.write : rights.addFiles || rights.addDirectories)
  if (!may) throw new DavFault(403, 'You may not lock what you may not change.')
}

function requireRoom({ locks, user, limits }: DavCall, { owner }: LockInfo): void {
  if (owner.length > limits.propertiesLength) throw new DavFault(413, 'What the lock says of its owner is too long.')
  if (locks.isEmpty) return
  if (locks.all().filter(each => each.user === user).length >= limits.locksPerUser)
    throw new DavFault(507, 'You hold too many locks.')
}

function depthOfLock({ request }: DavCall): Lock['depth'] {
  const depth = request.headers['depth']
  if (depth === undefined || String(depth).toLowerCase() === 'infinity') return 'tree'
  if (depth === '0') return 'itself'
  throw new DavFault(400, 'The Depth of a LOCK is 0 or infinity.')
}

function timeoutOf({ request, limits }: DavCall): number {
  const header = request.headers['timeout']
  const wanted = typeof header === 'string' ? parseTimeout(header) : undefined
  return Math.max(1000, Math.min(wanted ?? limits.lockTimeoutMs, limits.lockTimeoutMs))
}

function newToken({ random }: DavCall): string {
  const hex = randomHex(random, 16)
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 3)
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, variant + hex.slice(17, 20), hex.slice(20)]
  return `urn:uuid:${parts.join('-')}`
}

async function sendLocks(
  call: DavCall,
  status: number,
  locks: readonly Lock[],
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const active = []
  for (const each of locks) active.push(await activeLock(each, call))
  const discovery = `<d:lockdiscovery>${writeActiveLocks(active)}</d:lockdiscovery>`
  const body = `<?xml version="1.0" encoding="utf-8"?>\n<d:prop xmlns:d="DAV:">${discovery}</d:prop>`
  sendXml(call, status, body, headers)
}

export async function unlock(call: DavCall): Promise<void> {
  const header = call.request.headers['lock-token']
  const token = typeof header === 'string' ? parseLockToken(header) : undefined
  if (token === undefined) throw new DavFault(400, 'The request says no Lock-Token.')
  await requireConditions(call, await nodeAt(call))
  const held = (await locksOver(call, call.place)).find(each => each.token === token)
  if (held === undefined)
    throw new DavFault(409, 'This lock does not hold here.', { condition: '<d:lock-token-matches-request-uri/>' })
  if (held.user !== call.user) throw new DavFault(403, 'The lock is not yours.')
  call.locks.remove(token)
  sendEmpty(call, 204)
}
