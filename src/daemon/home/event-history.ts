// What happened, newest last: told to any number of readers as it happens, and kept under a cap, over restarts too.
import type { EventSource } from '../../api/service.ts'
import type { Event, News } from '../../api/shapes/events.ts'
import type { Database } from '../../platform/node/sqlite.ts'

export interface EventHistoryOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly database: Database
  /** How many events are held. */
  readonly capacity?: number
  /** Calls `act` after a while; the result cancels that. */
  readonly later?: (act: () => void, ms: number) => () => void
  /** They could not be written because of `error`, as on a full disk: tried again with the next ones. Without one: they were. */
  readonly onWrite?: (error?: unknown) => void
}

const CAPACITY = 10_000
const WRITE_AFTER_MS = 250

/**
 * Ids grow, also over restarts. After an end in good order they go on where they were. After a crash some events may be told but not
 * written: ids then go on from the time in microseconds, which is beyond any of them, and the first event is a gap.
 */
export class EventHistory implements EventSource {
  readonly #now: () => number
  readonly #database: Database
  readonly #capacity: number
  #held: Event[]
  /** Nothing up to this id is held any more. */
  #dropped: number
  #lastId: number
  readonly #unwritten: Event[] = []
  readonly #later: NonNullable<EventHistoryOptions['later']>
  readonly #onWrite: (error?: unknown) => void
  #cancel: (() => void) | undefined
  readonly #waiting = new Set<() => void>()

  constructor({ now, database, capacity = CAPACITY, later = afterAll, onWrite = () => {} }: EventHistoryOptions) {
    this.#later = later
    this.#onWrite = onWrite
    this.#now = now
    this.#database = database
    this.#capacity = capacity
    this.#held = readEvents(database, capacity)
    const last = this.#held.at(-1)?.id ?? 0
    const ended = Number(getSetting(database, ENDED) ?? -1)
    this.#dropped = Number(getSetting(database, DROPPED) ?? 0)
    this.#lastId = Math.max(last, ended)
    const isNew = getSetting(database, ENDED) === undefined && last === 0
    setSetting(database, ENDED, '-1')
    if (ended < last || isNew) this.#jump(isNew)
  }

  get lastId(): number {
    return this.#lastId
  }

  add(news: News): Event {
    return this.#hold({ id: this.#lastId + 1, at: Math.floor(this.#now()), ...news })
  }

  /** A reader holds nothing but the id that it has got to. */
  async *since(since: number, signal: AbortSignal): AsyncGenerator<Event> {
    let told = since
    while (!signal.aborted) {
      if (told < this.#dropped || told > this.#lastId) {
        // The id is that of the last one that is missing, so that a reader who comes back with it goes on after the gap.
        told = told > this.#lastId ? this.#lastId : this.#dropped
        yield { id: told, at: Math.floor(this.#now()), type: 'gap' }
        continue
      }
      const event = this.#after(told)
      if (event === undefined) await this.#next(signal)
      else {
        told = event.id
        yield event
      }
    }
  }

  /** Writes what is not written yet. */
  flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    const events = [...this.#unwritten]
    if (events.length === 0) return
    this.#database.transaction(() => {
      for (const event of events)
        this.#database.run('INSERT OR REPLACE INTO events VALUES (?, ?)', event.id, JSON.stringify(event))
      this.#database.run('DELETE FROM events WHERE id <= ?', this.#dropped)
      setSetting(this.#database, DROPPED, String(this.#dropped))
    })
    this.#unwritten.splice(0, events.length)
    this.#onWrite()
  }

  /** As `flush`; never throws. */
  tryAgain(): void {
    try {
      this.flush()
    } catch (error) {
      this.#onWrite(error)
    }
  }

  /** In good order: nothing is told afterwards. */
  close(): void {
    try {
      this.flush()
      setSetting(this.#database, ENDED, String(this.#lastId))
    } finally {
      for (const wake of [...this.#waiting]) wake()
    }
  }

  #jump(isNew: boolean): void {
    const id = Math.max(this.#lastId + 1, Math.floor(this.#now()) * 1000)
    if (isNew) {
      // Whoever comes with an id of another history of this daemon has missed what was in it.
      this.#lastId = id
      this.#dropped = id
    } else this.#hold({ id, at: Math.floor(this.#now()), type: 'gap' })
  }

  #hold(event: Event): Event {
    if (event.type === 'progress') this.#forgetProgress(event)
    this.#held.push(event)
    this.#lastId = event.id
    if (this.#held.length > this.#capacity * 1.1) this.#drop()
    if (event.type !== 'progress') {
      this.#unwritten.push(event)
      if (this.#unwritten.length > this.#capacity) this.#unwritten.shift()
      this.#cancel ??= this.#later(() => this.tryAgain(), WRITE_AFTER_MS)
    }
    for (const wake of [...this.#waiting]) wake()
    return event
  }

  /** Of a pair's progress only the newest is of interest. */
  #forgetProgress({ folder, remote }: Extract<Event, { type: 'progress' }>): void {
    const isSame = (event: Event) => event.type === 'progress' && event.folder === folder && event.remote === remote
    const at = this.#held.findLastIndex(isSame)
    if (at >= 0) this.#held.splice(at, 1)
  }

  #drop(): void {
    const gone = this.#held.length - this.#capacity
    this.#dropped = this.#held[gone - 1]?.id ?? this.#dropped
    this.#held = this.#held.slice(gone)
  }

  /** The first one after `id`. */
  #after(id: number): Event | undefined {
    let low = 0
    let high = this.#held.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#held[middle]?.id ?? 0) <= id) low = middle + 1
      else high = middle
    }
    return this.#held[low]
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake)
    })
  }
}

function afterAll(act: () => void, ms: number): () => void {
  const timer = setTimeout(act, ms).unref()
  return () => clearTimeout(timer)
}

const ENDED = 'events-ended'
const DROPPED = 'events-dropped'

function readEvents(database: Database, capacity: number): Event[] {
  const rows = database.all('SELECT event FROM events ORDER BY id DESC LIMIT ?', capacity)
  return rows.map(([text]) => JSON.parse(String(text)) as Event).reverse()
}

function getSetting(database: Database, key: string): string | undefined {
  return database.get('SELECT value FROM settings WHERE key = ?', key)?.[0] as string | undefined
}

function setSetting(database: Database, key: string, value: string): void {
  database.run('INSERT OR REPLACE INTO settings VALUES (?, ?)', key, value)
}
