// A lock as it is shown to one user.
import type { ActiveLock } from '../wire/dav/locks.ts'
import type { DavCall } from './call.ts'
import type { Lock } from './locks.ts'
import { hrefOf } from './resolve.ts'

/** Others may know that there is a lock and whose, but not its token: it is what the holder proves himself with. */
export async function activeLock(lock: Lock, { space, root, user, clock }: DavCall): Promise<ActiveLock> {
  const node = await space.findById(lock.node)
  return {
    scope: lock.scope,
    owner: lock.owner,
    depth: lock.depth,
    timeoutSeconds: Math.max(0, Math.ceil((lock.expiresAt - clock.now()) / 1000)),
    token: lock.user === user ? lock.token : undefined,
    // Where it was taken may lie outside of what this user sees.
    root: node === undefined ? `${root}/` : hrefOf(root, node.path, node.kind),
  }
}
