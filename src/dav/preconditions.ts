// The conditions of a request's headers: whether they hold now, and what must still be so at the instant of the change.
import type { Place } from '../model/path.ts'
import type { Condition, SpaceNode } from '../store/space.ts'
import { parseHttpDate } from '../wire/dav/dates.ts'
import { isEtag, parseEtagList } from '../wire/dav/etags.ts'
import type { IfCondition, IfList } from '../wire/dav/if-header.ts'
import type { DavCall } from './call.ts'
import { DavFault } from './fault.ts'
import { locksOver } from './lock-checks.ts'
import { resourceOf } from './resolve.ts'

/**
 * Throws 412 unless all conditions hold for `node`, which is what the request is about (undefined: nothing is there). The result goes
 * into the change, so that two requests with the same condition cannot both succeed.
 */
export async function requireConditions(call: DavCall, node: SpaceNode | undefined): Promise<Condition> {
  const { headers } = call.request
  const match = headers['if-match']
  const noneMatch = headers['if-none-match']
  const since = headers['if-unmodified-since']
  if (match === undefined && noneMatch === undefined && since === undefined && call.conditions === undefined)
    return 'any'
  if (match !== undefined && !isAmong(match, node)) throw stale('If-Match')
  if (match === undefined && since !== undefined && !isUnmodified(since, node)) throw stale('If-Unmodified-Since')
  if (noneMatch !== undefined && isAmong(noneMatch, node)) throw stale('If-None-Match')
  if (call.conditions !== undefined && !(await isMet(call, call.conditions))) throw stale('If')
  if (match === '*' && noneMatch === undefined) return 'present'
  // Tokens say nothing of the state, so nothing of it has to stay.
  const isOfState =
    match !== undefined || noneMatch !== undefined || since !== undefined || asksForState(call.conditions)
  if (!isOfState) return 'any'
  return node === undefined ? 'absent' : [node.etag]
}

/** Whether the client of a GET has this state already (RFC 9110, 13.1.2 and 13.1.3). */
export function isNotModified({ request: { headers } }: DavCall, node: SpaceNode): boolean {
  const noneMatch = headers['if-none-match']
  if (noneMatch !== undefined) return isAmong(noneMatch, node)
  const since = headers['if-modified-since']
  const ms = since === undefined ? undefined : parseHttpDate(since)
  return ms !== undefined && Math.floor(node.mtimeMs / 1000) * 1000 <= ms
}

/** What must hold for a GET; whether it is modified is another question. */
export async function requireReadConditions(call: DavCall, node: SpaceNode): Promise<void> {
  const { headers } = call.request
  const match = headers['if-match']
  if (match !== undefined && !isAmong(match, node)) throw stale('If-Match')
  const since = headers['if-unmodified-since']
  if (match === undefined && since !== undefined && !isUnmodified(since, node)) throw stale('If-Unmodified-Since')
  if (call.conditions !== undefined && !(await isMet(call, call.conditions))) throw stale('If')
}

/** Whether one of the lists holds. */
async function isMet(call: DavCall, lists: readonly IfList[]): Promise<boolean> {
  for (const list of lists) if (await holds(call, list)) return true
  return false
}

async function holds(call: DavCall, { resource, conditions }: IfList): Promise<boolean> {
  const place = resource === undefined ? call.place : resourceOf(resource, call)
  for (const condition of conditions) {
    const isSo = place !== undefined && (await isTrue(call, place, condition))
    if (isSo === condition.not) return false
  }
  return true
}

async function isTrue(call: DavCall, place: Place, { kind, value }: IfCondition): Promise<boolean> {
  if (kind === 'etag') return isEtag(value, (await call.space.find(place))?.etag ?? '')
  return (await locksOver(call, place)).some(({ token }) => token === value)
}

function isAmong(header: string, node: SpaceNode | undefined): boolean {
  const tags = parseEtagList(header)
  if (tags === undefined) throw new DavFault(400, 'The entity tags of a condition are malformed.')
  return node !== undefined && (tags === '*' || tags.some(tag => isEtag(tag, node.etag)))
}

function isUnmodified(header: string, node: SpaceNode | undefined): boolean {
  const ms = parseHttpDate(header)
  return ms === undefined || (node !== undefined && Math.floor(node.mtimeMs / 1000) * 1000 <= ms)
}

const asksForState = (lists: readonly IfList[] | undefined): boolean =>
  lists?.some(({ conditions }) => conditions.some(({ kind }) => kind === 'etag')) ?? false

const stale = (header: string): DavFault => new DavFault(412, `The condition of ${header} does not hold.`)
