// PUT (RFC 9110, RFC 4918, 9.7): the bytes are taken whole before anything changes.
import { type Path, parentOf } from '../model/path.ts'
import type { Condition, Received, SpaceNode } from '../store/space.ts'
import { sendEmpty } from './answer.ts'
import { bytesOf, lengthOf } from './body.ts'
import type { DavCall } from './call.ts'
import { DavFault } from './fault.ts'
import { requireTokens } from './lock-checks.ts'
import { requireConditions } from './preconditions.ts'
import { doneOf } from './refusal.ts'

export async function put(call: DavCall): Promise<void> {
  const { request, space, place, slash, extensions, signal } = call
  // Taken for a whole file, a part would destroy it.
  if (request.headers['content-range'] !== undefined)
    throw new DavFault(400, 'A part of a file cannot be uploaded: Content-Range is not understood here.')
  if (place === '' || slash) throw new DavFault(405, 'This is the name of a directory.')
  const upload = extensions.upload?.(call) ?? {}
  const when = await requirePlaceFor(call, place)
  const received = await space.receive(
    {
      at: place,
      size: lengthOf(request),
      bytes: bytesOf(call),
      ...(upload.sums === undefined ? {} : { sums: upload.sums }),
      ...(upload.kinds === undefined ? {} : { kinds: upload.kinds }),
    },
    signal,
  )
  const { node, made } = await storeReceived(call, { at: place, received, mtimeMs: upload.mtimeMs, when })
  sendStored(call, node, made, upload.headers)
}

/** Whether a file may be put at `at`, before its bytes are taken. Throws the faults of PUT; the result goes into the change. */
export async function requirePlaceFor(call: DavCall, at: Path): Promise<Condition> {
  const { space, extensions } = call
  const there = await space.find(at)
  // First what the client expects: one that expects nothing is to hear that something is there, whatever it is.
  const when = await requireConditions(call, there)
  if (there?.kind === 'directory') throw new DavFault(405, 'A directory of this name is there.')
  await requireTokens(call, at, there === undefined ? 'name' : 'content')
  if (there === undefined) await requireParent(call, at)
  else if (there.rights?.write === false) throw new DavFault(403, 'You may not change this file.')
  await extensions.permit?.({ do: 'put', at }, call)
  return when
}

async function requireParent({ space }: DavCall, at: Path): Promise<void> {
  const parent = await space.find(parentOf(at))
  if (parent?.kind !== 'directory') throw new DavFault(409, 'There is no directory to put it in.')
  if (parent.rights?.addFiles === false) throw new DavFault(403, 'You may not add files here.')
}

export interface Store {
  readonly at: Path
  readonly received: Received
  readonly mtimeMs: number | undefined
  readonly when: Condition
}

/** Puts received bytes in their place; they are discarded where that is refused. */
export async function storeReceived(
  call: DavCall,
  { at, received, mtimeMs, when }: Store,
): Promise<{ readonly node: SpaceNode | undefined; readonly made: 'created' | 'replaced' }> {
  const { space, signal } = call
  try {
    // Taking the bytes took its time: somebody may have locked it meanwhile.
    await requireTokens(call, at, 'content')
    return doneOf(await space.change({ do: 'put', at, received, mtimeMs, when }, signal))
  } catch (error) {
    await space.discard(received)
    throw error
  }
}

/** The answer to an upload: 201 or 204, and how its state is called. */
export function sendStored(
  call: DavCall,
  node: SpaceNode | undefined,
  made: 'created' | 'replaced',
  headers: Readonly<Record<string, string>> = {},
): void {
  const state = node === undefined ? {} : { ETag: `"${node.etag}"`, ...call.extensions.headersOf?.(node, call) }
  sendEmpty(call, made === 'created' ? 201 : 204, { ...state, ...headers })
}
