import { sendEmpty } from './answer.ts'
import type { DavCall } from './call.ts'
import { DavFault } from './fault.ts'
import { locksWithin, requireTokens } from './lock-checks.ts'
import { requireConditions } from './preconditions.ts'
import { nodeAt } from './propfind.ts'
import { doneOf } from './refusal.ts'

export async function remove(call: DavCall): Promise<void> {
  const { space, place, locks, extensions, signal } = call
  if (place === '') throw new DavFault(403, 'The whole tree cannot be deleted.')
  const node = await nodeAt(call)
  const when = await requireConditions(call, node)
  await requireTokens(call, place, 'tree')
  await extensions.permit?.({ do: 'trash', at: place }, call)
  const gone = await locksWithin(call, place)
  doneOf(await space.change({ do: 'trash', at: place, when }, signal))
  for (const { token } of gone) locks.remove(token)
  sendEmpty(call, 204)
}
