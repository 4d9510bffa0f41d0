// Hears of changes by the WebSocket of notify_push: sooner than by asking, and never instead of asking.
import { asSyncError } from '../../model/errors.ts'
import type { Session } from './session.ts'

export interface PushTold {
  /** The server knows who we are, and tells from now on. What happened before, it did not tell. */
  onHearing(): void
  /** Nothing is heard until `onHearing`. */
  onDeaf(): void
  /** Something of ours changed. */
  onChange(): void
}

type Hearing = Pick<Session, 'client' | 'world'> & { readonly server: Pick<Session['server'], 'push'> }

const FIRST_PAUSE_MS = 1000
const MAX_PAUSE_MS = 10 * 60_000
/** A server that lets us in and hangs up at once is not asked at once each time. */
const STEADY_MS = 60_000

/** Listens until the signal aborts, and again after every end of the line. Returns at once where the server has nothing to listen to. */
export async function hearPush(session: Hearing, told: PushTold, signal: AbortSignal): Promise<void> {
  const path = pathOnServer(session)
  if (path === undefined) return
  const { clock, random, log } = session.world
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; ) {
    let heardAt: number | undefined
    const fault = await hearOnce(session, path, signal, {
      ...told,
      onHearing: () => {
        heardAt = clock.now()
        told.onHearing()
      },
    })
    if (heardAt !== undefined) told.onDeaf()
    if (signal.aborted) return
    log('debug', 'changes are not told of', { fault: fault.message })
    // What does not pass by itself is told by whoever asks.
    if (fault.retry === 'never') return
    const isSteady = heardAt !== undefined && clock.now() - heardAt >= STEADY_MS
    pauseMs = isSteady ? FIRST_PAUSE_MS : Math.min(MAX_PAUSE_MS, pauseMs * 2)
    // Many clients lose a server that is restarted at the same instant.
    await clock.sleep(pauseMs + random.below(pauseMs), signal)
  }
}

/** Why it ended. */
async function hearOnce(session: Hearing, path: string, signal: AbortSignal, told: PushTold) {
  let isKnown = false
  const onText = (text: string) => {
    if (!isKnown) {
      isKnown = text === 'authenticated'
      if (isKnown) told.onHearing()
    } else if (text === 'notify_file' || text.startsWith('notify_file_id')) told.onChange()
  }
  try {
    await session.client.hear(path, { greeting: ({ user, password }) => [user, password], onText }, signal)
    return asSyncError(signal.reason)
  } catch (error) {
    return asSyncError(error)
  }
}

/** Undefined for another server than the one that our password is meant for. Whether it is asked by TLS is decided by our own address. */
function pathOnServer({ client, server: { push } }: Hearing): string | undefined {
  if (push === undefined || !URL.canParse(push)) return undefined
  const { protocol, host, pathname, search } = new URL(push)
  const isSocket = protocol === 'ws:' || protocol === 'wss:'
  return isSocket && host === client.base.host ? pathname + search : undefined
}
