// Notices changes on the server by asking for the root's etag now and then: it changes with anything below.
import { asSyncError, type SyncError } from '../../model/errors.ts'
import type { Place } from '../../model/path.ts'
import { dav } from '../../wire/dav/names.ts'
import { etagOf } from '../../wire/owncloud/properties.ts'
import { list } from './listing.ts'
import type { Session } from './session.ts'

/** What the servers ask desktop clients to keep between two questions. */
const PAUSE_MS = 30_000
/** After a fault that may pass. */
const MAX_PAUSE_MS = 10 * 60_000

/** Hints at the root whenever its etag is another one. Faults that do not pass by themselves end the watch and are told. */
export function watch(
  session: Session,
  onHint: (below: Place) => void,
  onFault: (error: SyncError) => void,
): Disposable {
  const end = new AbortController()
  poll(session, onHint, end.signal).catch(error => {
    if (!end.signal.aborted) onFault(asSyncError(error))
  })
  return { [Symbol.dispose]: () => end.abort() }
}

async function poll(session: Session, onHint: (below: Place) => void, signal: AbortSignal): Promise<void> {
  let known: string | undefined
  let pause = PAUSE_MS
  while (true) {
    const etag = await rootEtag(session, signal)
    pause = etag === undefined ? Math.min(MAX_PAUSE_MS, pause * 2) : PAUSE_MS
    if (etag !== undefined && known !== undefined && etag !== known) onHint('')
    known = etag ?? known
    await session.world.clock.sleep(pause, signal)
  }
}

/** Undefined when it could not be asked for now. */
async function rootEtag(session: Session, signal: AbortSignal): Promise<string | undefined> {
  try {
    const request = { at: session.root, depth: '0', properties: [dav('getetag')], place: '' } as const
    const listing = await list(session, request, signal)
    return listing && etagOf(listing.self)
  } catch (error) {
    signal.throwIfAborted()
    const fault = asSyncError(error)
    if (fault.retry === 'never') throw fault
    return undefined
  }
}
