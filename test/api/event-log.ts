// The last events, held in memory under a cap, and told to any number of readers that each go at their own speed.

import type { EventSource } from '../../src/api/service.ts'
import type { Event, News } from '../../src/api/shapes/events.ts'

export interface EventLogOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** How many events are held. */
  readonly capacity?: number
}

const CAPACITY = 10_000

/**
 * Ids grow by one, and begin with the time in microseconds: so they grow across restarts as well, and a reader that comes back after one
 * gets a gap, not silence.
 */
export class EventLog implements EventSource {
  readonly #now: () => number
  readonly #capacity: number
  /** The event with id `n` is at `n % capacity`. */
  readonly #held: Event[] = []
  readonly #firstId: number
  readonly #waiting = new Set<() => void>()
  #lastId: number

  constructor({ now, capacity = CAPACITY }: EventLogOptions) {
    this.#now = now
    this.#capacity = capacity
    this.#lastId = Math.floor(now()) * 1000
    this.#firstId = this.#lastId + 1
  }

  get lastId(): number {
    return this.#lastId
  }

  add(news: News): Event {
    const event: Event = { id: this.#lastId + 1, at: Math.floor(this.#now()), ...news }
    this.#held[event.id % this.#capacity] = event
    this.#lastId = event.id
    for (const wake of [...this.#waiting]) wake()
    return event
  }

  /** A reader holds nothing but the id that it has got to. */
  async *since(since: number, signal: AbortSignal): AsyncGenerator<Event> {
    let told = since
    while (!signal.aborted) {
      const oldest = Math.max(this.#firstId, this.#lastId - this.#capacity + 1)
      if (told < oldest - 1 || told > this.#lastId) {
        // The id is that of the last one that is missing, so that a reader who comes back with it goes on after the gap.
        told = told > this.#lastId ? this.#lastId : oldest - 1
        yield { id: told, at: Math.floor(this.#now()), type: 'gap' }
      } else if (told < this.#lastId) {
        told += 1
        const event = this.#held[told % this.#capacity]
        if (event !== undefined) yield event
      } else await this.#next(signal)
    }
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
