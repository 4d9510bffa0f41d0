import { sendEmpty } from './answer.ts'
import { textOf } from './body.ts'
import type { DavCall } from './call.ts'
import { DavFault } from './fault.ts'
import { requireTokens } from './lock-checks.ts'
import { requireConditions } from './preconditions.ts'
import { doneOf } from './refusal.ts'

export async function mkcol(call: DavCall): Promise<void> {
  const { space, place, extensions, signal } = call
  if ((await textOf(call)) !== '') throw new DavFault(415, 'A MKCOL with a body is not understood here.')
  const there = await space.find(place)
  if (place === '' || there !== undefined) throw new DavFault(405, 'Something of this name is there already.')
  await requireConditions(call, undefined)
  await requireTokens(call, place, 'name')
  await extensions.permit?.({ do: 'make-directory', at: place }, call)
  const { node } = doneOf(await space.change({ do: 'make-directory', at: place }, signal), { exists: 405 })
  sendEmpty(call, 201, node === undefined ? {} : extensions.headersOf?.(node, call))
}
