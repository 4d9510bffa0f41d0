// MOVE and COPY (RFC 4918, 9.8 and 9.9).
import { isBelow, type Path, type Place } from '../model/path.ts'
import type { SpaceNode } from '../store/space.ts'
import { sendEmpty } from './answer.ts'
import type { DavCall } from './call.ts'
import { DavFault } from './fault.ts'
import { locksWithin, requireTokens } from './lock-checks.ts'
import type { Lock } from './locks.ts'
import { requireConditions } from './preconditions.ts'
import { nodeAt } from './propfind.ts'
import { doneOf } from './refusal.ts'
import { destinationOf } from './resolve.ts'

export async function move(call: DavCall): Promise<void> {
  const { space, extensions, signal } = call
  const { from, to, overwrite } = await wayOf(call)
  const when = await requireConditions(call, await nodeAt(call))
  const target = await targetOf(call, to, overwrite)
  await requireTokens(call, from, 'tree')
  await extensions.permit?.({ do: 'move', from, to }, call)
  // Locks stay where they were taken: those of what moves end, those on what is replaced go over to what takes its place.
  const left = await locksWithin(call, from)
  const replaced = await locksWithin(call, to)
  const { node, made } = doneOf(await space.change({ do: 'move', from, to, overwrite, when }, signal))
  for (const { token } of left) call.locks.remove(token)
  passOn(call, replaced, target, node)
  sendMade(call, node, made)
}

export async function copy(call: DavCall): Promise<void> {
  const { space, extensions, signal } = call
  const depth = depthOfCopy(call)
  const { from, to, overwrite } = await wayOf(call)
  const when = await requireConditions(call, await nodeAt(call))
  const target = await targetOf(call, to, overwrite)
  await extensions.permit?.({ do: 'copy', from, to }, call)
  const replaced = await locksWithin(call, to)
  const { node, made } = doneOf(await space.change({ do: 'copy', from, to, overwrite, depth, when }, signal))
  passOn(call, replaced, target, node)
  sendMade(call, node, made)
}

interface Way {
  readonly from: Path
  readonly to: Path
  readonly overwrite: 'overwrite' | 'keep'
}

async function wayOf(call: DavCall): Promise<Way> {
  const from: Place = call.place
  const to = destinationOf(call)
  if (from === '' || to === '') throw new DavFault(403, 'The whole tree cannot be moved, copied or replaced.')
  if (from === to) throw new DavFault(403, 'The Destination is what is to be moved or copied itself.')
  // It would be deleted with what it replaces.
  if (isBelow(from, to)) throw new DavFault(403, 'What is to be moved or copied lies in what it would replace.')
  return { from, to, overwrite: overwriteOf(call) }
}

/** What is at `to` now. Throws 412 when it may not be replaced, 423 when it is locked. */
async function targetOf(call: DavCall, to: Path, overwrite: Way['overwrite']): Promise<SpaceNode | undefined> {
  const target = await call.space.find(to)
  if (target !== undefined && overwrite === 'keep') throw new DavFault(412, 'Something is at the Destination already.')
  await requireTokens(call, to, target === undefined ? 'name' : 'tree')
  return target
}

function overwriteOf({ request }: DavCall): Way['overwrite'] {
  const overwrite = request.headers['overwrite']
  if (overwrite === undefined || overwrite === 'T' || overwrite === 't') return 'overwrite'
  if (overwrite === 'F' || overwrite === 'f') return 'keep'
  throw new DavFault(400, 'Overwrite is neither T nor F.')
}

function depthOfCopy({ request }: DavCall): 'tree' | 'itself' {
  const depth = request.headers['depth']
  if (depth === undefined || String(depth).toLowerCase() === 'infinity') return 'tree'
  if (depth === '0') return 'itself'
  throw new DavFault(400, 'The Depth of a COPY is 0 or infinity.')
}

function passOn(
  { locks }: DavCall,
  replaced: readonly Lock[],
  target: SpaceNode | undefined,
  node: SpaceNode | undefined,
): void {
  for (const lock of replaced) {
    if (node === undefined || lock.node !== target?.id) locks.remove(lock.token)
    else if (node.id !== lock.node) locks.put({ ...lock, node: node.id })
  }
}

function sendMade(call: DavCall, node: SpaceNode | undefined, made: 'created' | 'replaced'): void {
  const headers = node === undefined ? {} : { ETag: `"${node.etag}"`, ...call.extensions.headersOf?.(node, call) }
  sendEmpty(call, made === 'created' ? 201 : 204, headers)
}
