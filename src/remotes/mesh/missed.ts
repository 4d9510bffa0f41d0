// What was asked for in vain, because nobody who is connected had it or could be reached: tried again when somebody comes who has it.
import { type Path, type Place, parentOf } from '../../model/path.ts'

/** Places to look at again: `everywhere` when more was missed than is remembered. */
export type Again = readonly Place[] | 'everywhere'

export interface MissedParts {
  /** Devices that offer what all go to; `undefined` stands for ourselves. */
  readonly holdersOf: (path: Path) => readonly (string | undefined)[]
  readonly most?: number
}

const MOST = 10_000
const NOTHING: Again = []

export class Missed {
  readonly #parts: MissedParts
  readonly #most: number
  readonly #paths = new Set<Path>()
  #isMore = false
  /** Of each that is connected, what was tried with it again already. */
  readonly #tried = new Map<string, Set<Path | 'everything'>>()

  constructor(parts: MissedParts) {
    this.#parts = parts
    this.#most = parts.most ?? MOST
  }

  /**
   * Nobody gave it. That may be told when the connection over which it was asked for is another one by now: so whoever is connected and has
   * it is asked once more, and no more than that.
   */
  add(path: Path): Again {
    if (!this.#remember(path))
      return [...this.#tried.values()].some(tried => isFirst(tried, 'everything')) ? 'everywhere' : NOTHING
    const holders = this.#parts.holdersOf(path)
    const isWorthIt = [...this.#tried].some(([device, tried]) => holders.includes(device) && isFirst(tried, path))
    return isWorthIt ? [parentOf(path)] : NOTHING
  }

  /** Whether it was missed; it is not any more. */
  delete(path: Path): boolean {
    return this.#paths.delete(path)
  }

  /** A device is connected, or has another connection. */
  join(device: string): Again {
    const tried = new Set<Path | 'everything'>()
    this.#tried.set(device, tried)
    if (this.#isMore) {
      this.#isMore = false
      this.#paths.clear()
      tried.add('everything')
      return 'everywhere'
    }
    const places = new Set<Place>()
    for (const path of this.#paths) {
      const holders = this.#parts.holdersOf(path)
      if (holders.includes(undefined)) this.#paths.delete(path)
      if (holders.includes(undefined) || !holders.includes(device)) continue
      tried.add(path)
      places.add(parentOf(path))
    }
    return [...places]
  }

  leave(device: string): void {
    this.#tried.delete(device)
  }

  #remember(path: Path): boolean {
    if (this.#isMore || this.#paths.has(path)) return !this.#isMore
    if (this.#paths.size >= this.#most) this.#forgetWhatCame()
    this.#isMore = this.#paths.size >= this.#most
    if (!this.#isMore) this.#paths.add(path)
    return !this.#isMore
  }

  #forgetWhatCame(): void {
    for (const path of this.#paths) if (this.#parts.holdersOf(path).includes(undefined)) this.#paths.delete(path)
  }
}

function isFirst<T>(seen: Set<T>, one: T): boolean {
  return !seen.has(one) && seen.add(one) !== undefined
}
