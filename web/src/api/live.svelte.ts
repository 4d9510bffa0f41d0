// The daemon's state as it is now: asked for once, then kept up to date by events, over lost connections and restarts.
import { CallFault, call } from './call.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { readEvents } from './stream.ts'
import type { Event, Folder, Status } from './types.ts'
import { whenSeen, whenUnseenFor } from './visibility.ts'

/** `starting`: not yet known. `lost`: the daemon does not answer, and is tried again by itself. */
export type Connection = 'starting' | 'connected' | 'lost'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 8_000
/** Several events of one moment make one request. */
const GATHER_MS = 150
/** A page that nobody sees lets its connection go: a browser gives all the tabs of one place six of them, and no more. */
const UNSEEN_MS = 5_000

/** After these the whole state is asked for again; the others say all that there is to say. */
const ASK_AGAIN = new Set<Event['type']>([
  ...(['daemon', 'folder', 'remote', 'run', 'conflict', 'config', 'account', 'gap', 'changed', 'pending'] as const),
  ...(['device', 'device-connected', 'device-disconnected'] as const),
])

/** It may be about the daemon itself, of which nothing else tells. */
function isOfTheDaemon(event: Event): boolean {
  return event.type === 'notice' && event.folder === undefined
}

class Live {
  status: Status | undefined = $state.raw(undefined)
  /** As they are set up, with their remotes. */
  folders: readonly Folder[] = $state.raw([])
  connection: Connection = $state('starting')
  /** Grows when the daemon was started anew under this page. */
  restarts = $state(0)
  #startedAt: number | undefined
  readonly #listeners = new Set<(event: Event) => void>()
  #refreshing: ReturnType<typeof setTimeout> | undefined
  #lastId: number | undefined
  /** What was told since the state was asked for, while that is awaited: the answer may be older. */
  #meanwhile: Event[] | undefined
  /** An answer that overtook a later one would show what is no longer so. */
  readonly #ask = oneAtATime(() => this.#askNow())

  /** Follows the daemon until the signal aborts, while the page can be seen. Ends by itself when this browser is signed out. */
  async follow(signal: AbortSignal): Promise<void> {
    let wait = FIRST_WAIT_MS
    while (!signal.aborted) {
      await whenSeen(signal)
      const unseen = new AbortController()
      const stopLooking = whenUnseenFor(UNSEEN_MS, () => unseen.abort())
      try {
        const since = await this.#begin()
        wait = FIRST_WAIT_MS
        for await (const event of readEvents(since, AbortSignal.any([signal, unseen.signal]))) this.#take(event)
      } catch (error) {
        if (error instanceof CallFault && error.status === 401) break
      } finally {
        stopLooking()
      }
      if (signal.aborted) break
      if (unseen.signal.aborted) continue
      this.connection = 'lost'
      await pause(wait, signal)
      wait = Math.min(wait * 2, LONGEST_WAIT_MS)
    }
    this.connection = 'starting'
    this.status = undefined
  }

  /**
   * Calls `act` after every event from now on that `concerns` says yes to, and whenever events were missed, until the returned function
   * is called.
   */
  on(concerns: (event: Event) => boolean, act: () => void): () => void {
    const listener = (event: Event) => {
      if (event.type === 'gap' || concerns(event)) act()
    }
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Asks for the whole state, soon. */
  refresh(): void {
    this.#refreshing ??= setTimeout(() => {
      this.#refreshing = undefined
      // Where that fails, the stream breaks off as well, and is what tells of it.
      this.#ask().catch(() => {})
    }, GATHER_MS)
  }

  /** Resolves to the id of the last event that is in the state. */
  async #begin(): Promise<number> {
    const [about] = await Promise.all([call('GET /about'), this.#ask()])
    if (this.#startedAt !== undefined && this.#startedAt !== about.startedAt) this.restarts += 1
    this.#startedAt = about.startedAt
    this.connection = 'connected'
    const { lastEventId } = this.status as Status
    // What happened while nobody listened may be a night's work: one event stands for all of it.
    if (this.#lastId !== undefined && this.#lastId !== lastEventId)
      this.#take({ id: lastEventId, at: Date.now(), type: 'gap' })
    this.#lastId = lastEventId
    return lastEventId
  }

  async #askNow(): Promise<void> {
    const meanwhile: Event[] = []
    this.#meanwhile = meanwhile
    try {
      const status = await call('GET /status')
      // Asked for after the state: what the events up to its last one told of is in them.
      const { folders } = await call('GET /folders')
      this.folders = folders
      this.status = meanwhile.reduce(after, status)
    } finally {
      this.#meanwhile = undefined
    }
  }

  #take(event: Event): void {
    this.#lastId = event.id
    this.#meanwhile?.push(event)
    if (ASK_AGAIN.has(event.type) || isOfTheDaemon(event)) this.refresh()
    else if (this.status !== undefined) this.status = after(this.status, event)
    for (const listener of this.#listeners) listener(event)
  }
}

export const live = new Live()

/** The state after an event that says all that is new; what the state was asked for after is in it. */
function after(status: Status, event: Event): Status {
  if (event.id <= status.lastEventId) return status
  switch (event.type) {
    case 'folder-state': {
      const { state, sentence, fault } = event
      return withFolder(status, event.folder, folder => ({
        ...without(folder, 'fault'),
        state,
        sentence,
        ...given({ fault }),
      }))
    }
    case 'remote-state': {
      const { state, sentence, fault, nextTryAt } = event
      return withRemote(status, event, remote => ({
        ...without(remote, 'fault', 'nextTryAt', ...(state === 'syncing' ? [] : (['progress'] as const))),
        ...{ state, sentence, ...given({ fault, nextTryAt }) },
      }))
    }
    case 'progress':
      return withRemote(status, event, remote => ({ ...remote, progress: event.progress }))
    default:
      return status
  }
}

type FolderOf = Status['folders'][number]
type RemoteOf = FolderOf['remotes'][number]

function withFolder(status: Status, id: string, change: (folder: FolderOf) => FolderOf): Status {
  return { ...status, folders: status.folders.map(each => (each.id === id ? change(each) : each)) }
}

function withRemote(
  status: Status,
  at: { readonly folder: string; readonly remote: string },
  change: (remote: RemoteOf) => RemoteOf,
): Status {
  return withFolder(status, at.folder, folder => ({
    ...folder,
    remotes: folder.remotes.map(each => (each.id === at.remote ? change(each) : each)),
  }))
}

function without<T extends object, K extends keyof T>(value: T, ...keys: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key as K))) as Omit<T, K>
}

/** Only the fields that have a value. */
function given<T extends object>(fields: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
