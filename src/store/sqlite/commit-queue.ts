// Changes that arrive together share one transaction; transactions that end while the disk is busy share one flush to it.
import type { Database } from '../../platform/node/sqlite.ts'

interface Work {
  readonly body: () => unknown
  readonly settle: (outcome: Outcome) => void
}

type Outcome = { readonly result: unknown } | { readonly error: unknown }

/** So many at once keep the pause short in which nothing else runs. */
const MOST_AT_ONCE = 256

export class CommitQueue {
  readonly #database: Database
  readonly #onRollback: () => void
  readonly #flush: () => Promise<void>
  readonly #flushing = new Set<Promise<void>>()
  #waiting: Work[] = []
  #due: Promise<void> | undefined

  /** `flush` makes durable what was committed. `onRollback`: what was remembered of the database since the last commit is to be forgotten. */
  constructor(database: Database, flush: () => Promise<void>, onRollback: () => void) {
    this.#database = database
    this.#flush = flush
    this.#onRollback = onRollback
  }

  /**
   * Runs `body` in a transaction; resolves when what it did is durable. It may run twice, when another one of its batch fails: it
   * changes nothing but the database, and what it throws undoes it alone.
   */
  run<T>(body: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome) => ('error' in outcome ? reject(outcome.error) : resolve(outcome.result as T))
      this.#waiting.push({ body, settle })
      this.#due ??= this.#later()
    })
  }

  /** Resolves when nothing is waiting. */
  async idle(): Promise<void> {
    while (this.#due !== undefined) await this.#due
    await Promise.all(this.#flushing)
  }

  /** At the end of this turn, when all that arrived in it is here. */
  #later(): Promise<void> {
    return new Promise(resolve => {
      setImmediate(() => {
        const batch = this.#waiting.splice(0, MOST_AT_ONCE)
        this.#commit(batch)
        this.#due = this.#waiting.length > 0 ? this.#later() : undefined
        resolve()
      })
    })
  }

  #commit(batch: readonly Work[]): void {
    const outcomes = this.#together(batch) ?? batch.map(work => this.#alone(work))
    const flushing = this.#settle(batch, outcomes).finally(() => this.#flushing.delete(flushing))
    this.#flushing.add(flushing)
  }

  /** Nobody is told before it is durable. Others may see it sooner: they see nothing that its author has not kept until he is told. */
  async #settle(batch: readonly Work[], outcomes: readonly Outcome[]): Promise<void> {
    const fault = await this.#flush().then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    for (const [i, { settle }] of batch.entries()) settle(fault ?? (outcomes[i] as Outcome))
  }

  /** Undefined when one of them failed: then nothing was done, and each has to try by itself. */
  #together(batch: readonly Work[]): readonly Outcome[] | undefined {
    try {
      return this.#database.transaction(() => batch.map(({ body }) => ({ result: body() })))
    } catch (error) {
      this.#onRollback()
      return batch.length === 1 ? [{ error }] : undefined
    }
  }

  #alone({ body }: Work): Outcome {
    try {
      return { result: this.#database.transaction(body) }
    } catch (error) {
      this.#onRollback()
      return { error }
    }
  }
}
