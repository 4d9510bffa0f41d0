// Notices changes on the server: by what it tells by itself, where it does, and by asking for the root's etag now and then, which changes
// with anything below.
import { asSyncError, type SyncError } from '../../model/errors.ts'
import type { Place } from '../../model/path.ts'
import { dav } from '../../wire/dav/names.ts'
import { etagOf } from '../../wire/owncloud/properties.ts'
import { list } from './listing.ts'
import { hearPush } from './push.ts'
import type { Session } from './session.ts'

/** What the servers ask desktop clients to keep between two questions. */
const PAUSE_MS = 30_000
/** While the server tells by itself, asking is for what it forgot. */
const HEARING_PAUSE_MS = 5 * 60_000
/** After a fault that may pass. */
const MAX_PAUSE_MS = 10 * 60_000
/** What is told costs a look at most this often in the long run, whatever the server tells; a burst of so many costs one each. */
const LOOK_MS = 500
const BURST = 20

/** Hints at the root whenever something changed. Faults that do not pass by themselves end the watch and are told. */
export function watch(
  session: Session,
  onHint: (below: Place) => void,
  onFault: (error: SyncError) => void,
): Disposable {
  const end = new AbortController()
  const watching = new Watch(session, onHint, end.signal)
  watching.stay().catch(error => {
    if (!end.signal.aborted) onFault(asSyncError(error))
    end.abort()
  })
  return { [Symbol.dispose]: () => end.abort() }
}

class Watch {
  readonly #session: Session
  readonly #onHint: (below: Place) => void
  readonly #end: AbortSignal
  #isHearing = false
  #wake = new AbortController()
  #isHinting = false
  /** When all hints so far would have been given at an even pace. */
  #evenAt = 0

  constructor(session: Session, onHint: (below: Place) => void, end: AbortSignal) {
    this.#session = session
    this.#onHint = onHint
    this.#end = end
  }

  async stay(): Promise<void> {
    hearPush(this.#session, this.#told(), this.#end).catch(error => {
      if (!this.#end.aborted) this.#session.world.log('warn', 'changes are not listened to', { error: String(error) })
    })
    let known: string | undefined
    let pause = PAUSE_MS
    while (true) {
      const etag = await rootEtag(this.#session, this.#end)
      pause = etag === undefined ? Math.min(MAX_PAUSE_MS, pause * 2) : this.#isHearing ? HEARING_PAUSE_MS : PAUSE_MS
      if (etag !== undefined && known !== undefined && etag !== known) this.#onHint('')
      known = etag ?? known
      await this.#rest(pause)
    }
  }

  #told() {
    return {
      onHearing: () => {
        this.#isHearing = true
        // What changed between the last question and now was told to nobody.
        this.#wake.abort()
      },
      onDeaf: () => {
        this.#isHearing = false
        this.#wake.abort()
      },
      onChange: () => void this.#hint(),
    }
  }

  async #rest(ms: number): Promise<void> {
    const wake = new AbortController()
    this.#wake = wake
    await this.#session.world.clock.sleep(ms, AbortSignal.any([this.#end, wake.signal])).catch(() => {})
    this.#end.throwIfAborted()
  }

  async #hint(): Promise<void> {
    // The one that waits is for this change too.
    if (this.#isHinting) return
    const { clock } = this.#session.world
    const now = clock.now()
    this.#evenAt = Math.max(now - BURST * LOOK_MS, Math.min(this.#evenAt, now + LOOK_MS)) + LOOK_MS
    if (this.#evenAt > now) {
      this.#isHinting = true
      await clock.sleep(this.#evenAt - now, this.#end).catch(() => {})
      this.#isHinting = false
    }
    if (!this.#end.aborted) this.#onHint('')
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
