// Uploads that arrive together share their flushes: what is confirmed is on disk, data before names.
import { SyncError } from '../model/errors.ts'
import type { Commit, Committed, Source, Staged, Tried } from '../replica/replica.ts'
import type { Home } from './home.ts'

interface Waiting<T, R> {
  readonly item: T
  readonly resolve: (result: R) => void
  readonly reject: (error: unknown) => void
}

const MOST_AT_ONCE = 512
const NEVER = new AbortController().signal

/** Small files that arrive in the same turn of the event loop are written together. */
export class StageGroups {
  readonly #home: Home
  #waiting: Waiting<Source & { readonly bytes: Uint8Array }, Staged>[] = []

  constructor(home: Home) {
    this.#home = home
  }

  stage(source: Source & { readonly bytes: Uint8Array }): Promise<Staged> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item: source, resolve, reject })
      if (this.#waiting.length === 1) setImmediate(() => void this.#run())
    })
  }

  async #run(): Promise<void> {
    const group = this.#waiting
    this.#waiting = []
    await settleAll(group, items => this.#home.stageMany(items, NEVER))
  }
}

/**
 * Puts of staged files. One flush stands between the commits of two groups: it makes the names of the first durable, which is then
 * confirmed, and the data of the second, which may then get its names.
 */
export class PutGroups {
  readonly #home: Home
  #waiting: Waiting<Commit, Committed>[] = []
  #running: Promise<void> | undefined

  constructor(home: Home) {
    this.#home = home
  }

  /** Resolves when the file is on disk under its name. */
  put(change: Extract<Commit, { do: 'put' }>): Promise<Committed> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item: change, resolve, reject })
      this.#start()
    })
  }

  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
      if (this.#waiting.length > 0) this.#start()
    })
  }

  async #run(): Promise<void> {
    // What arrives in this turn goes along.
    await new Promise(setImmediate)
    let named: readonly Named[] = []
    while (this.#waiting.length > 0 || named.length > 0) {
      const group = this.#waiting.splice(0, MOST_AT_ONCE)
      try {
        await this.#home.flush(NEVER)
      } catch (error) {
        for (const { reject } of [...named, ...group]) reject(error)
        named = []
        continue
      }
      for (const { confirm } of named) confirm()
      named = await this.#commit(group)
    }
  }

  /** What has its name now; durable with the next flush. */
  async #commit(group: readonly Waiting<Commit, Committed>[]): Promise<readonly Named[]> {
    const named: Named[] = []
    const noting = group.map(({ item, resolve, reject }) => ({
      item,
      reject,
      resolve: (result: Committed) => void named.push({ confirm: () => resolve(result), reject }),
    }))
    await settleAll(noting, items => this.#home.commitMany(items, NEVER))
    return named
  }
}

interface Named {
  readonly confirm: () => void
  readonly reject: (error: unknown) => void
}

async function settleAll<T, R>(
  group: readonly Waiting<T, R>[],
  act: (items: readonly T[]) => Promise<readonly Tried<R>[]>,
): Promise<void> {
  if (group.length === 0) return
  try {
    const results = await act(group.map(({ item }) => item))
    for (const [i, { resolve, reject }] of group.entries()) {
      const result = results[i]
      if (result instanceof SyncError || result === undefined) reject(result)
      else resolve(result)
    }
  } catch (error) {
    for (const { reject } of group) reject(error)
  }
}
