// How often a remote is looked at as a whole while it gives no hints.
import type { Replica } from '../replica/replica.ts'
import type { Polling } from '../sync/hub-pair.ts'

/** One request on an idle pair, where directory stamps are recursive. */
const CHEAP_MS = 30_000
const WALK_MS = 5 * 60_000
/** A walk takes at most a twentieth of the time. */
const WALK_SHARE = 20

/** `wantedMs`: what the user asked for. */
export function pollingOf({ can }: Pick<Replica, 'can'>, wantedMs: number | undefined): Polling {
  const isCheap = can.directoryStamps === 'recursive'
  return { everyMs: wantedMs ?? (isCheap ? CHEAP_MS : WALK_MS), share: isCheap ? 1 : WALK_SHARE }
}
